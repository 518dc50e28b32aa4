# SPDX-License-Identifier: Apache-2.0
"""Consents and suppressions: recorded, looked up, imported, exported, with the daemon running and without (CONTRACT 4, 9)."""

import csv
import hashlib
import io
import json

import lab
from contract_case import Case, offer
from contract_wire import WireCase, ad, text

EXPRESS = """
[[policy.consent]]
class = "marketing"
require = "express"
"""


class Books(Case):
    def books(self, start=False):
        self.home.configure([{"name": "relay", "port": self.port}], more=lab.TOPIC, policy=EXPRESS)
        self.home.template("offer", lab.MARKETING)
        self.home.run("init")
        return self.home.start() if start else None

    def consent(self, *words, check=True):
        return self.home.run("consent", *words, check=check)

    def suppression(self, *words, check=True):
        return self.home.run("suppression", *words, check=check)

    def state(self, address):
        rows = self.home.lines("consent", "show", address, "--format", "json")
        return {(r["channel"], r["topic"]): r["state"] for r in rows}

    def grant(self, address="ada@example.com", *more):
        return self.consent(
            "record", address, "--channel", "email", "--topic", "newsletter", "--type", "granted", "--method", "paper",
            *more,
        ).stdout.strip()


class Consents(Books):
    def test_a_grant_is_recorded_with_its_proof_and_read_back(self):
        self.books()
        (self.home.home / "wording.txt").write_text("Yes,\nplease.\n")
        (self.home.home / "scan.pdf").write_bytes(b"%PDF-1.7 \x00")
        number = self.grant(
            "Ada <Ada@Example.COM>", "--brand", "acme", "--basis", "implied_purchase", "--basis-date", "2026-01-02",
            "--occurred-at", "2026-01-03", "--wording", self.home.home / "wording.txt", "--language", "en",
            "--evidence", '{"form":"fair"}', "--attach", self.home.home / "scan.pdf", "--actor", "jane", "--why", "fair",
        )
        self.assertEqual(number, "c1")
        (event,) = self.home.lines("consent", "history", "ada@example.com", "--format", "json")
        self.assertEqual(
            [event[k] for k in ("event", "address", "type", "channel", "brand", "topics", "basis", "basis_day", "method")],
            ["c1", "ada@example.com", "granted", "email", "acme", ["newsletter"], "implied_purchase", "2026-01-02", "paper"],
        )
        self.assertEqual(event["occurred_at"], "2026-01-03T00:00:00.000000Z")
        self.assertEqual((event["occurred_as_given"], event["evidence"]), ("2026-01-03", {"form": "fair"}))
        self.assertEqual((event["actor"], event["recorded_by"], event["why"]), ("jane", "jane", "fair"))
        self.assertTrue(event["system_user"] and event["has_wording"] and event["has_evidence"] and not event["import"])
        self.assertEqual(event["wording_sha256"], hashlib.sha256(b"Yes,\nplease.\n").hexdigest())
        self.assertEqual(event["attachments"], [hashlib.sha256(b"%PDF-1.7 \x00").hexdigest()])
        (shown,) = self.home.lines("consent", "show", "mailto:ada@example.com", "--format", "json")
        self.assertEqual((shown["state"], shown["event"], shown["until"], shown["proof"]), ("granted", "c1", "2028-01-02", True))
        self.assertIn("granted", self.consent("show", "ada@example.com").stdout)
        self.assertIn("c1", self.consent("history", "ada@example.com").stdout)
        self.home.run("journal", "verify")

    def test_states_follow_the_events(self):
        self.books()
        self.assertEqual(self.state("ada@example.com"), {("email", "newsletter"): "nothing"})
        self.grant("ada@example.com", "--occurred-at", "2026-01-01")
        self.assertEqual(self.state("ada@example.com"), {("email", "newsletter"): "granted"})
        done = self.consent("record", "ada@example.com", "--channel", "email", "--type", "withdrawn")
        self.assertEqual((done.stdout, "nothing was sent between" in done.stderr), ("c2\n", True))
        self.assertEqual(self.state("ada@example.com"), {("email", "newsletter"): "opted out"})
        self.consent("record", "ada@example.com", "--type", "corrected", "--corrects", "c2", "--why", "wrong person")
        self.assertEqual(self.state("ada@example.com"), {("email", "newsletter"): "granted"})
        self.consent("record", "+33 6 12 34 56 78", "--type", "objected")
        self.assertEqual(
            self.state("0033612345678"), {("sms", "newsletter"): "opted out", ("voice", "newsletter"): "opted out"})

    def test_what_is_wrong_with_a_grant_is_said_and_nothing_recorded(self):
        self.books()
        base = ["record", "ada@example.com", "--type", "granted", "--channel", "email", "--topic", "newsletter"]
        for words, said in (
            (base + ["--brand", "acne"], "acne"),
            (base + ["--topic", "newsleter"], "newsletter"),
            (base + ["--occurred-at", "2999-01-01"], "future"),
            (base + ["--basis", "verbal"], "verbal"),
            (base + ["--evidence", '"x"'], "evidence"),
            (["record", "0612345678", *base[2:]], "country"),
            (["record", "ada", *base[2:]], "neither"),
            (["record", "ada@example.com", "--type", "granted", "--channel", "sms", "--topic", "newsletter"], "sms"),
            (["record", "ada@example.com", "--type", "grunted"], "grunted"),
        ):
            done = self.consent(*words, check=False)
            self.assertEqual(done.returncode, 65, (words, done.stderr))
            self.assertIn(said, done.stderr)
        self.assertEqual(self.consent("record", "ada@example.com", check=False).returncode, 64)
        corrected = ["record", "ada@example.com", "--type", "corrected", "--corrects", "c9"]
        self.assertEqual(self.consent(*corrected, check=False).returncode, 64)
        self.assertEqual(self.consent(*corrected, "--why", "x", check=False).returncode, 65)
        self.assertEqual(self.home.lines("consent", "export"), [])

    def test_an_opt_out_is_taken_whatever_is_wrong_with_it(self):
        self.books()
        done = self.consent(
            "record", "ada@example.com", "--type", "withdrawn", "--brand", "acne", "--channel", "fax", "--topic", "x",
            "--occurred-at", "soon",
        )
        self.assertEqual((done.stdout, done.stderr.count("warning:")), ("c1\n", 4))
        (event,) = self.home.lines("consent", "export")
        self.assertEqual([event[k] for k in ("brand", "channel", "topics")], [None, None, None])
        self.assertIn("acne", event["damage"])

    def test_a_withdrawal_stops_what_is_queued_and_waits_for_what_is_in_flight(self):
        self.books(start=True)
        self.sink()
        self.grant("slow-6@example.test", "--evidence", '{"a":1}')
        self.grant("ada@example.test", "--evidence", '{"a":1}')
        self.accept("a.json", offer(1, "slow-6@example.test"))
        self.home.await_that("in flight", lambda: self.home.lines("queue", "list", "--state", "flying", "--format", "json"))
        self.accept("b.json", offer(2, "slow-6@example.test", not_before=lab.soon(3)))
        words = ["record", "slow-6@example.test", "--channel", "email", "--type", "withdrawn"]
        done = self.consent(*words, "--wait", "300ms", check=False)
        self.assertEqual(done.returncode, 75, done.stderr)
        self.assertIn("1 still in flight", done.stderr)
        done = self.consent(*words, "--wait", "20s")
        self.assertEqual(self.home.events("job-1")[-1][0], "sent")
        self.home.await_event("job-2", "withheld", "consent_withdrawn")
        done = self.consent("record", "slow-6@example.test", "--type", "withdrawn", "--occurred-at", lab.soon(-3600))
        self.assertIn("1 message went between the opt-out and now", done.stderr)
        self.assertIn("job-1", done.stderr)

    def test_consents_are_exported_whole_and_as_csv(self):
        self.books()
        for n in range(3):
            self.grant(f"r{n}@example.com", "--evidence", '{"form":"a,b"}')
        rows = list(csv.DictReader(io.StringIO(self.consent("export", "--format", "csv").stdout)))
        self.assertEqual([r["address"] for r in rows], [f"r{n}@example.com" for n in range(3)])
        self.assertEqual(json.loads(rows[0]["evidence"]), {"form": "a,b"})
        self.assertEqual([r["event"] for r in self.home.lines("consent", "export")], ["c1", "c2", "c3"])


