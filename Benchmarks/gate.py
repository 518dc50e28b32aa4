# SPDX-License-Identifier: Apache-2.0
"""What long lists cost at the gate: bursts in turn on daemons that know few people and many.

`few` knows a thousand suppressions and a thousand consents, and writes to those thousand. `own` knows a thousand
suppressions, and of those it writes to all, in no order. `many` knows ten million suppressions and a million consents,
and writes to people from all over them. All send the same mail under the same policy. Judged against the faster of the
first two.
"""

import contextlib
import json
import statistics
import time

from load import CONNECTIONS, configure, import_consents, import_suppressions, lab, offers, parse, prepare, usage

LEAST = 0.8


class Case:
    def __init__(self, stack, name, suppressions, consents, writes_to):
        self.name, self.writes_to, self.rates, self.costs = name, writes_to, [], []
        self.bursts, self.seq = 0, 0
        self.home = stack.enter_context(lab.Lab())
        port = lab.free_port()
        configure(self.home, [{"name": "relay", "port": port, "connections": CONNECTIONS}], 5000)
        self.imports = [
            (suppressions, "suppressions", import_suppressions(self.home, suppressions)),
            (consents, "consents", import_consents(self.home, range(consents))),
        ]
        self.home.smtp_sink(port)
        begin = time.monotonic()
        self.daemon = self.home.start(ready_within=300)
        self.opened = time.monotonic() - begin
        # The feed tells of everything that was imported: no burst pays for that.
        begin = time.monotonic()
        self.home.await_that("the feed", lambda: self.feed_seq() >= suppressions + consents, 3600, 0.5)
        self.told = time.monotonic() - begin
        self.megabytes = sum(f.stat().st_size for f in self.home.state.glob("gatepost.db*")) / 1e6

    def feed_seq(self):
        cursor = self.home.state / "outcome-feed.json"
        return json.loads(cursor.read_text())["seq"] if cursor.exists() else 0

    def burst(self, count):
        """Messages a second from the rename to the last durable `sent`, and CPU microseconds a message."""
        first = self.bursts * count
        self.bursts += 1
        hand_in = prepare(self.home, {f"burst-{self.bursts}.ndjson": offers(count, first, self.writes_to)})
        (before, _), begin = usage(self.daemon.pid), time.time()
        hand_in()
        self.home.await_that("a burst", lambda: self.sent() >= first + count, 900, 0.2)
        after, _ = usage(self.daemon.pid)
        sent = self.home.lines(
            "outcomes", "--format", "json", "--event", "sent", "--after", self.seq, "--limit", "100000000")
        assert len(sent) == count, f"{self.name}: {len(sent)} sent of {count}"
        self.seq = sent[-1]["seq"]
        return count / (max(parse(o["time"]) for o in sent) - begin), (after - before) / count * 1e6

    def measure(self, count):
        rate, cost = self.burst(count)
        self.rates.append(rate)
        self.costs.append(cost)

    def sent(self):
        """By the daemon's own once-a-second status."""
        return sum(r["sent"] for r in (self.home.status() or {"routes": []})["routes"])


def gate(quick):
    suppressions, consents = (10_000_000, 1_000_000) if not quick else (1_000_000, 100_000)
    count, rounds = (20_000, 5) if not quick else (10_000, 3)
    people = (rounds + 1) * count
    with contextlib.ExitStack() as stack:
        cases = [
            Case(stack, "few", 1000, 1000, lambda n: n % 1000),
            # A stride without a common divisor: from all over the book.
            Case(stack, "own", 1000, people, lambda n: n * 7919 % people),
            Case(stack, "many", suppressions, consents, lambda n: n * 7919 % consents),
        ]
        for number, what, rate in cases[2].imports:
            print(f"import: {number} {what} at {rate:.0f}/s ({number / rate:.0f} s)")
        print(f"the database then: {cases[2].megabytes:.0f} MB; the daemon opens it in {cases[2].opened:.1f} s, and tells the "
              f"feed of it in {cases[2].told:.0f} s", flush=True)
        for case in cases:
            case.burst(count)
        for turn in range(rounds):
            for case in cases if turn % 2 == 0 else reversed(cases):
                case.measure(count)
        print(f"{count} messages in the bursts, {rounds} bursts in turn")
        print(f"{'':>6} {'median/s':>8} {'least':>8} {'most':>8} {'µs/msg':>7} {'peak MiB':>9}")
        for case in cases:
            print(f"{case.name:>6} {statistics.median(case.rates):>8.0f} {min(case.rates):>8.0f} {max(case.rates):>8.0f} "
                  f"{statistics.median(case.costs):>7.0f} {usage(case.daemon.pid)[1]:>9.0f}")
        best = max(cases[:2], key=lambda case: statistics.median(case.rates))
        ratio = statistics.median(cases[2].rates) / statistics.median(best.rates)
        print(f"gate: many is {ratio:.2f} of {best.name}; at least {LEAST} is asked: "
              f"{'well' if ratio >= LEAST else 'TOO SLOW'}", flush=True)
    return ratio >= LEAST
