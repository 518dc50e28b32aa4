# SPDX-License-Identifier: Apache-2.0
"""What the parts about texts and tasks share: routes to providers, the sink's HTTP side, scripted peers."""

import json
import re
import subprocess
import urllib.parse

import accounts
import lab
from contract_case import Case
from peer_http import Peer

TRANSACTIONAL = 'class = "transactional"\npurpose = "service"\nchannels = ["{channel}"]\n[data]\n'
MARKETING = 'class = "marketing"\nchannels = ["{channel}"]\n[data]\n'
WORDS = 'n = { type = "number" }\nwords = { type = "string" }\n'


def text(number, phone=None, **more):
    """A text that has to go; ends in 9, so that it is none of the sink's special recipients."""
    return {
        "id": f"text-{number}", "channel": "sms", "template": "code",
        "to": {"phone": phone or phone_of(number)}, "data": {"n": number if isinstance(number, int) else 1}, **more,
    }


def ad(number, phone=None, **more):
    """A marketing text."""
    return text(number, phone, **{"template": "deal", "topic": "newsletter", **more})


def task(number, contact="lead-9", **more):
    """A task that has to be made."""
    return {
        "id": f"task-{number}", "channel": "crm_task", "template": "follow-up", "to": {"crm_contact": contact},
        "data": {"n": number if isinstance(number, int) else 1}, **more,
    }


def phone_of(number):
    return f"+337{number:07d}9" if isinstance(number, int) else "+33700000099"


class Captured:
    """A request as the sink wrote it down."""

    def __init__(self, path):
        head, _, self.body = path.read_bytes().partition(b"\r\n\r\n")
        first, *lines = head.decode().split("\r\n")
        self.name = path.name
        self.method, self.target, _ = first.split(" ")
        self.headers = dict(line.split(": ", 1) for line in lines)

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def form(self):
        return dict(urllib.parse.parse_qsl(self.body.decode(), keep_blank_values=True))


class WireCase(Case):
    def furnish(self, *routes, more="", policy=lab.NO_CONSENT_NEEDED, start=True):
        """These routes, a template of each kind, and the daemon."""
        self.configure_wire(*routes, more=more, policy=policy)
        self.home.run("init")
        self.daemon = self.home.start() if start else None
        return self.daemon

    def configure_wire(self, *routes, more="", policy=lab.NO_CONSENT_NEEDED):
        self.home.config.write_text(
            lab.CONFIGURATION.format(home=self.home.home).replace(
                "\n[[brand]]", f'providers_dir = "{self.home.home}/providers"\n\n[[brand]]', 1)
            + lab.TOPIC + policy + more + "".join(routes))
        (self.home.home / "providers").mkdir(exist_ok=True)
        for name, kind, channel in (
            ("code", TRANSACTIONAL, "sms"), ("deal", MARKETING, "sms"),
            ("follow-up", TRANSACTIONAL, "crm_task"), ("call", MARKETING, "crm_task"),
        ):
            self.words(name, kind.format(channel=channel) + WORDS)

    def words(self, name, declaration, sms="Hello {{n}} {{words}}"):
        folder = self.home.home / "templates" / name
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "template.toml").write_text(declaration)
        if '"sms"' in declaration:
            (folder / "sms.txt").write_text(sms + "\n")
        else:
            (folder / "task.title.txt").write_text("Call {{n}}\n")
            (folder / "task.body.txt").write_text("Ask about {{n}}.\n{{words}}\n")
        (folder / "sample.json").write_text('{"n": 1}\n')

    # MARK: providers of our own

    def pling(self):
        """The provider that docs/providers.md adds in ten minutes, word for word: no [repeat], no [inquiry]."""
        page = (lab.ROOT / "docs/providers.md").read_text()
        self.provider("pling", re.search(r"```toml\n(schema = 1\n.*?)```", page, re.S)[1])

    def provider(self, name, content):
        folder = self.home.home / "providers"
        folder.mkdir(exist_ok=True)
        (folder / f"{name}.toml").write_text(content)

    def adapted(self, name, *changes):
        """A shipped provider with some words changed: the file in providers_dir wins."""
        content = (lab.ROOT / f"config/providers/{name}.toml").read_text()
        for old, new in changes:
            content, count = re.subn(old, new, content)
            self.assertGreaterEqual(count, 1, f"{name} holds no {old}")
        self.provider(name, content)

    def pling_route(self, base, name="texts", more=""):
        return accounts.route(
            self.home, "pling", base, name=name, more=more, channel="sms", settings={"account": "a-1", "from": "Acme"},
            secrets={"key": accounts.SECRET})

    def route(self, provider, base, **more):
        return accounts.route(self.home, provider, base, **more)

    # MARK: peers

    def peer(self, answer=None, port=0):
        peer = Peer(answer, port)
        self.addCleanup(peer.close)
        return peer

    def play(self, *options, port=None):
        """The sink's HTTP side; returns its address."""
        port = port or lab.free_port()
        self.log, self.folder = self.home.home / "sink.ndjson", self.home.home / "requests"
        self.sink_process = subprocess.Popen(
            [self.home.binary, "sink", "--listen", "127.0.0.1:0", "--http", f"127.0.0.1:{port}", "--quiet",
             "--log", self.log, "--capture", self.folder, "--providers", self.home.home / "providers", *options],
            stdout=subprocess.DEVNULL, stderr=open(self.home.home / "sink.log", "ab"), env=self.home.env)
        self.home.processes.append(self.sink_process)
        (self.home.home / "providers").mkdir(exist_ok=True)
        lab.wait_for_port(port, self.sink_process)
        return f"http://127.0.0.1:{port}"

    def seen(self, **where):
        """What the sink has told, event by event."""
        events = [json.loads(line) for line in self.log.read_text().splitlines()] if self.log.exists() else []
        return [e for e in events if all(e[key] == value for key, value in where.items())]

    def captured(self):
        return [Captured(path) for path in sorted(self.folder.glob("[!.]*.http"))]

    # MARK: outcomes

    def await_sent(self, count, within=20):
        self.home.await_counts(lambda c: c.get("sent", 0) >= count, within=within)
        return {o["job"]: o for o in self.home.outcomes("--event", "sent")}

    def closed(self, name="texts"):
        route = self.home.route_status(name) or {}
        return route if route.get("state") == "closed" else None

    def await_closed(self, name="texts", words=""):
        route = self.home.await_that(f"the route {name} closed", lambda: self.closed(name))
        self.assertRegex(route["why"], words)
        return route

    def doubtful(self):
        return [row["id"] for row in self.home.lines("queue", "list", "--state", "unknown", "--format", "json")]