class ConsentLists(Books):
    HEADER = "address,channel,topics,type,occurred_at,method,evidence\n"

    def list(self, text, *words, check=True):
        path = self.home.home / "list"
        path.write_text(text)
        return self.consent("import", str(path), *words, check=check)

    def test_a_list_is_checked_and_then_recorded(self):
        self.books()
        text = self.HEADER + "".join(
            f'r{n}@example.com,email,newsletter,{"withdrawn" if n % 4 == 0 else "granted"},2026-01-01,form,"{{""n"":{n}}}"\n'
            for n in range(1200)
        )
        done = self.list(text, "--dry-run", "--format", "json")
        self.assertEqual([json.loads(l) for l in done.stdout.splitlines()],
                         [{"result": "granted", "count": 900}, {"result": "withdrawn", "count": 300}])
        self.assertEqual(self.home.lines("consent", "export"), [])
        self.assertIn("1200 entries recorded as batch", self.list(text, "--actor", "jane").stderr)
        events = self.home.lines("consent", "export")
        self.assertEqual(len(events), 1200)
        self.assertTrue(all(e["import"] and e["batch"] == hashlib.sha256(text.encode()).hexdigest()[:12] for e in events))
        self.assertEqual(self.state("r1@example.com"), {("email", "newsletter"): "granted"})
        self.assertEqual(self.state("r4@example.com"), {("email", "newsletter"): "opted out"})

    def test_an_import_never_lifts_an_opt_out(self):
        self.books()
        self.consent("record", "ada@example.com", "--type", "withdrawn", "--occurred-at", "2020-01-01")
        self.list(self.HEADER + "ada@example.com,email,newsletter,granted,2026-01-01,form,\n")
        self.assertEqual(self.state("ada@example.com"), {("email", "newsletter"): "opted out"})
        self.grant()
        self.assertEqual(self.state("ada@example.com"), {("email", "newsletter"): "granted"})

    def test_lines_of_json_are_taken_too_and_odd_lists_refused(self):
        self.books()
        record = {"address": "ada@example.com", "channel": "email", "topics": ["newsletter"], "type": "granted"}
        self.list(json.dumps(record) + "\n" + json.dumps({**record, "address": "b@example.com", "kind": "consent", "id": "x"}) + "\n")
        self.assertEqual(len(self.home.lines("consent", "export")), 2)
        for text, said in (
            ("email,type\na@b.example,granted\n", 'the header is "email,type"'),
            ("", "empty"),
            (self.HEADER, "0 entries"),
            (self.HEADER + "a@b.example,email,nonsense,granted,,,\n", "nonsense"),
            (self.HEADER + "a@b.example,email,newsletter,granted,,,{oops\n", "evidence is no JSON"),
            (json.dumps({"address": "a@b.example", "type": "corrected", "corrects": "c1"}), "gatepost consent record"),
        ):
            done = self.list(text, check=False)
            self.assertEqual(done.returncode, 65, (text, done.stderr))
            self.assertIn(said, done.stderr)
        self.assertEqual(len(self.home.lines("consent", "export")), 2)


