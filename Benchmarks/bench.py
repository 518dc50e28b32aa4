# SPDX-License-Identifier: Apache-2.0
"""Gatepost's rate beside the floor and Postfix, in one run on one machine.

    bench.py [--quick] [--only mail|isolation|gate|texts]

The floor is a client that does nothing but send (smtp_floor.c); Postfix takes in and delivers the same mail to the same
kind of sink (postfix_peer.sh); Gatepost is timed from the rename of the files into `incoming/` to the last durable
`sent`, with consent, suppressions, a cap and hours asked for each message. Ratios count; absolute figures drift with
the machine.
"""

import argparse
import contextlib
import json
import math
import os
import pathlib
import re
import statistics
import subprocess
import sys
import threading
import time

from gate import gate
from load import CONNECTIONS, HERE, body, configure, import_consents, import_suppressions, lab, offers, parse, prepare
from load import journal_times, records, usage
from texts import texts


def floor(count, size, port):
    """Messages a second of the bare pipelined client."""
    program = HERE.parent / ".build/smtp_floor"
    program.parent.mkdir(exist_ok=True)
    if not program.exists() or program.stat().st_mtime < (HERE / "smtp_floor.c").stat().st_mtime:
        subprocess.run(["cc", "-O2", HERE / "smtp_floor.c", "-o", program, "-lcurl"], check=True)
    out = subprocess.run(
        [program, "pipelined", str(count), str(CONNECTIONS), str(size), f"smtp://127.0.0.1:{port}"],
        capture_output=True, text=True, check=True).stdout
    return float(re.search(r"(\d+) messages/s", out)[1])


def postfix(count, size):
    """Messages a second, or None where Postfix or root is missing."""
    if os.geteuid() != 0 or not pathlib.Path("/usr/share/postfix/master.cf.dist").exists():
        return None
    ports = {"SMTP_PORT": str(lab.free_port()), "SINK_PORT": str(lab.free_port())}
    done = subprocess.run(
        [HERE / "postfix_peer.sh", str(count), str(size)], capture_output=True, text=True,
        env={**os.environ, **ports, "PATH": os.environ["PATH"] + ":/usr/sbin"})
    found = re.search(r"postfix: (\d+) messages/s", done.stdout)
    return float(found[1]) if found else None


def wait_sent(home, count, within, route=None):
    """Waits by the daemon's own once-a-second status; the exact end is read from the journal afterwards."""
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        status = home.status()
        if status and sum(r["sent"] for r in status["routes"] if route in (None, r["name"])) >= count:
            return
        time.sleep(0.2)
    raise RuntimeError(f"not sent within {within} s\n{home.log_tail()}")


def gatepost(count, size):
    with lab.Lab() as home:
        port = lab.free_port()
        configure(home, [{"name": "relay", "port": port, "connections": CONNECTIONS}], size)
        import_consents(home, range(count))
        import_suppressions(home, 1000)
        home.smtp_sink(port)
        daemon = home.start()
        per_file = 10_000
        hand_in = prepare(
            home, {f"part-{i}.ndjson": offers(min(per_file, count - i), i) for i in range(0, count, per_file)})
        before, _ = usage(daemon.pid)
        begin = time.time()
        hand_in()
        wait_sent(home, count, within=1800)
        after, peak = usage(daemon.pid)
        end, booked = journal_times(home)
        assert booked == count, f"{booked} sent of {count}"
        lab.stop(daemon)
        return count / (end - begin), after - before, peak


def ratio(value, other):
    return f"{value / other:6.2f}" if other else "     –"


