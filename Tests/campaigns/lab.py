# SPDX-License-Identifier: Apache-2.0
"""A laboratory for campaigns against the real binary: a home of its own, a daemon that can be killed, a sink.

Everything listens on loopback and lives in a temporary folder. Nothing waits for time: the daemon says over
NOTIFY_SOCKET when it is ready, and the rest is read from what it writes.
"""

import datetime
import email
import email.policy
import json
import os
import pathlib
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]


def binary():
    """The gatepost to test: GATEPOST_BINARY, else the release build, else the debug build."""
    named = os.environ.get("GATEPOST_BINARY")
    candidates = [named] if named else [ROOT / ".build/release/gatepost", ROOT / ".build/debug/gatepost"]
    for candidate in candidates:
        if candidate and os.access(candidate, os.X_OK):
            return str(candidate)
    sys.exit("no gatepost binary: run `make build` first")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


CONFIGURATION = """\
state_dir = "{home}/state"
templates_dir = "{home}/templates"

[[brand]]
id = "acme"
controller = "Acme Inc."
from = "Acme <news@acme.example>"
postal_address = "1 Main Street, Springfield"

[retry]
first = "1s"
longest = "5s"
"""

NO_CONSENT_NEEDED = """
[[policy.consent]]
class = "marketing"
require = "none"
"""

ROUTE = """
[[route]]
name = "{name}"
channel = "email"
type = "smtp"
url = "smtp://127.0.0.1:{port}"
tls = "none"
connections = {connections}
{more}
"""

TEMPLATE = """\
class = "transactional"
channels = ["email"]
purpose = "service"
description = "for campaigns"

[data]
n = { type = "number", required = true }
filler = { type = "string" }
"""