class Suppressions(Books):
    def test_a_target_is_added_found_in_any_spelling_and_lifted_with_a_reason(self):
        self.books()
        added = self.suppression("add", "Ada@Example.com", "--reason", "manual", "--note", "asked", "--scope",
                                 "brand:acme class:marketing", "--expires-at", "2999-01-01", "--actor", "jane")
        self.assertEqual(added.stdout, "s1\n")
        for spelling in ("ada@example.com", "Ada <ADA@example.com>", " mailto:ada@example.com "):
            (row,) = self.home.lines("suppression", "check", spelling, "--format", "json")
            self.assertEqual([row[k] for k in ("event", "reason", "brand", "class", "state", "note", "recorded_by")],
                             ["s1", "manual", "acme", "marketing", "stands", "asked", "jane"])
        self.assertIn("s1", self.suppression("check", "ada@example.com").stdout)
        self.assertEqual(self.suppression("remove", "ada@example.com", check=False).returncode, 64)
        self.assertEqual(self.suppression("remove", "bob@example.com", "--why", "x", check=False).returncode, 65)
        self.assertEqual(self.suppression("remove", "ada@example.com", "--why", "mistake").stdout, "s1\n")
        self.assertEqual(self.home.lines("suppression", "check", "ada@example.com", "--format", "json"), [])
        history = self.home.lines("suppression", "history", "ada@example.com", "--format", "json")
        self.assertEqual([(r["act"], r["state"], r["why"]) for r in history],
                         [("added", "lifted", None), ("removed", None, "mistake")])
        self.home.run("journal", "verify")

    def test_every_kind_of_target(self):
        self.books()
        md5 = "md5:" + hashlib.md5(b"ada@example.com").hexdigest()
        for target in ("@example.com", "*.example.org", "+33…*", "person:lead-7", md5, "ada@example.com"):
            self.suppression("add", target, "--reason", "manual")
        found = self.home.lines("suppression", "check", "ada@example.com", "--format", "json")
        self.assertEqual({r["target"] for r in found}, {"@example.com", md5, "ada@example.com"})
        self.assertEqual(len(self.home.lines("suppression", "check", "a@b.example.org", "--format", "json")), 1)
        self.assertEqual(len(self.home.lines("suppression", "check", "+33 6 12 34 56 78", "--format", "json")), 1)
        self.assertEqual(len(self.home.lines("suppression", "check", "person:lead-7", "--format", "json")), 1)
        done = self.suppression("remove", "ada@example.com", "--why", "x")
        self.assertIn("still suppressed by @example.com", done.stderr)
        for words in (["add", "0612345678", "--reason", "manual"], ["check", "nobody"],
                      ["add", "a@b.example", "--reason", "manual", "--scope", "brand:acne"]):
            self.assertEqual(self.suppression(*words, check=False).returncode, 65, words)
        for words in (["add", "a@b.example", "--reason", "tired"], ["add", "a@b.example"],
                      ["add", "a@b.example", "--reason", "legal", "--expires-at", "2999-01-01"],
                      ["add", "a@b.example", "--reason", "manual", "--scope", "colour:red"]):
            self.assertEqual(self.suppression(*words, check=False).returncode, 64, words)

    def test_a_suppression_stops_what_is_queued(self):
        self.books(start=True)
        self.sink()
        self.accept("a.ndjson", lab.job(1, "a@gone.test", not_before=lab.soon(2)), lab.job(2, "a@here.test"))
        self.suppression("add", "@gone.test", "--reason", "legal")
        self.home.await_event("job-1", "withheld", "suppressed")
        self.home.await_event("job-2", "sent")

    def test_a_list_is_imported_in_one_batch_and_only_once(self):
        self.books()
        path = self.home.home / "bounces.csv"
        text = "address,code,error,created_at\n" + "".join(
            f'r{n}@example.com,550,no such user,"Mon, 06 May 2024 18:11:58 UTC"\n' for n in range(5000))
        path.write_text(text)
        words = ["import", str(path), "--from", "mailgun", "--format", "json"]
        self.assertIn("dry run", self.suppression(*words, "--dry-run").stderr)
        self.assertEqual(self.home.lines("suppression", "export"), [])
        done = self.suppression(*words)
        self.assertEqual(json.loads(done.stdout), {"result": "hard_bounce", "count": 5000})
        batch = hashlib.sha256(text.encode()).hexdigest()[:12]
        rows = self.home.lines("suppression", "export")
        self.assertEqual(len(rows), 5000)
        self.assertTrue(all(r["batch"] == batch and r["evidence"]["code"] == "550" for r in rows))
        self.assertIn("5000 of them stood there before", self.suppression(*words).stderr)
        (row,) = self.home.lines("suppression", "check", "r77@example.com", "--format", "json")
        self.assertEqual((row["reason"], row["blocks_transactional"]), ("hard_bounce", True))
        self.home.run("journal", "verify")

    def test_unsubscribes_of_a_list_become_opt_outs(self):
        self.books()
        self.grant("a@example.com", "--occurred-at", "2020-01-01")
        self.grant("b@example.com", "--occurred-at", "2026-01-01")
        path = self.home.home / "list.json"
        path.write_text(json.dumps([
            {"email": "a@example.com", "created": 1700000000}, {"email": "b@example.com", "created": 1700000000}]))
        words = ["import", str(path), "--from", "sendgrid", "--list", "unsubscribes", "--scope", "brand:acme"]
        self.suppression(*words)
        self.assertEqual(self.home.lines("suppression", "export"), [])
        event = self.home.lines("consent", "history", "a@example.com", "--format", "json")[-1]
        self.assertEqual([event[k] for k in ("type", "brand", "import", "occurred_at")],
                         ["withdrawn", "acme", True, "2023-11-14T22:13:20.000000Z"])
        self.assertEqual(self.state("a@example.com"), {("email", "newsletter"): "opted out"})
        self.assertEqual(self.state("b@example.com"), {("email", "newsletter"): "granted"})  # agreed since

    def test_a_list_that_is_too_bad_writes_nothing(self):
        self.books()
        path = self.home.home / "list"
        path.write_text("email\n" + "ada@example.com\n" * 50 + "oops\n")
        done = self.suppression("import", str(path), "--from", "generic", check=False)
        self.assertEqual((done.returncode, self.home.lines("suppression", "export")), (65, []))
        self.assertIn("line 52", done.stderr)
        self.assertEqual(self.suppression("import", "/nowhere", "--from", "generic", check=False).returncode, 65)


