# SPDX-License-Identifier: Apache-2.0
"""What is sent in a benchmark, under which policy, and what it cost."""

import calendar
import json
import os
import pathlib
import re
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "Tests/campaigns"))
import lab  # noqa: E402

CONNECTIONS = 20

# Every rule of the gate has something to do for every message, and lets it pass.
POLICY = """
[[policy.consent]]
class = "marketing"
require = "express"

[[policy.cap]]
name = "week"
class = "marketing"
limit = 500
window = "rolling 7d"
per = ["person", "address"]
over = "postpone 48h"

[[policy.quiet_hours]]
channel = "email"
presets = ["anytime"]
"""

PRESET = """\
id = "anytime"
version = "1"
as_of = 2026-11-01
source = "a benchmark"
confidence = "H"
covers = ["*"]
channels = ["email"]

[hours]
""" + "\n".join(
    f'{day} = ["00:00-24:00"]'
    for day in ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")) + "\n"


def configure(home, routes, size):
    """Marketing mail of about `size` bytes, with all rules of the gate on."""
    html, text = body(size)
    presets = home.home / "policies/presets"
    presets.mkdir(parents=True)
    (presets / "anytime.toml").write_text(PRESET)
    home.configure(routes, more=lab.TOPIC, template=lab.MARKETING, html=html, text=text, policy=POLICY)
    home.run("init")


def body(size):
    """A template body that renders to about `size` bytes of mail: a little text, the rest html."""
    line = "<p>Dear {{n}}, this is what we wanted to tell you about {{filler}} today, at some length.</p>\n"
    return line * max(1, (size - 900) // 88), "Hello {{n}}, see the web page of {{filler}}.\n"


def records(count, start=0, recipient=None, **more):
    return (
        lab.job(n, recipient=recipient and recipient(n), priority="normal", **more)
        | {"data": {"n": n, "filler": f"filler {n}"}}
        for n in range(start, start + count))


def offers(count, start=0, person=lambda n: n):
    """Marketing jobs; `person` gives the number of whom a job goes to."""
    for record in records(count, start, topic="newsletter", campaign="bench"):
        n = person(int(record["id"].removeprefix("job-")))
        yield record | {"to": {"email": f"r{n}@example.test", "person": f"p{n}", "timezone": "Europe/Paris"}}


def import_consents(home, people):
    """Records what the people have agreed to; returns how many a second."""
    path, count = home.home / "consents.ndjson", 0
    with open(path, "w") as file:
        for count, n in enumerate(people, 1):
            consent = lab.consent(n, f"r{n}@example.test")
            del consent["kind"], consent["id"]
            file.write(json.dumps(consent, separators=(",", ":")) + "\n")
    return timed(home, count, "consent", "import", path)


def import_suppressions(home, count):
    """Suppresses so many strangers, and one of each other kind; returns how many a second."""
    path = home.home / "suppressions.csv"
    with open(path, "w") as file:
        file.write("address,reason\n")
        for n in range(count):
            file.write(f"s{n}@stranger.test,hard_bounce\n")
    rate = timed(home, count, "suppression", "import", path, "--from", "generic")
    for target in ("@nobody.test", "*.nobody.test", "+999*", "person:nobody", "md5:" + "0" * 32, "sha256:" + "0" * 64):
        home.run("suppression", "add", target, "--reason", "manual")
    return rate


def timed(home, count, *command):
    begin = time.monotonic()
    home.run(*command)
    pathlib.Path(command[2]).unlink()
    return count / (time.monotonic() - begin)


def prepare(home, files):
    """Writes files into tmp/ and returns what renames them all into incoming/."""
    for name, jobs in files.items():
        with open(home.tmp / name, "w") as file:
            for record in jobs:
                file.write(json.dumps(record, separators=(",", ":")) + "\n")
            file.flush()
            os.fsync(file.fileno())

    def hand_in():
        for name in files:
            os.rename(home.tmp / name, home.incoming / name)
    return hand_in


def usage(pid):
    """CPU seconds and peak memory in MiB of a process."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    ticks = os.sysconf("SC_CLK_TCK")
    peak = re.search(r"VmHWM:\s+(\d+)", pathlib.Path(f"/proc/{pid}/status").read_text())
    return (int(fields[11]) + int(fields[12])) / ticks, int(peak[1]) / 1024


def journal_times(home, channel="email"):
    """When the last `sent` of a channel was booked, as seconds since the epoch, and how many there are."""
    lines = home.run("outcomes", "--format", "json", "--event", "sent", "--limit", "100000000").stdout.splitlines()
    booked = [line for line in lines if f'"channel":"{channel}"' in line]
    return parse(json.loads(booked[-1])["time"]), len(booked)


def parse(stamp):
    """Seconds since the epoch of an outcome's time."""
    whole, fraction = stamp[:-1].split(".")
    return calendar.timegm(time.strptime(whole, "%Y-%m-%dT%H:%M:%S")) + float("0." + fraction)
