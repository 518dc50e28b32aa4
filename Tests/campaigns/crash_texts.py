# SPDX-License-Identifier: Apache-2.0
"""Kills the daemon at random moments while texts are in the air: crash_texts.py [ROUNDS=20] [SEED]

Half go by a provider that knows a repeat by its key, half by one that does not and whose doubts are parked. In the end
every job has one terminal event; the sink has each text once at most, save what is recorded as `unknown`; each kill
leaves at most one in doubt per connection; what a key protects is never in doubt for good, and never arrives twice.
"""

import collections
import random
import signal
import sys
import time
import unittest

import lab
from contract_wire import WireCase, phone_of, text

CONNECTIONS = 4
TERMINAL = ("sent", "failed", "withheld", "cancelled", "unknown")


class Campaign(WireCase):
    """The home and its routes; not a test by itself."""

    def runTest(self):
        rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 20
        seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.randrange(1 << 32)
        print(f"crash campaign with texts: {rounds} rounds, seed {seed}")
        self.chance, self.jobs, self.files, self.rounds = random.Random(seed), 0, 0, rounds
        base = self.play()
        more = f'connections = {CONNECTIONS}\nin_doubt = "park"\nhttp_version = "1.1"\n'
        self.furnish(
            self.route("plivo", f"{base}/plivo", name="bare", more=more),
            self.route("webhook", f"{base}/webhook", name="keyed", more=more), start=False)
        for _ in range(rounds):
            self.round()
        self.finish()

    def round(self):
        self.hand_in(self.chance.choice([1, 40, 200, 400]))
        daemon = self.home.start()
        self.hand_in(self.chance.choice([1, 40, 200]))
        time.sleep(self.chance.uniform(0.02, 0.5))
        daemon.send_signal(signal.SIGKILL)
        daemon.wait()

    def hand_in(self, count):
        records = [text(n, route=("bare", "keyed")[n % 2]) for n in range(self.jobs, self.jobs + count)]
        self.jobs, self.files = self.jobs + count, self.files + 1
        self.home.enqueue(f"batch-{self.files}.ndjson", records)

    def finish(self):
        daemon = self.home.start()
        ended = lambda c: sum(c.get(e, 0) for e in ("sent", "failed", "withheld"))
        parked = lambda: len(self.doubtful())
        self.home.await_counts(lambda c: c.get("accepted", 0) >= self.jobs, within=300)
        # What the key protects comes to an end; the others are parked.
        over = lambda: ended(self.home.counts()) + parked() == self.jobs and not self.keyed_doubts()
        self.home.await_that("the end", over, within=300)
        self.assertEqual(lab.stop(daemon), 0)
        outcomes = self.home.outcomes()
        unknown = {o["job"] for o in outcomes if o["event"] == "unknown"}
        ends = collections.defaultdict(list)
        for outcome in outcomes:
            if outcome["event"] in TERMINAL:
                ends[outcome["job"]].append(outcome)
        self.assertEqual(len(ends), self.jobs)
        for job, events in ends.items():
            words = [o["event"] for o in events]
            # An attempt in doubt for each `unknown`, which the next event settles.
            self.assertEqual([w for w in words[:-1] if w != "unknown"], [], job)
            self.assertIn(words[-1], ("sent", "unknown", "failed"), job)
            self.assertEqual([e["settles"] for e in events], [None, *(e["seq"] for e in events[:-1])], job)
            if words[-1] == "failed":
                self.assertEqual(events[-1]["reason"], "poison", job)
            if words[-1] == "sent":
                self.assertTrue(events[-1]["provider"]["id"], events[-1])
                # What recovery books from the wire log knows no more than the answer.
                self.assertIn(events[-1]["segments"], (1, None), events[-1])
        self.count_copies(ends, unknown)
        doubts = collections.Counter((o["time"], o["route"]) for o in outcomes if o["event"] == "unknown")
        most = max(doubts.values(), default=0)
        self.assertLessEqual(most, CONNECTIONS)
        self.home.run("journal", "verify")
        print(
            f"{self.rounds} kills, {self.jobs} texts: each has one end; {len(unknown)} were in doubt, "
            f"{most} at most a kill and route")

    def keyed_doubts(self):
        return [row for row in self.home.lines("queue", "list", "--state", "unknown", "--format", "json")
                if row["route"] == "keyed"]

    def count_copies(self, ends, unknown):
        copies = collections.Counter(e["recipient"] for e in self.seen(matter="message"))
        numbers = {phone_of(n): n for n in range(self.jobs)}
        for recipient, count in copies.items():
            number = numbers[recipient]
            job = f"text-{number}"
            self.assertTrue(count == 1 or number % 2 == 0 and job in unknown, (job, count))
        for number in range(self.jobs):
            if ends[f"text-{number}"][-1]["event"] == "sent":
                self.assertGreaterEqual(copies[phone_of(number)], 1, number)


if __name__ == "__main__":
    result = unittest.TextTestRunner(verbosity=0).run(Campaign())
    sys.exit(0 if result.wasSuccessful() else 1)