class Lab:
    """A home with configuration, templates and state. Use as a context manager."""

    def __init__(self, keep=False, parent=None):
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="gatepost-lab.", dir=parent))
        self.keep = keep
        self.processes = []
        self.binary = binary()
        self.config = self.home / "gatepost.toml"
        self.state = self.home / "state"
        self.incoming = self.state / "spool/incoming"
        self.tmp = self.state / "spool/tmp"
        self.receipts = self.state / "spool/receipts"
        self.env = {k: v for k, v in os.environ.items() if k not in ("NOTIFY_SOCKET", "GATEPOST_CONFIG")}

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        for process in self.processes:
            if process.poll() is None:
                process.kill()
                process.wait()
        if self.keep or kind:
            print(f"kept for looking at: {self.home}", file=sys.stderr)
        else:
            shutil.rmtree(self.home, ignore_errors=True)

    def configure(
        self, routes, more="", template=TEMPLATE, html=None, text="Hello {{n}} {{filler}}\n", policy=NO_CONSENT_NEEDED
    ):
        """Writes configuration and a template; marketing needs no consent unless `policy` says otherwise."""
        parts = [CONFIGURATION.format(home=self.home), policy]
        if more:
            parts.append(more)
        for route in routes:
            parts.append(ROUTE.format(**{"connections": 8, "more": "", **route}))
        self.config.write_text("\n".join(parts))
        folder = self.home / "templates/probe"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "template.toml").write_text(template)
        (folder / "subject.txt").write_text("Probe {{n}}\n")
        (folder / "body.txt").write_text(text)
        if html:
            (folder / "body.html").write_text(html)
        (folder / "sample.json").write_text('{"n": 1}\n')

    def run(self, *arguments, check=True, **options):
        """Runs a command to its end and returns it with its output."""
        done = subprocess.run(
            [self.binary, *map(str, arguments), "--config", str(self.config)],
            capture_output=True, text=True, env=self.env, **options)
        if check and done.returncode != 0:
            raise RuntimeError(f"gatepost {arguments[0]} ended with {done.returncode}: {done.stderr}")
        return done

    def outcomes(self, *arguments):
        """The journal as `outcomes` tells it."""
        return self.lines("outcomes", "--format", "json", "--limit", "1000000", *arguments)

    def events(self, job, *arguments):
        """What became of one job: event and reason, in order."""
        return [(o["event"], o["reason"]) for o in self.outcomes("--job", job, *arguments)]

    def await_event(self, job, event, reason=None, within=30):
        """Reads the journal until the job has that event; returns it."""
        def found():
            fitting = [o for o in self.outcomes("--job", job) if o["event"] == event and reason in (None, o["reason"])]
            return fitting[-1] if fitting else None
        return self.await_that(f"{job} {event} {reason or ''}", found, within)

    def await_receipt(self, name, within=30):
        return self.await_that(f"the receipt of {name}", lambda: self.receipt(name), within)

    def await_that(self, what, look, within=30, step=0.05):
        """Looks until there is something to see; returns it."""
        try:
            return await_that(what, look, within, step)
        except TimeoutError as error:
            raise TimeoutError(f"{error}\n{self.log_tail()}") from None

    def route_status(self, name):
        """What the running daemon says of a route; None where it says nothing yet."""
        return next((r for r in (self.status() or {}).get("routes", []) if r["name"] == name), None)

    def spool_status(self):
        try:
            return json.loads((self.state / "spool/status.json").read_text())
        except (FileNotFoundError, json.JSONDecodeError):
            return None

    def feed(self, folder=None):
        """The outcome feed as its files tell it, in the order of their names."""
        files = (folder or self.state / "spool/outcomes").glob("[0-9]*.ndjson")
        files = sorted(files, key=lambda f: int(f.name.split("-")[0]))
        return [(f.name, [json.loads(line) for line in f.read_text().splitlines()]) for f in files]

    def put(self, name, content):
        """Hands bytes to the queue, whatever they are."""
        (self.tmp / name).write_bytes(content)
        os.rename(self.tmp / name, self.incoming / name)

    def template(self, name, declaration, subject="Probe {{n}}\n", text="Hello {{n}} {{filler}}\n"):
        folder = self.home / "templates" / name
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "template.toml").write_text(declaration)
        (folder / "subject.txt").write_text(subject)
        (folder / "body.txt").write_text(text)
        (folder / "sample.json").write_text('{"n": 1}\n')

    def lines(self, *arguments):
        return [json.loads(line) for line in self.run(*arguments).stdout.splitlines() if line]

    def start(self, *arguments, ready_within=60, environment=None, **options):
        """Starts the daemon and returns when it says that it is ready; further options are Popen's."""
        path = str(self.home / "notify.sock")
        if os.path.exists(path):
            os.unlink(path)
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        listener.bind(path)
        os.chmod(path, 0o666)
        log = open(self.home / "daemon.log", "ab")
        daemon = subprocess.Popen(
            [self.binary, "run", "--config", str(self.config), *arguments],
            stderr=log, env={**self.env, "NOTIFY_SOCKET": path, **(environment or {})}, **options)
        self.processes.append(daemon)
        deadline = time.monotonic() + ready_within
        try:
            while time.monotonic() < deadline:
                if select.select([listener], [], [], 0.05)[0] and b"READY=1" in listener.recv(4096):
                    return daemon
                if daemon.poll() is not None:
                    raise RuntimeError(f"the daemon ended with {daemon.returncode}:\n{self.log_tail()}")
            raise RuntimeError(f"the daemon was not ready within {ready_within} s:\n{self.log_tail()}")
        finally:
            listener.close()

    def log_tail(self, count=30):
        return "\n".join((self.home / "daemon.log").read_text(errors="replace").splitlines()[-count:])

    def sink(self, port, log):
        """Our own sink; each accepted message becomes a line of JSON in `log`."""
        process = subprocess.Popen(
            [self.binary, "sink", "--listen", f"127.0.0.1:{port}", "--quiet", "--log", str(log)],
            stderr=open(self.home / "sink.log", "ab"), env=self.env)
        self.processes.append(process)
        wait_for_port(port, process)
        return process

    def capturing_sink(self, port, *options):
        """Our own sink; each accepted message becomes a file in the folder that this returns with the process."""
        folder = self.home / f"mails-{port}"
        process = subprocess.Popen(
            [self.binary, "sink", "--listen", f"127.0.0.1:{port}", "--capture", str(folder), "--quiet", *options],
            stdout=subprocess.DEVNULL, stderr=open(self.home / "sink.log", "ab"), env=self.env)
        self.processes.append(process)
        wait_for_port(port, process)
        return process, folder

    def smtp_sink(self, port, *options):
        """Debian's smtp-sink, the neutral receiver."""
        process = subprocess.Popen(
            ["smtp-sink", *(["-u", "nobody"] if os.geteuid() == 0 else []), *options, f"127.0.0.1:{port}", "4096"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**self.env, "PATH": self.env["PATH"] + ":/usr/sbin"})
        self.processes.append(process)
        wait_for_port(port, process)
        return process

    def enqueue(self, name, records):
        """Hands a file to the queue as the contract says: tmp, fsync, rename."""
        temporary = self.tmp / name
        with open(temporary, "w") as file:
            for record in records:
                file.write(json.dumps(record, separators=(",", ":")) + "\n")
            file.flush()
            os.fsync(file.fileno())
        os.rename(temporary, self.incoming / name)

    def receipt(self, name):
        path = self.receipts / f"{name}.receipt.json"
        return json.loads(path.read_text()) if path.exists() else None

    def status(self):
        try:
            return json.loads((self.state / "daemon.json").read_text())
        except (FileNotFoundError, json.JSONDecodeError):
            return None

    def counts(self):
        """Events since the beginning, by name."""
        counts = {}
        for row in self.lines("report", "--format", "json"):
            counts[row["event"]] = counts.get(row["event"], 0) + row["count"]
        return counts

    def await_counts(self, condition, within=30, step=0.1):
        """Reads the report until it is as wanted; returns it."""
        deadline = time.monotonic() + within
        while True:
            counts = self.counts()
            if condition(counts):
                return counts
            if time.monotonic() > deadline:
                raise RuntimeError(f"not within {within} s; now {counts}\n{self.log_tail()}")
            time.sleep(step)


