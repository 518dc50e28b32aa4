# SPDX-License-Identifier: Apache-2.0
"""Texts a second through one HTTP route, alone, beside mail, and beside Kannel on the same texts.

The peer answers every request at once (http_sink.c). Gatepost is timed from the rename of the file to the last durable
`sent`, with consent, suppression, a cap and hours asked for each text; Kannel's bearerbox from the first text that
mtbatch hands it to the last that the peer has counted, with its own spool on disk, which it does not sync.
"""

import contextlib
import os
import shutil
import subprocess
import time
import urllib.request

from load import CONNECTIONS, HERE, PRESET, POLICY, import_consents, journal_times, lab, offers, prepare, timed, usage

TEXT = "Hello Ada, your trial ends tomorrow. Pick up where you left off: https://acme.example/t. Acme. STOP to end."

TEMPLATE = """\
class = "marketing"
channels = ["sms"]
description = "for benchmarks"

[data]
n = { type = "number", required = true }
filler = { type = "string" }
"""

ROUTE = """
[[route]]
name = "texts"
channel = "sms"
type = "http"
provider = "messagebird"
base_url = "http://127.0.0.1:{port}"
allow_private_network = true
connections = {connections}
settings = {{ originator = "Acme" }}
secrets = {{ access_key = {{ env = "BENCH_KEY" }} }}
"""

KANNEL = """\
group = core
admin-port = {admin}
admin-password = bench
smsbox-port = {box}
box-allow-ip = "127.0.0.1"
log-level = 4
log-file = "{home}/kannel.log"
store-type = spool
store-location = "{home}/kannel-store"
sms-outgoing-queue-limit = 1000000

group = smsc
smsc = http
smsc-id = peer
system-type = generic
port = {inbound}
send-url = "http://127.0.0.1:{port}/messages?to=%p&from=%P&text=%b"
max-pending-submits = {connections}
status-success-regex = "id"
status-permfail-regex = "permanent"
status-tempfail-regex = "temporary"
generic-foreign-id-regex = "m[0-9]+"

group = smsbox
bearerbox-host = 127.0.0.1
sendsms-port = {send}
"""


def peer(home, port):
    """Starts the server that takes every text."""
    program = HERE.parent / ".build/http_sink"
    program.parent.mkdir(exist_ok=True)
    if not program.exists() or program.stat().st_mtime < (HERE / "http_sink.c").stat().st_mtime:
        subprocess.run(["cc", "-O2", HERE / "http_sink.c", "-o", program], check=True)
    process = subprocess.Popen([program, str(port)])
    home.processes.append(process)
    lab.wait_for_port(port, process)


def taken(port):
    return int(urllib.request.urlopen(f"http://127.0.0.1:{port}/count", timeout=5).read())


def phone(n):
    return f"+1212{5_000_000 + n:07d}"


def texts_of(count, start=0):
    for n in range(start, start + count):
        yield {
            "id": f"text-{n}", "channel": "sms", "template": "text", "brand": "acme", "topic": "newsletter",
            "campaign": "bench", "to": {"phone": phone(n), "person": f"t{n}", "timezone": "America/New_York"},
            "data": {"n": n, "filler": f"filler {n}"}}


def configure(home, http_port, smtp_port):
    """One SMS route and one mail route, under every rule of the gate."""
    presets = home.home / "policies/presets"
    presets.mkdir(parents=True)
    (presets / "anytime.toml").write_text(PRESET.replace('channels = ["email"]', 'channels = ["email", "sms"]'))
    policy = POLICY + POLICY[POLICY.index("[[policy.quiet_hours]]"):].replace('"email"', '"sms"')
    home.configure(
        [{"name": "relay", "port": smtp_port, "connections": CONNECTIONS}], policy=policy, template=lab.MARKETING,
        more=lab.TOPIC + ROUTE.format(port=http_port, connections=CONNECTIONS), html="<p>Hello {{n}} {{filler}}</p>\n" * 40)
    folder = home.home / "templates/text"
    folder.mkdir(parents=True)
    (folder / "template.toml").write_text(TEMPLATE)
    (folder / "sms.txt").write_text(TEXT.replace("Ada", "{{filler}}") + "\n")
    (folder / "sample.json").write_text('{"n": 1, "filler": "Ada"}\n')
    home.env["BENCH_KEY"] = "secret"
    home.run("init")


def agree_to_texts(home, count):
    """Records that the people behind the numbers want texts."""
    path = home.home / "numbers.csv"
    with open(path, "w") as file:
        file.write("address,channel,brand,topics,type,basis,method,occurred_at,wording,language\n")
        for n in range(count):
            file.write(f"{phone(n)},sms,acme,newsletter,granted,express,web-form,2026-01-02T03:04:05Z,Texts please,en\n")
    timed(home, count, "consent", "import", path)


