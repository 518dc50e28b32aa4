# SPDX-License-Identifier: Apache-2.0
"""The command line by itself: exit codes, `check`, `demo`, schemas, the journal that never changes (CONTRACT 7, 9)."""

import contextlib
import json
import sqlite3
import subprocess

import lab
from contract_case import Case

COMMANDS = [
    "init",
    "run",
    "check",
    "enqueue",
    "render",
    "schema",
    "status",
    "queue",
    "hold",
    "route",
    "outcomes",
    "report",
    "journal",
    "sink",
    "demo",
]


class Commands(Case):
    def gatepost(self, *words, **options):
        return subprocess.run(
            [self.home.binary, *map(str, words)], capture_output=True, text=True, env=self.home.env, **options
        )

    def test_every_command_has_help_with_an_example(self):
        for command in COMMANDS:
            done = self.gatepost(command, "--help")
            self.assertEqual((done.returncode, done.stderr), (0, ""), command)
            self.assertRegex(done.stdout, r"gatepost " + command, command)
            self.assertRegex(done.stdout, "Examples?:", command)

    def test_exit_codes_say_what_kind_of_trouble_it_is(self):
        self.configure()
        self.assertEqual(self.gatepost("nonsense").returncode, 64)
        self.assertEqual(self.gatepost("outcomes", "--limit", "none").returncode, 64)
        self.assertEqual(self.gatepost("run", "--config", self.home.home / "none.toml").returncode, 78)
        done = self.home.run("run", check=False)
        self.assertEqual(done.returncode, 69, done.stderr)
        self.assertIn("gatepost init", done.stderr)
        self.home.run("init")
        self.home.run("init")  # once more does no harm
        self.assertEqual(self.home.run("queue", "show", "none", check=False).returncode, 65)
        self.assertEqual(self.home.run("hold", "remove", "7", check=False).returncode, 65)
        self.assertEqual(self.home.run("route", "pause", "none", check=False).returncode, 64)
        self.assertEqual(self.home.run("enqueue", self.home.home / "none.json", check=False).returncode, 65)
        self.home.config.write_text(self.home.config.read_text().replace(str(self.home.state), "/proc/none/state"))
        self.assertIn(self.home.run("init", check=False).returncode, (73, 77))

    def test_check_finds_every_problem_with_its_place(self):
        self.configure()
        self.assertEqual(self.home.run("check").returncode, 0)
        lines = (
            self.home.config.read_text()
            .replace("postal_address", "postal_adress")
            .replace('channel = "email"', 'channel = "emal"')
        )
        self.home.config.write_text(lines + '\n[intake]\nmax_queued = "many"\n')
        (self.home.home / "templates/probe/body.txt").write_text("Hello {{nobody}} {{#n}}\n")
        done = self.home.run("check", check=False)
        said = done.stdout + done.stderr
        self.assertEqual(done.returncode, 78, said)
        for words in (
            r"gatepost\.toml:\d+.*postal_adress.*postal_address",
            r"gatepost\.toml:\d+.*channel.*email",
            r"gatepost\.toml:\d+.*max_queued",
        ):
            self.assertRegex(said, words)
        self.configure()
        (self.home.home / "templates/probe/body.txt").write_text("Hello\n{{nobody}}\n")
        done = self.home.run("check", check=False)
        self.assertNotEqual(done.returncode, 0)
        self.assertRegex(done.stdout + done.stderr, r"probe/body\.txt:2.*nobody")

    def test_schemas_are_json(self):
        for kind in ("job", "receipt", "outcome"):
            self.assertIn("$schema", json.loads(self.gatepost("schema", kind).stdout))

    def test_render_shows_what_would_be_sent(self):
        self.configure()
        data = self.home.home / "data.json"
        data.write_text('{"n": 7, "filler": "dear"}')
        self.assertIn("Hello 7 dear", self.home.run("render", "probe", "--data", data, "--part", "text").stdout)
        self.assertIn("Subject: Probe 7", self.home.run("render", "probe", "--data", data, "--part", "raw").stdout)
        data.write_text('{"filler": "dear"}')
        self.assertEqual(self.home.run("render", "probe", "--data", data, check=False).returncode, 65)

    def test_the_demonstration_ends_with_every_job_where_it_was_expected_and_is_plain_in_a_pipe(self):
        done = self.gatepost("demo", "--dir", self.home.home, timeout=60)
        said = done.stdout + done.stderr
        self.assertEqual(done.returncode, 0, said)
        self.assertNotIn("\x1b", said)
        self.assertEqual(said.count(", as expected"), 13, said)
        moment = lambda word: float(next(line for line in done.stdout.splitlines() if f" {word} " in line).split()[0])
        self.assertLess(moment("sent") - moment("enqueued"), 1.0, said)

    def test_the_journal_never_changes_and_verify_sees_it_where_somebody_forced_it(self):
        daemon = self.set_up()
        self.sink()
        self.accept("a.ndjson", *[lab.job(n) for n in range(20)])
        self.home.await_counts(lambda c: c.get("sent") == 20)
        lab.stop(daemon)
        with contextlib.closing(sqlite3.connect(self.home.state / "gatepost.db")) as database:
            for change in ("UPDATE journal SET at = 0 WHERE seq = 7", "DELETE FROM journal WHERE seq = 7"):
                with self.assertRaises(sqlite3.DatabaseError):
                    database.execute(change)
            database.rollback()
            self.home.run("journal", "verify")
            database.execute("DROP TRIGGER journal_no_update")
            database.execute("UPDATE journal SET row = substr(row, 1, length(row) - 1) || x'00' WHERE seq = 7")
            database.commit()
        done = self.home.run("journal", "verify", "--format", "json", check=False)
        self.assertEqual(done.returncode, 65)
        self.assertEqual(json.loads(done.stdout)["fault_seq"], 7)

    def test_the_journal_itself_holds_no_personal_data(self):
        self.set_up()
        self.sink()
        self.accept(
            "a.ndjson",
            {**lab.job("secret-id", "ada.lovelace@example.test"), "reference": {"deal": "hush"}},
            lab.job("b", "bounce+ada@example.test"),
        )
        self.home.await_counts(lambda c: c.get("sent") == 1 and c.get("failed") == 1)
        exported = self.home.run("journal", "export").stdout
        # None of them can be a piece of a digest in hexadecimal.
        for word in ("ada.", "+ada", "lovelace", "example.test", "secret-id", "hush"):
            self.assertNotIn(word, exported)
        self.assertEqual(len(self.home.outcomes("--recipient", "Ada.Lovelace@EXAMPLE.test")), 2)

    def test_what_is_stopped_in_the_middle_of_a_file_is_gone_on_with(self):
        daemon = self.set_up()
        self.sink()
        self.enqueue("a.ndjson", *[lab.job(n) for n in range(4000)])
        self.home.await_that("the file taken", lambda: not (self.home.incoming / "a.ndjson").exists(), step=0.002)
        self.assertEqual(lab.stop(daemon), 0)
        self.home.start()
        receipt = self.home.await_receipt("a.ndjson")
        self.assertEqual([receipt[k] for k in ("accepted", "duplicates", "rejected")], [4000, 0, 0])
        self.home.await_counts(lambda c: c.get("sent") == 4000, within=60)
        self.assert_gapless()