class Records(Books):
    def test_records_of_the_queue_are_taken_in_order_with_the_jobs_around_them(self):
        self.books(start=True)
        self.sink()
        self.enqueue(
            "a.ndjson", lab.consent(1, "ada@example.test"), offer(1, "ada@example.test"), lab.job(3, "bob@example.test"),
        )
        receipt = self.home.await_receipt("a.ndjson")
        self.assertEqual((receipt["accepted"], receipt["problems"]), (3, []))
        self.home.await_event("job-1", "sent")
        self.enqueue(
            "b.ndjson",
            {"kind": "consent", "id": "stop-1", "type": "withdrawn", "address": "ada@example.test", "chanel": "email"},
            {"kind": "suppress", "id": "s-1", "target": "bob@example.test", "reason": "because"},
            {"kind": "suppress", "id": "s-2", "target": "nobody", "reason": "manual"},
            {"kind": "consent", "id": "c-9", "type": "granted", "address": "x@example.test"},
            offer(2, "ada@example.test"), offer(4, "bob@example.test"),
        )
        receipt = self.home.await_receipt("b.ndjson")
        self.assertEqual((receipt["accepted"], receipt["rejected"]), (4, 2))
        self.assertEqual({(p["line"], p["code"]) for p in receipt["problems"]}, {
            (1, "unknown_field"), (2, "bad_value"), (3, "bad_address"), (4, "missing_field")})
        self.home.await_event("job-2", "withheld", "consent_withdrawn")
        self.home.await_event("job-4", "withheld", "suppressed")
        self.assertIn("b.ndjson may be an opt-out", self.home.log_tail())
        (row,) = self.home.lines("suppression", "check", "bob@example.test", "--format", "json")
        self.assertEqual((row["reason"], row["record_id"], row["producer"]), ("imported", "s-1", "default"))

    def test_a_producer_does_what_it_may_and_for_its_brands(self):
        producers = '\n[[producer]]\nname = "default"\n\n[[producer]]\nname = "desk"\nmay = ["job"]\n'
        self.home.configure([{"name": "relay", "port": self.port}], more=lab.TOPIC + producers)
        self.home.run("init")
        self.home.start()
        desk = self.home.state / "spool/producers/desk"
        self.home.await_that("its directories", desk.exists)
        (desk / "tmp/c.json").write_text(json.dumps(lab.consent(1, "ada@example.test", type="withdrawn")))
        (desk / "tmp/c.json").rename(desk / "incoming/c.json")
        path = desk / "receipts/c.json.receipt.json"
        self.home.await_that("its receipt", path.exists)
        self.assertEqual([p["code"] for p in json.loads(path.read_text())["problems"]], ["not_permitted"])
        self.assertEqual(self.home.lines("consent", "export"), [])

    def test_an_id_used_twice_costs_no_opt_out(self):
        self.books(start=True)
        self.enqueue("a.ndjson", lab.consent("x", "a@example.test", type="withdrawn"),
                     lab.consent("x", "b@example.test", type="withdrawn"))
        receipt = self.home.await_receipt("a.ndjson")
        self.assertEqual((receipt["accepted"], [p["code"] for p in receipt["problems"]]), (2, ["id_conflict"]))
        self.assertEqual([e["address"] for e in self.home.lines("consent", "export")], ["a@example.test", "b@example.test"])


