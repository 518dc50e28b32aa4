# SPDX-License-Identifier: Apache-2.0
"""From a file to `sent`: receipts, the journal, the feed, `enqueue --wait` (CONTRACT 3, 7)."""

import csv
import hashlib
import io
import json
import signal
import subprocess

import lab
from contract_case import Case, needs, offer


class ThePath(Case):
    @needs("smtp-sink")
    def test_json_and_ndjson_go_in_and_all_of_it_is_sent_to_a_neutral_receiver(self):
        daemon = self.set_up()
        self.home.smtp_sink(self.port)
        one = json.dumps(lab.job("one", reference={"deal": [1, "zwei"]}, campaign="spring"), indent=2).encode()
        many = [lab.job(n) for n in range(200)]
        self.home.put("one.json", one)
        self.enqueue("many.ndjson", *many)
        self.home.await_counts(lambda c: c.get("sent") == 201, within=30)

        receipt = self.home.receipt("one.json")
        taken_at = receipt.pop("taken_at")
        self.assertRegex(taken_at, r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$")
        self.assertEqual(
            receipt,
            {
                "file": "one.json",
                "sha256": hashlib.sha256(one).hexdigest(),
                "bytes": len(one),
                "accepted": 1,
                "duplicates": 0,
                "rejected": 0,
                "cancelled": 0,
                "problems": [],
            },
        )
        content = "".join(json.dumps(r, separators=(",", ":")) + "\n" for r in many).encode()
        receipt = self.home.receipt("many.ndjson")
        self.assertEqual(
            (receipt["sha256"], receipt["bytes"], receipt["accepted"]),
            (hashlib.sha256(content).hexdigest(), len(content), 200),
        )
        self.assertEqual(list(self.home.incoming.iterdir()) + list((self.home.state / "spool/taken").iterdir()), [])

        sent = self.home.await_event("job-one", "sent")
        self.assertEqual(
            (sent["reference"], sent["campaign"], sent["route"], sent["attempt"]),
            ({"deal": [1, "zwei"]}, "spring", "relay", 1),
        )
        self.assertEqual(sent["provider"]["code"], "250")
        self.assert_gapless()
        self.assertEqual(lab.stop(daemon), 0)

    def test_the_feed_as_files_is_complete_contiguous_and_the_same_as_outcomes(self):
        daemon = self.set_up()
        self.sink()
        for round in range(3):
            self.accept(
                f"f{round}.ndjson",
                *[lab.job(f"{round}-{n}") for n in range(20)],
                lab.job(f"{round}-b", f"bounce@x{round}.test"),
            )
            self.home.await_counts(
                lambda c: c.get("sent") == 20 * (round + 1) and c.get("failed") == round + 1, within=30
            )
            self.assertEqual(lab.stop(daemon), 0)
            daemon = self.home.start()
        lab.stop(daemon)
        feed, journal = self.home.feed(), self.home.outcomes()
        self.assertGreaterEqual(len(feed), 3)
        for name, outcomes in feed:
            first, last = map(int, name.removesuffix(".ndjson").split("-"))
            self.assertEqual((outcomes[0]["seq"], outcomes[-1]["seq"]), (first, last))
        self.assertEqual([o for _, outcomes in feed for o in outcomes], journal)
        # Two events a job, and a suppression for each address that bounced.
        self.assertEqual(len(journal), 2 * 63 + 3)

    def test_the_feed_comes_while_the_daemon_runs(self):
        self.set_up()
        self.sink()
        self.accept("a.json", lab.job(1))
        self.home.await_event("job-1", "sent")
        seen = self.home.await_that(
            "both events in the feed",
            lambda: [o["event"] for _, outcomes in self.home.feed() for o in outcomes][1:],
            within=15,
        )
        self.assertEqual(seen, ["sent"])

    def test_enqueue_with_wait_prints_the_receipt_and_exits_65_where_a_record_was_rejected(self):
        self.set_up()
        self.sink()
        source = self.home.home / "mine.ndjson"
        source.write_text(json.dumps(lab.job(1)) + "\n")
        done = self.home.run("enqueue", source, "--wait")
        self.assertEqual(json.loads(done.stdout)["accepted"], 1)
        source.write_text(json.dumps(lab.job(2)) + "\n" + json.dumps(lab.job(3, template="none")) + "\n")
        done = self.home.run("enqueue", source, "--wait", check=False)
        receipt = json.loads(done.stdout)
        self.assertEqual((done.returncode, receipt["accepted"], receipt["rejected"]), (65, 1, 1))
        self.assertEqual([(p["line"], p["code"]) for p in receipt["problems"]], [(2, "unknown_template")])

    def test_enqueue_reads_standard_input_and_a_dry_run_stores_nothing(self):
        self.set_up(start=False)
        done = self.home.run("enqueue", "--dry-run", input=json.dumps(lab.job(1)), check=False)
        self.assertEqual((done.returncode, json.loads(done.stdout)["accepted"]), (0, 1), done.stderr)
        self.assertEqual(list(self.home.incoming.iterdir()), [])
        name = self.home.run("enqueue", input=json.dumps(lab.job(1))).stdout.strip()
        self.assertTrue((self.home.incoming / name).exists())

    def test_a_producer_that_uses_a_name_again_loses_nothing(self):
        self.set_up()
        self.sink()
        for n in range(20):
            self.enqueue("same.json", lab.job(n))
        self.home.await_that("an empty queue", lambda: not any(self.home.incoming.iterdir()))
        # A name used again before it was taken is the producer's own rename over its own file.
        accepted = self.home.await_counts(lambda c: c.get("sent", 0) == c.get("accepted", -1), within=20)["accepted"]
        receipts = [p for p in self.home.receipts.iterdir() if p.name.endswith(".receipt.json")]
        self.assertEqual(len(receipts), accepted)
        self.assertIn("job-19", self.endings())

    def test_a_cursor_beyond_the_journal_is_an_error_and_follow_goes_on(self):
        self.set_up()
        self.sink()
        self.accept("a.json", offer(1))
        self.home.await_event("job-1", "sent")
        accepted = self.home.outcomes("--job", "job-1")[0]["seq"]
        self.assertEqual([o["event"] for o in self.home.outcomes("--after", str(accepted))], ["sent"])
        self.assertEqual(self.home.run("outcomes", "--after", "999", check=False).returncode, 65)
        decided = self.home.outcomes("--job", "job-1", "--decisions")
        self.assertTrue(decided[-1].get("decision"), decided[-1])

    def test_follow_prints_what_comes_as_it_comes(self):
        self.set_up()
        self.sink()
        self.accept("a.json", lab.job(1))
        follow = subprocess.Popen(
            [self.home.binary, "outcomes", "--follow", "--format", "json", "--config", self.home.config],
            stdout=subprocess.PIPE,
            text=True,
            env=self.home.env,
        )
        self.home.processes.append(follow)
        self.addCleanup(follow.stdout.close)
        seen = [json.loads(follow.stdout.readline())["event"] for _ in range(2)]
        self.accept("b.json", lab.job(2))
        seen += [json.loads(follow.stdout.readline())["event"] for _ in range(2)]
        self.assertEqual(seen, ["accepted", "sent"] * 2)
        follow.send_signal(signal.SIGINT)
        self.assertIn(follow.wait(10), (0, -signal.SIGINT, 130))

    def test_the_feed_has_no_gap_after_kills(self):
        daemon = self.set_up(route='in_doubt = "park"\n')
        self.sink()
        for round in range(4):
            self.enqueue(f"f{round}.ndjson", *[lab.job(f"{round}-{n}") for n in range(300)])
            self.home.await_counts(lambda c: c.get("sent", 0) > 300 * round + 50)
            daemon.kill()
            daemon.wait()
            daemon = self.home.start()
        self.home.await_counts(lambda c: c.get("sent", 0) + c.get("unknown", 0) == 1200)
        self.assertEqual(lab.stop(daemon), 0)
        fed = [o["seq"] for _, outcomes in self.home.feed() for o in outcomes]
        self.assertEqual(fed, sorted(fed))
        self.assertEqual(set(fed), {o["seq"] for o in self.home.outcomes()})

    def test_csv_has_as_many_cells_in_every_line(self):
        self.set_up()
        self.sink()
        self.accept("a.ndjson", lab.job(1, campaign='a "quoted", campaign'), lab.job("b", "bounce@x.test"))
        self.home.await_counts(lambda c: c.get("sent") == 1 and c.get("failed") == 1)
        rows = list(csv.reader(io.StringIO(self.home.run("outcomes", "--format", "csv").stdout)))
        self.assertEqual((len(rows), {len(r) for r in rows}), (6, {len(rows[0])}))
        self.assertIn('a "quoted", campaign', rows[1])