def mail(quick):
    rows = [(5000, 100_000 if not quick else 20_000, 30_000, 5000), (100_000, 10_000 if not quick else 3000, 5000, 2000)]
    print(f"{'size':>7} {'gatepost/s':>11} {'floor/s':>9} {'postfix/s':>10} {'÷ floor':>8} {'÷ postfix':>9} "
          f"{'cpu s':>7} {'µs/msg':>7} {'peak MiB':>9}")
    for size, count, floor_count, postfix_count in rows:
        with lab.Lab() as home:
            port = lab.free_port()
            home.smtp_sink(port)
            bare = floor(floor_count, size, port)
        peer = postfix(postfix_count if not quick else postfix_count // 2, size)
        rate, cpu, peak = gatepost(count, size)
        print(f"{size:>7} {rate:>11.0f} {bare:>9.0f} {peer or 0:>10.0f} {ratio(rate, bare):>8} {ratio(rate, peer):>9} "
              f"{cpu:>7.1f} {cpu / count * 1e6:>7.0f} {peak:>9.0f}", flush=True)


class Case:
    """A daemon of its own with one busy route, under one condition; burst after burst is timed on it.

    alone: nothing else waits. control: as many jobs wait in the same queue, for a date far off. disturbed: one route is
    silent, and a throttled domain of the busy route has all those jobs waiting.
    """

    def __init__(self, stack, condition, backlog):
        self.condition, self.rates, self.costs, self.bursts = condition, [], [], 0
        self.home = stack.enter_context(lab.Lab())
        port, silent = lab.free_port(), lab.free_port()
        html, text = body(5000)
        self.home.configure([
            {"name": "mute", "port": silent, "connections": 4, "more": 'match = { countries = ["XX"] }'},
            {"name": "relay", "port": port, "connections": CONNECTIONS, "more": 'domain_rate = { "slow.test" = "5/s" }'},
        ], html=html, text=text)
        self.home.run("init")
        self.home.smtp_sink(port)
        mute = Mute(silent)
        stack.callback(mute.close)
        self.daemon = self.home.start()
        if condition == "control":
            self.fill(backlog, "postponed", lambda record: record | {"not_before": "2099-01-01T00:00:00Z"})
        if condition == "disturbed":
            self.fill(backlog, "accepted", lambda record: record)
            prepare(self.home, {"mute.ndjson": (
                record | {"to": {**record["to"], "country": "XX"}} for record in records(2000, 20_000_000))})()
            self.home.await_counts(lambda counts: counts.get("accepted", 0) >= backlog + 2000, within=600, step=0.5)
            assert mute.connected.wait(60), "nothing ever reached the silent route"
        self.burst(2000)

    def fill(self, backlog, seen, change):
        prepare(self.home, {
            f"backlog-{i}.ndjson": map(change, records(10_000, 10_000_000 + i, lambda n: f"s{n}@slow.test"))
            for i in range(0, backlog, 10_000)})()
        self.home.await_counts(lambda counts: counts.get(seen, 0) >= backlog, within=600, step=0.5)

    def measure(self, count):
        rate, cost = self.burst(count)
        self.rates.append(rate)
        self.costs.append(cost)

    def burst(self, count):
        """Messages a second from the rename to the last durable `sent`, and CPU microseconds a message. Returns once the
        feed has told of all of them: no burst pays for what came before it, and each begins as far from the feed's next
        turn."""
        self.bursts += 1
        first = self.bursts * 100_000
        hand_in = prepare(self.home, {f"burst-{self.bursts}.ndjson": records(count, first)})
        told, sent, (before, _), begin = self.feed_seq(), self.sent(), usage(self.daemon.pid), time.time()
        hand_in()
        lab.await_that("a burst", lambda: self.sent() >= sent + count and self.is_sent(first + count - 1), 600, 0.2)
        after, _ = usage(self.daemon.pid)
        booked = [
            o for o in self.home.lines(
                "outcomes", "--format", "json", "--event", "sent", "--after", told, "--limit", "100000000")
            if o["recipient"].endswith("@example.test")]
        assert len(booked) == count, f"{len(booked)} sent of {count}"
        lab.await_that("the feed", lambda: self.feed_seq() >= booked[-1]["seq"], 60, 0.2)
        return count / (max(parse(o["time"]) for o in booked) - begin), (after - before) / count * 1e6

    def sent(self):
        """By the daemon's own once-a-second status."""
        return sum(r["sent"] for r in (self.home.status() or {"routes": []})["routes"] if r["name"] == "relay")

    def is_sent(self, number):
        return any(o["event"] == "sent" for o in self.home.lines("outcomes", "--format", "json", "--job", f"job-{number}"))

    def feed_seq(self):
        cursor = self.home.state / "outcome-feed.json"
        return json.loads(cursor.read_text())["seq"] if cursor.exists() else 0


# Student's t for a two-sided interval of 95 %, by the number of rounds.
T95 = {3: 4.303, 9: 2.306}


def isolation(quick):
    """Bursts in turn on three daemons, so that the machine's drift meets all alike. Judged by the ratios of each round:
    their geometric mean, and the interval that holds the true one in 95 of 100 such runs."""
    count, backlog, rounds = (40_000, 200_000, 9) if not quick else (10_000, 20_000, 3)
    with contextlib.ExitStack() as stack:
        cases = [Case(stack, condition, backlog) for condition in ("alone", "control", "disturbed")]
        for turn in range(rounds):
            # To and fro: whoever comes first in one round comes last in the next.
            for case in cases if turn % 2 == 0 else reversed(cases):
                case.measure(count)
    alone, control, disturbed = cases
    print(f"{count} messages in the bursts, {rounds} bursts in turn; {backlog} jobs wait in control and disturbed")
    print(f"{'':>9} {'median/s':>8} {'least':>8} {'most':>8} {'µs/msg':>7}")
    for case in cases:
        rate, cost = statistics.median(case.rates), statistics.median(case.costs)
        print(f"{case.condition:>9} {rate:>8.0f} {min(case.rates):>8.0f} {max(case.rates):>8.0f} {cost:>7.0f}")
    for case, other in ((control, alone), (disturbed, alone), (disturbed, control)):
        low, middle, high = interval([own / its for own, its in zip(case.rates, other.rates)])
        verdict = "the same as far as this can tell" if low <= 1 <= high else "SLOWER" if high < 1 else "faster"
        print(f"{case.condition} is {middle:.2f} of {other.condition} ({low:.2f} to {high:.2f}): {verdict}", flush=True)


def interval(ratios):
    """Geometric mean of repeated ratios, within the bounds of a 95 % interval of it."""
    logs = [math.log(r) for r in ratios]
    middle, reach = statistics.mean(logs), T95[len(logs)] * statistics.stdev(logs) / math.sqrt(len(logs))
    return math.exp(middle - reach), math.exp(middle), math.exp(middle + reach)


class Mute(threading.Thread):
    """A server that takes connections and never says a word."""

    def __init__(self, port):
        import socket
        super().__init__(daemon=True)
        self.connected = threading.Event()
        self.held = []
        self.server = socket.create_server(("127.0.0.1", port))
        self.start()

    def run(self):
        while True:
            try:
                self.held.append(self.server.accept()[0])
            except OSError:
                return
            self.connected.set()

    def close(self):
        self.server.close()


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--quick", action="store_true", help="a fifth of the messages; lists of a tenth")
    options.add_argument("--only", choices=["mail", "isolation", "gate", "texts"])
    chosen = options.parse_args()
    is_well = True
    for name, bench in (("mail", mail), ("isolation", isolation), ("texts", texts), ("gate", gate)):
        if chosen.only in (None, name):
            is_well = bench(chosen.quick) is not False and is_well
    sys.exit(0 if is_well else 1)


if __name__ == "__main__":
    main()