def await_that(what, look, within=30, step=0.05):
    """Looks until there is something to see; returns it."""
    deadline = time.monotonic() + within
    while True:
        seen = look()
        if seen:
            return seen
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {within} s: {what}")
        time.sleep(step)


def wait_for_port(port, process, within=20):
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"the server on port {port} ended with {process.returncode}")
        if listens(port):
            return
        time.sleep(0.02)
    raise RuntimeError(f"nothing answers on port {port}")


def listens(port):
    """Whether somebody answers on that port."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
        return True
    except OSError:
        return False


def stop(process, within=60):
    """Asks politely and waits."""
    process.send_signal(signal.SIGTERM)
    process.wait(within)
    return process.returncode


MARKETING = TEMPLATE.replace('class = "transactional"', 'class = "marketing"').replace('purpose = "service"\n', "")

TOPIC = """
[[topic]]
id = "newsletter"
brand = "acme"
title = { en = "Our newsletter" }
"""


def mails(folder):
    """Captured messages, taken apart, by the recipient of the envelope."""
    found = {}
    # A name with a leading dot is a message that was being written when the sink was killed.
    for path in sorted(folder.glob("[!.]*.eml")):
        message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        found.setdefault(message["X-Envelope-To"].strip("<>"), []).append(message)
    return found


def soon(seconds):
    """That many seconds from now, as records say it."""
    return instant(time.time() + seconds)


def instant(seconds):
    return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc).isoformat().replace("+00:00", "Z")


def consent(number, address, type="granted", **more):
    """A consent record: express, with wording and proof, unless `more` says otherwise."""
    record = {
        "kind": "consent", "id": f"consent-{number}", "address": address, "channel": "email", "brand": "acme",
        "topics": ["newsletter"], "type": type, "method": "web-form", "occurred_at": soon(-3600),
    }
    if type in ("granted", "confirmed", "renewed"):
        record |= {"basis": "express", "wording": "Yes, send me your newsletter.", "language": "en",
                   "evidence": {"form": "footer"}}
    return {**record, **more}


def job(number, recipient=None, **more):
    return {
        "id": f"job-{number}", "channel": "email", "template": "probe",
        "to": {"email": recipient or f"r{number}@example.test"},
        "data": {"n": number if isinstance(number, int) else 1}, **more,
    }
