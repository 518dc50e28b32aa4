# SPDX-License-Identifier: Apache-2.0
"""The gate under load: a withdrawal holds from the moment its command returns, however much is queued and in the air.

GATEPOST_LOAD_JOBS says how many jobs are queued: 5,000 unless it is set; `make year` asks with 50,000.
"""

import json
import os
import time

import lab
from contract_case import offer
from contract_gate import EXPRESS, GateCase, moment

JOBS = int(os.environ.get("GATEPOST_LOAD_JOBS", "5000"))
# Every so many jobs one is to the person who withdraws.
EVERY = 20
PEOPLE = 500


class WithdrawalUnderLoad(GateCase):
    def test_not_one_send_after_a_withdrawal_by_the_command_returned(self):
        self.withdraw("consent", "record", "ada@example.test", "--channel", "email", "--type", "withdrawn",
                      "--brand", "acme", "--topic", "newsletter")
        self.assertEqual(self.reasons(), {"consent_withdrawn"})

    def test_not_one_send_after_a_suppression_by_the_command_returned(self):
        self.withdraw("suppression", "add", "ADA@example.test", "--reason", "complaint")
        self.assertEqual(self.reasons(), {"suppressed"})

    def withdraw(self, *command):
        """Queues all jobs, lets a fifth of them go, runs the command in the middle of it, waits for the rest."""
        self.set_up(policy=EXPRESS, connections=16)
        self.log = self.home.home / "sink.ndjson"
        self.home.sink(self.port, self.log)
        people = [f"r{n}@example.test" for n in range(PEOPLE)]
        self.accept("consents.ndjson", *(lab.consent(n, p) for n, p in enumerate([*people, "ada@example.test"])))
        self.home.run("route", "pause", "relay", "--why", "until all are queued")
        self.enqueue("jobs.ndjson", *(
            offer(n, "ada@example.test" if n % EVERY == 7 else people[n % PEOPLE]) for n in range(JOBS)))
        self.home.await_receipt("jobs.ndjson", within=300)
        self.home.run("route", "resume", "relay")
        self.home.await_that("a fifth of them", lambda: self.lines_logged() >= JOBS // 5, within=300, step=0.01)
        self.home.run(*command)
        returned = time.time()
        ended = JOBS // EVERY
        self.home.await_that("all the others", lambda: self.lines_logged() >= JOBS - ended, within=600, step=0.1)
        self.home.await_counts(lambda c: c.get("sent", 0) + c.get("withheld", 0) >= JOBS, within=60, step=0.2)
        self.check(returned)

    def lines_logged(self):
        with open(self.log, "rb") as log:
            return sum(block.count(b"\n") for block in iter(lambda: log.read(1 << 20), b""))

    def check(self, returned):
        """By what the other side saw, and by what the journal says."""
        seen = [json.loads(line) for line in self.log.read_text().splitlines()]
        late = [m for m in seen if moment(m["time"]).timestamp() > returned]
        self.assertEqual([m for m in late if m["recipient"].startswith("ada@")], [])
        # It was in the middle: others went on, and some had gone to her before.
        self.assertGreater(len(late), JOBS // 10)
        before = [m for m in seen if m["recipient"].startswith("ada@")]
        self.assertGreater(len(before), 0)
        self.assertLess(len(before), JOBS // EVERY)
        sent = self.home.outcomes("--event", "sent", "--recipient", "ada@example.test")
        self.assertEqual(len(sent), len(before))
        self.assertEqual([o for o in sent if moment(o["time"]).timestamp() > returned], [])
        self.assertEqual(len(self.withheld()), JOBS // EVERY - len(sent))
        self.assertEqual(len(seen), JOBS - len(self.withheld()))
        self.home.run("journal", "verify")

    def withheld(self):
        return self.home.outcomes("--event", "withheld")

    def reasons(self):
        self.assertEqual({o["recipient"] for o in self.withheld()}, {"ada@example.test"})
        return {o["reason"] for o in self.withheld()}