@contextlib.contextmanager
def stand(texts, mails):
    """A running daemon with both routes and everybody's consent."""
    with lab.Lab() as home:
        ports = lab.free_port(), lab.free_port()
        configure(home, *ports)
        if texts:
            agree_to_texts(home, texts)
        if mails:
            import_consents(home, range(mails))
        peer(home, ports[0])
        home.smtp_sink(ports[1])
        yield home, home.start(), ports[0]


def sent(home, route):
    status = home.status()
    return next((r["sent"] for r in (status or {"routes": []})["routes"] if r["name"] == route), 0)


def run(texts, mails):
    """Seconds until all texts, and until all mails, are durably `sent`; CPU microseconds a message."""
    with stand(texts, mails) as (home, daemon, port):
        files = {}
        if texts:
            files["texts.ndjson"] = texts_of(texts)
        if mails:
            files["mails.ndjson"] = offers(mails)
        hand_in, (before, _), begin = prepare(home, files), usage(daemon.pid), time.time()
        hand_in()
        home.await_that("all sent", lambda: sent(home, "texts") >= texts and sent(home, "relay") >= mails, 1800, 0.2)
        after, peak = usage(daemon.pid)
        ends = {}
        for channel, count in (("sms", texts), ("email", mails)):
            if count:
                end, booked = journal_times(home, channel)
                assert booked == count, f"{booked} {channel} sent of {count}"
                ends[channel] = end - begin
        assert taken(port) == texts, f"the peer has {taken(port)} of {texts} texts"
        return ends, (after - before) / (texts + mails) * 1e6, peak


def kannel(count):
    """Texts a second, or None where Kannel is missing."""
    if not shutil.which("bearerbox", path=os.environ["PATH"] + ":/usr/sbin"):
        return None
    with lab.Lab() as home:
        names = ("admin", "box", "inbound", "send", "port")
        ports = {name: lab.free_port() for name in names}
        (home.home / "kannel-store").mkdir()
        (home.home / "kannel.conf").write_text(KANNEL.format(home=home.home, connections=CONNECTIONS, **ports))
        (home.home / "receivers").write_text("".join(f"{phone(n)[1:]}\n" for n in range(count)))
        (home.home / "content").write_text(TEXT)
        peer(home, ports["port"])
        environment = {**os.environ, "PATH": os.environ["PATH"] + ":/usr/sbin"}
        box = subprocess.Popen(
            ["bearerbox", "-v", "4", str(home.home / "kannel.conf")], env=environment, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        home.processes.append(box)
        lab.wait_for_port(ports["box"], box)
        lab.wait_for_port(ports["inbound"], box)
        begin = time.monotonic()
        subprocess.run(
            ["mtbatch", "-v", "4", "-b", "127.0.0.1", "-p", str(ports["box"]), "-f", "15550100",
             str(home.home / "content"), str(home.home / "receivers")],
            env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=600)
        lab.await_that("Kannel's texts", lambda: taken(ports["port"]) >= count, 600, 0.05)
        return count / (time.monotonic() - begin)


def texts(quick):
    count, mails, peers = (100_000, 20_000, 20_000) if not quick else (20_000, 4000, 5000)
    other = kannel(peers)
    alone, cost, peak = run(count, 0)
    rate = count / alone["sms"]
    print(f"{count} texts by one route: {rate:.0f}/s, {cost:.0f} µs of processor a text, {peak:.0f} MiB; Kannel "
          + (f"{other:.0f}/s (unsynced), ratio {rate / other:.2f}" if other else "is not here (apt-get install kannel)"))
    mail_alone, _, _ = run(0, mails)
    both, _, _ = run(count, mails)
    # A fair half of the processor each until one is done: the shorter work takes at most twice its time, and the longer
    # at most the time of both. A tenth more is the machine's.
    shorter, longer = sorted(("sms", "email"), key=lambda c: {**alone, **mail_alone}[c])
    times = {**alone, **mail_alone}
    fair = {shorter: 2 * times[shorter], longer: times[shorter] + times[longer]}
    is_well = True
    for channel, words in (("sms", f"{count} texts"), ("email", f"{mails} mails")):
        verdict = both[channel] <= 1.1 * fair[channel]
        is_well = is_well and verdict
        print(f"{words}: {times[channel]:.1f} s alone, {both[channel]:.1f} s beside the other; its share would be "
              f"{fair[channel]:.1f} s: {'well' if verdict else 'SLOWER'}", flush=True)
    return is_well