class TrunkZeros(WireCase):
    """`+330612340010` reaches nobody: who opts out by it does so as +33612340010, by whatever door."""

    def books(self):
        self.pling()
        self.furnish(self.pling_route("http://127.0.0.1:9"), policy=EXPRESS)

    def assert_opted_out(self, number):
        rows = self.home.lines("consent", "show", number, "--format", "json")
        self.assertEqual({r["state"] for r in rows if r["channel"] == "sms"}, {"opted out"}, rows)

    def test_an_opt_out_by_file_is_for_the_number_that_was_meant(self):
        self.books()
        stop = {"kind": "consent", "id": "stop-1", "type": "withdrawn", "channel": "sms", "address": "+330612340010"}
        never = {"kind": "suppress", "id": "never-1", "target": "0033 0612340077", "reason": "legal"}
        yes = lab.consent("yes-1", "+330612340078", channel="sms")
        self.enqueue("a.ndjson", lab.consent("yes-2", "+33612340010", channel="sms"), stop, never, yes)
        receipt = self.home.await_receipt("a.ndjson")
        self.assertEqual((receipt["accepted"], receipt["rejected"]), (3, 1))
        problems = [(p["line"], p["code"], p["field"], p["message"]) for p in receipt["problems"]]
        zero = "holds the zero that is dialled within the country only"
        self.assertEqual(problems, [
            (2, "bad_address", "address", f"{zero}, and is taken for +33612340010"),
            (3, "bad_address", "target", f"{zero}, and is taken for +33612340077"),
            (4, "bad_address", "address", f"{zero}; +33612340078 may be meant"),
        ])
        self.assert_opted_out("+33612340010")
        (row,) = self.home.lines("suppression", "check", "+33612340077", "--format", "json")
        self.assertEqual((row["target"], row["reason"]), ("+33612340077", "legal"))
        self.assertIn("taken without it", row["damage"])
        self.accept("b.ndjson", ad(1, "+33612340010"), text(2, "+33612340077"))
        self.home.await_event("text-1", "withheld", "consent_withdrawn")
        self.home.await_event("text-2", "withheld", "suppressed")

    def test_commands_record_nothing_and_name_the_number_that_may_be_meant(self):
        self.books()
        for words in (
            ["consent", "record", "+330612340010", "--channel", "sms", "--type", "withdrawn"],
            ["consent", "record", "0033 0612340010", "--channel", "sms", "--type", "granted", "--topic", "newsletter"],
            ["suppression", "add", "+33 06 12 34 00 10", "--reason", "legal"],
        ):
            done = self.home.run(*words, check=False)
            self.assertEqual((done.returncode, done.stdout), (65, ""), done.stderr)
            self.assertIn("+33612340010 may be meant", done.stderr)
        self.assertEqual(self.home.lines("consent", "export") + self.home.lines("suppression", "export"), [])
        self.home.run("consent", "record", "+33612340010", "--channel", "sms", "--type", "withdrawn")
        self.home.run("suppression", "add", "+44 (0)7700 900123", "--reason", "legal")  # the brackets say it
        self.home.run("suppression", "add", "+330*", "--reason", "manual")
        self.assert_opted_out("+33612340010")
        for words in (
            ["consent", "show"], ["consent", "history"], ["suppression", "check"], ["suppression", "history"],
        ):
            self.assertIn("+33612340010 may be meant", self.home.run(*words, "+330612340010").stderr, words)
            self.assertNotIn("may be meant", self.home.run(*words, "+33612340010").stderr, words)
        self.accept("a.ndjson", ad(1, "+33612340010"), text(2, "+447700900123"))
        self.home.await_event("text-1", "withheld", "consent_withdrawn")
        self.home.await_event("text-2", "withheld", "suppressed")

    def test_lists_are_taken_for_the_numbers_that_were_meant_but_for_grants(self):
        self.books()
        path = self.home.home / "list.csv"
        path.write_text("phone,reason\n+330612340010,unsubscribed\n0033 0612340077,legal\n+33612340079,legal\n")
        done = self.home.run("suppression", "import", path, "--from", "generic")
        self.assertIn("2 telephone numbers taken without the zero", done.stderr)
        self.assert_opted_out("+33612340010")
        self.assertEqual({r["target"] for r in self.home.lines("suppression", "export")}, {"+33612340077", "+33612340079"})
        path.write_text(
            "address,channel,topics,type\n+330612340080,sms,newsletter,withdrawn\n+330612340081,sms,newsletter,granted\n")
        done = self.home.run("consent", "import", path, check=False)
        self.assertEqual(done.returncode, 65, done.stderr)
        self.assertIn("line 3: address: holds the zero that is dialled within the country only; +33612340081 may", done.stderr)
        done = self.home.run("consent", "import", path, "--max-bad", "50%")
        self.assertIn("1 telephone number taken without the zero", done.stderr)
        self.assertNotIn("reach further", done.stderr)
        self.assert_opted_out("+33612340080")
        exported = {e["address"] for e in self.home.lines("consent", "export")}
        self.assertEqual(exported, {"+33612340010", "+33612340080"})
        self.home.run("journal", "verify")
