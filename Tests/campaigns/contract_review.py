# SPDX-License-Identifier: Apache-2.0
"""What compliance reviewers read: evidence, the monthly review, who changed what, and the policies of the past."""

import csv
import datetime
import hashlib
import io
import json
import signal

import lab
from contract_case import Case, offer
from contract_gate import EXPRESS
from contract_wire import WireCase, ad, phone_of
from peer_http import DROP

WORDING = "Yes, send me the newsletter.\n\nI can say no at any time, by the link in each message."


class Review(Case):
    def evidence(self, *arguments):
        """The timeline, entry by entry."""
        return self.home.lines("evidence", *arguments, "--format", "json")

    def review(self, *arguments):
        """Rows of the monthly review, by section; the last of each is how many there were."""
        month = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m")
        sections, counts = {}, {}
        for row in self.home.lines("report", "--review", "--month", month, "--format", "json", *arguments):
            if "rows" in row:
                counts[row["section"]] = row["rows"]
            else:
                sections.setdefault(row["section"], []).append(row)
        self.assertEqual({k: n for k, n in counts.items() if n}, {k: len(rows) for k, rows in sections.items()})
        self.assertEqual(len(counts), 11, counts)
        return sections

    def grant(self, address="ada@example.test", *more):
        (self.home.home / "wording.txt").write_text(WORDING)
        (self.home.home / "form.pdf").write_bytes(b"a scan")
        return self.home.run(
            "consent", "record", address, "--channel", "email", "--brand", "acme", "--topic", "newsletter", "--type",
            "granted", "--method", "paper", "--language", "en", "--wording", self.home.home / "wording.txt", "--attach",
            self.home.home / "form.pdf", "--evidence", '{"desk":"fair 4"}', "--actor", "jane", *more).stdout.strip()

    def withdraw(self, address="ada@example.test", *more):
        return self.home.run(
            "consent", "record", address, "--channel", "email", "--type", "withdrawn", "--method", "phone", "--actor",
            "jane", *more).stdout.strip()

    def of(self, entries, kind, **wanted):
        return [e for e in entries if e["kind"] == kind and all(e[k] == v for k, v in wanted.items())]


class Evidence(Review):
    def test_a_life_from_the_grant_to_what_was_withheld_field_by_field(self):
        self.set_up(policy=EXPRESS)
        self.sink()
        grant = self.grant()
        self.accept("a.json", offer(1, "Ada@Example.test", campaign="spring"))
        sent = self.home.await_event("job-1", "sent")
        optout = self.withdraw()
        self.accept("b.json", offer(2, "ada@example.test"))
        self.home.await_event("job-2", "withheld", "consent_withdrawn")
        self.home.run("suppression", "add", "ada@example.test", "--reason", "manual", "--note", "asked twice",
                      "--actor", "jane")
        self.home.run("suppression", "remove", "ada@example.test", "--why", "by mistake", "--actor", "kim")

        entries = self.evidence("  Ada <ADA@example.TEST> ")
        self.assertEqual([e["seq"] for e in entries], sorted(e["seq"] for e in entries))
        self.assertEqual([(e["kind"], e["what"]) for e in entries], [
            ("consent", "granted"), ("message", "accepted"), ("message", "sent"), ("consent", "withdrawn"),
            ("message", "accepted"), ("message", "withheld"), ("suppression", "added"), ("suppression", "removed")])

        granted = entries[0]["consent"]
        self.assertEqual(entries[0]["id"], grant)
        self.assertEqual(
            (granted["wording"], granted["wording_sha256"], granted["language"], granted["method"], granted["actor"]),
            (WORDING, hashlib.sha256(WORDING.encode()).hexdigest(), "en", "paper", "jane"))
        self.assertEqual(granted["evidence"], {"desk": "fair 4"})
        self.assertEqual(granted["attachments"], [
            {"sha256": hashlib.sha256(b"a scan").hexdigest(), "name": "form.pdf", "bytes": 6}])
        self.assertEqual((granted["channel"], granted["brand"], granted["topics"], granted["basis"]),
                         ("email", "acme", ["newsletter"], None))
        self.assertIn("no basis stated, which counts as express", entries[0]["summary"])
        self.assertEqual((granted["recorded_by"], granted["has_wording"], granted["has_evidence"]), ("jane", True, True))

        message = entries[2]["message"]
        for key, value in sent.items():
            self.assertEqual(message[key], value, key)
        self.assertEqual(message["campaign"], "spring")
        self.assertRegex(message["content_sha256"], "^[0-9a-f]{64}$")
        rules = {r["rule"]: r for r in message["explained"]["rules"]}
        self.assertIn(f"{grant} (express)", rules["consent"]["text"])
        self.assertEqual(rules["suppression"]["text"], "Not on the suppression list.")
        self.assertEqual(message["explained"]["policy"]["version"], message["decision"]["policy"])
        self.assertTrue(message["explained"]["policy"]["in_force_since"])
        self.assertEqual(entries[2]["marks"], [])

        withheld = entries[5]
        self.assertEqual([(m["mark"], m["opt_out"]) for m in withheld["marks"]], [("withheld_after_opt_out", optout)])
        self.assertEqual(withheld["message"]["reason"], "consent_withdrawn")

        added, removed = entries[6], entries[7]
        self.assertEqual(
            (added["suppression"]["reason"], added["suppression"]["note"], added["suppression"]["recorded_by"],
             added["suppression"]["lifted_by"]), ("manual", "asked twice", "jane", removed["id"]))
        self.assertEqual(
            (removed["suppression"]["lifts"], removed["suppression"]["why"], removed["suppression"]["recorded_by"]),
            (added["id"], "by mistake", "kim"))

        paper = self.home.run("evidence", "ada@example.test").stdout
        for part in ("EVIDENCE: ada@example.test", "Yes, send me the newsletter.", "I can say no at any time",
                     " !! Withheld after the opt-out", sent["message_id"], "by mistake", "form.pdf"):
            self.assertIn(part, paper)
        self.assertLessEqual(max(len(line) for line in paper.splitlines() if " " in line.strip()), 110)

        sheet = list(csv.DictReader(io.StringIO(self.home.run(
            "evidence", "ada@example.test", "--format", "csv").stdout)))
        self.assertEqual([(r["kind"], r["what"]) for r in sheet], [(e["kind"], e["what"]) for e in entries])
        self.assertEqual((sheet[0]["wording"], sheet[0]["topics"], sheet[0]["address"]),
                         (WORDING, "newsletter", "ada@example.test"))
        self.assertEqual(sheet[5]["marks"], f"withheld_after_opt_out {optout}")
        self.assertEqual(json.loads(sheet[7]["detail"]), removed["suppression"])

        late = entries[3]["time"]
        self.assertEqual(self.evidence("ada@example.test", "--since", late), entries[3:])
        self.assertEqual(self.evidence("nobody@example.test"), [])

    def test_a_withdrawal_that_arrives_late_marks_what_went_in_between(self):
        self.set_up(policy=EXPRESS)
        self.sink()
        self.accept("a.ndjson", lab.consent("ada", "ada@example.test", occurred_at=lab.soon(-7200)),
                    offer(1, "ada@example.test"), lab.job(2, "ada@example.test"))
        self.home.await_event("job-1", "sent")
        self.home.await_event("job-2", "sent")
        late = self.withdraw("ada@example.test", "--occurred-at", lab.soon(-3600))
        entries = self.evidence("ada@example.test")
        marked = [(e["id"], e["what"], [m["mark"] for m in e["marks"]]) for e in entries if e["marks"]]
        self.assertEqual(marked, [("job-1", "sent", ["sent_before_opt_out_known"])])
        self.assertIn(f"Went after the opt-out {late}", self.home.run("evidence", "ada@example.test").stdout)
        row, = self.review()["sent_despite_opt_out"]
        self.assertEqual((row["job"], row["id"], row["what"], row["address"], row["template"]),
                         ("job-1", late, "sent_before_opt_out_known", "ada@example.test", "offer"))

    def test_one_message_with_its_decision_in_full_and_the_policy_it_rested_on(self):
        self.set_up(policy=EXPRESS + """
[[policy.quiet_hours]]
channel = "email"
presets = ["mine"]
""", start=False)
        self.preset("00:00-24:00", "Statute 7")
        self.home.start()
        self.sink()
        self.grant()
        to = {"email": "ada@example.test", "timezone": "UTC"}
        self.accept("a.ndjson", offer(1, to=to), offer(2, to=to))
        self.home.await_event("job-1", "sent")
        self.home.await_event("job-2", "sent")
        entries = self.evidence("--job", "job-1")
        self.assertEqual({e["id"] for e in self.of(entries, "message")}, {"job-1"})
        self.assertTrue(self.of(entries, "consent"))
        sent, = self.of(entries, "message", what="sent")
        explained = sent["message"]["explained"]
        sources = [s for r in explained["rules"] for s in r.get("sources", [])]
        self.assertEqual([(s["preset"], s["source"], s["version"]) for s in sources], [("mine", "Statute 7", "1")])
        paper = self.home.run("evidence", "--job", "job-1").stdout
        self.assertIn("mine version 1: Statute 7, as of 2026-11-01, confidence H", paper)
        version = explained["policy"]["version"]
        self.assertIn(f"under policy {version}", paper)

        text = self.home.run("journal", "policy", version).stdout
        self.assertEqual(hashlib.sha256(text.encode()).hexdigest(), explained["policy"]["sha256"])
        lines = text.splitlines()
        self.assertIn("policy consent 1.require = express", lines)
        self.assertTrue(any(l.startswith("template offer class=marketing sha256=") for l in lines))
        self.assertTrue(any(l.startswith("file presets/mine.toml sha256:") and l.endswith(" version 1") for l in lines))
        self.assertIn('source = "Statute 7"', text[text.index("==> presets/mine.toml"):])
        self.assertTrue(any(l.startswith("zone table version = ") for l in lines))

        # What the preset says today is not what it said then.
        self.preset("00:00-24:00", "Statute 8")
        self.assertIn("Statute 7", self.home.run("evidence", "--job", "job-1").stdout)
        self.assertEqual(self.home.run("evidence", "--job", "no-such", check=False).returncode, 65)
        self.assertEqual(self.home.run("evidence", check=False).returncode, 64)
        self.assertEqual(self.home.run("evidence", "06 12 34 56 78", check=False).returncode, 65)

    def preset(self, window, source):
        folder = self.home.home / "policies/presets"
        folder.mkdir(parents=True, exist_ok=True)
        days = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
        week = "\n".join(f'{day} = ["{window}"]' for day in days)
        (folder / "mine.toml").write_text(
            f'id = "mine"\nversion = "1"\nas_of = 2026-11-01\nsource = "{source}"\nconfidence = "H"\n'
            f'covers = ["*"]\nchannels = ["email"]\n\n[hours]\n{week}\n')

    def test_a_person_over_all_addresses_and_what_operators_did_to_their_messages(self):
        self.set_up(policy=EXPRESS)
        self.sink()
        self.grant("ada@example.test")
        self.home.run("route", "pause", "relay", "--why", "test", "--actor", "ops")
        person = lambda email: {"email": email, "person": "lead-1"}
        self.accept("a.ndjson", offer(1, to=person("ada@example.test"), campaign="spring"),
                    lab.job(2, to=person("ada@work.test")), lab.job(3, "other@example.test"))
        self.home.run("queue", "cancel", "--campaign", "spring", "--why", "wrong price", "--actor", "ops")
        self.home.await_event("job-1", "cancelled", "operator")
        self.home.run("suppression", "add", "person:lead-1", "--reason", "legal", "--note", "letter of 3 May")
        self.home.run("route", "resume", "relay", "--why", "test over", "--actor", "ops")
        self.home.await_event("job-2", "withheld", "suppressed")
        entries = self.evidence("person:lead-1")
        self.assertEqual({e["id"] for e in self.of(entries, "message")}, {"job-1", "job-2"})
        self.assertEqual([e["consent"]["address"] for e in self.of(entries, "consent")], ["ada@example.test"])
        self.assertEqual([e["suppression"]["target"] for e in self.of(entries, "suppression")], ["person:lead-1"])
        orders = {e["what"]: e["operator"] for e in self.of(entries, "operator")}
        self.assertEqual((orders["queue_cancel"]["jobs"], orders["queue_cancel"]["why"], orders["queue_cancel"]["actor"]),
                         (["job-1"], "wrong price", "ops"))
        self.assertEqual(orders["route_resume"]["jobs"], ["job-2"])
        of_address = self.evidence("ada@work.test")
        self.assertEqual({e["id"] for e in self.of(of_address, "message")}, {"job-2"})
        self.assertEqual(len(self.of(of_address, "suppression")), 1)

    def test_another_spelling_that_reaches_the_same_person_is_named(self):
        self.set_up(policy=EXPRESS, start=False)
        self.grant("ada.lovelace@gmail.com")
        done = self.home.run("evidence", "adalovelace+x@googlemail.com")
        self.assertEqual(self.evidence("adalovelace+x@googlemail.com"), [])
        self.assertNotIn("ada.lovelace@gmail.com", done.stdout)
        self.grant("adalovelace@gmail.com")
        done = self.home.run("evidence", "adalovelace+x@googlemail.com")
        self.assertIn("adalovelace@gmail.com", done.stderr)


class Doubted(WireCase):
    def test_what_may_have_gone_and_does_not_go_again_is_no_departure(self):
        self.pling()
        self.furnish(self.pling_route(self.peer(lambda r: DROP).base, more='in_doubt = "resend"\n'))
        self.accept("a.json", ad(1))
        self.home.await_event("text-1", "postponed", "retry")
        self.home.run("consent", "record", phone_of(1), "--channel", "sms", "--type", "withdrawn")
        last = self.home.await_that("its end", lambda: [
            o for o in self.home.outcomes("--job", "text-1") if o["event"] == "unknown" and o["attempt"] is None])[0]
        self.assertEqual(last["detail"], "not sent again: consent_withdrawn")
        entries = {e["seq"]: e for e in self.home.lines("evidence", "--job", "text-1", "--format", "json")}
        self.assertEqual(entries[last["seq"]]["summary"], "It may have gone before, and does not go again.")
        self.assertEqual(entries[last["seq"]]["marks"], [])
        others = [e for e in entries.values() if e["what"] == "unknown" and e["seq"] != last["seq"]]
        self.assertTrue(others)
        for entry in others:
            self.assertIn("it may have gone", entry["summary"])


class Monthly(Review):
    def test_an_empty_month_says_none_in_every_section(self):
        self.set_up(policy=EXPRESS, start=False)
        done = self.home.run("report", "--review", "--month", "2020-02")
        self.assertIn("REVIEW OF 2020-02", done.stdout)
        self.assertEqual(done.stdout.splitlines().count("none"), 11, done.stdout)
        self.assertEqual(self.review(), {})
        self.assertEqual(self.home.run("report", "--month", "2020-02", check=False).returncode, 64)
        self.assertEqual(self.home.run("report", "--review", "--month", "2020-13", check=False).returncode, 64)
        last = datetime.date.today().replace(day=1) - datetime.timedelta(days=1)
        self.assertIn(f"REVIEW OF {last:%Y-%m}", self.home.run("report", "--review").stdout)

    def test_every_section_from_a_month_of_everything(self):
        daemon = self.set_up(policy=EXPRESS)
        self.sink()
        bare = lab.consent("bare", "bare@example.test")
        del bare["wording"], bare["evidence"]
        damaged = lab.consent("hurt", "bob@example.test", "withdrawn", topics=["no-such-topic"], method="mailto")
        lost = lab.consent("lost", "not an address", "withdrawn")
        self.enqueue("a.ndjson", lab.consent("ada", "ada@example.test"), bare, damaged, lost,
                     lab.job(1), lab.job(2, "ada@example.test"), offer(3, "ada@example.test"))
        self.home.await_receipt("a.ndjson")
        for job in ("job-1", "job-2", "job-3"):
            self.home.await_event(job, "sent")
        out = self.withdraw("ada@example.test")
        wrong = self.home.run(
            "consent", "record", "ada@example.test", "--type", "corrected", "--corrects", out, "--why", "wrong person",
            "--actor", "kim").stdout.strip()
        added = self.home.run("suppression", "add", "eve@example.test", "--reason", "manual").stdout.strip()
        self.home.run("suppression", "remove", "eve@example.test", "--why", "her own word", "--actor", "kim")
        config = self.home.config.read_text()
        self.home.config.write_text(config.replace('require = "express"', 'require = "any"'))
        (self.home.home / "templates/brief/body.txt").write_text("Hello anew {{n}}\n")
        daemon.send_signal(signal.SIGHUP)
        self.home.await_that("another policy", lambda: len(self.home.lines("journal", "policy", "--format", "json")) == 2)
        self.accept("b.json", lab.job(4, template="brief"))
        self.home.await_event("job-4", "sent")

        sections = self.review()
        row, = sections["grants_without_proof"]
        self.assertEqual((row["address"], row["what"], row["record_id"], row["producer"]),
                         ("bare@example.test", "granted", "consent-bare", "default"))
        row, = sections["suppressions_lifted"]
        self.assertEqual((row["address"], row["actor"], row["why"], row["what"]),
                         ("eve@example.test", "kim", "her own word", "manual"))
        row, = sections["opt_outs_voided"]
        self.assertEqual((row["id"], row["corrects"], row["why"], row["recorded_by"]), (wrong, out, "wrong person", "kim"))
        taken, gone = sections["damaged_opt_outs"]
        self.assertEqual((taken["what"], taken["producer"], taken["record_id"], taken["field"]),
                         ("taken", "default", "consent-hurt", "topics[0]"))
        self.assertEqual((gone["what"], gone["producer"], gone["record_id"]), ("lost", "default", "consent-lost"))
        self.assertEqual({r["template"]: r["count"] for r in sections["transactional_volume"]}, {"probe": 2, "brief": 1})
        self.assertEqual({(r["door"], r["what"]): r["count"] for r in sections["opt_outs_by_door"]},
                         {("mailto", "withdrawn"): 1, ("phone", "withdrawn"): 1})
        first, second = sections["policy_changes"]
        self.assertEqual((first["diff"], second["before"]), (None, first["id"]))
        self.assertIn("- policy consent 1.require = express", second["diff"])
        self.assertIn("+ policy consent 1.require = any", second["diff"])
        self.assertEqual((second["added"], second["removed"]), (2, 2))
        self.assertTrue(any(l.startswith("+ template brief class=transactional") for l in second["diff"]))
        self.assertEqual({r["template"] for r in sections["template_changes"]}, {"probe", "offer", "brief"})
        acts = {(r["actor"], r["what"]): r["count"] for r in sections["operator_actions"]}
        self.assertEqual(acts[("kim", "suppression_lift")], 1)
        self.assertTrue(added)

        told = self.home.run("report", "--review", "--month", datetime.datetime.now(
            datetime.timezone.utc).strftime("%Y-%m")).stdout
        for part in ("GRANTS WITHOUT WORDING OR PROOF", "her own word", "- policy consent 1.require = express"):
            self.assertIn(part, told)

    def test_a_template_that_changes_is_told_with_its_old_and_new_digest(self):
        daemon = self.set_up()
        self.sink()
        self.accept("a.json", lab.job(1))
        old = self.home.await_event("job-1", "sent")["template_digest"]
        (self.home.home / "templates/probe/body.txt").write_text("Anew {{n}}\n")
        daemon.send_signal(signal.SIGHUP)
        self.home.await_that("another policy", lambda: len(self.home.lines("journal", "policy", "--format", "json")) == 2)
        self.accept("b.json", lab.job(2))
        new = self.home.await_event("job-2", "sent")["template_digest"]
        rows = self.review()["template_changes"]
        self.assertEqual([(r["template"], r["before"], r["id"]) for r in rows][-1], ("probe", old, new))


class Operators(Review):
    def test_who_changed_what_and_why_since_when(self):
        self.set_up(start=False)
        self.home.run("hold", "add", "--campaign", "spring", "--why", "wrong price", "--actor", "ada")
        self.home.run("route", "pause", "relay", "--why", "moving", "--actor", "bob")
        rows = self.home.lines("journal", "operators", "--format", "json")
        self.assertEqual([(r["action"], r["actor"], r["why"]) for r in rows],
                         [("hold_add", "ada", "wrong price"), ("route_pause", "bob", "moving")])
        self.assertEqual(rows[0]["about"], "hold 1: campaign spring")
        self.assertTrue(all(r["system_user"] for r in rows))
        self.assertEqual(self.home.lines("journal", "operators", "--actor", "bob", "--format", "json"), rows[1:])
        self.assertEqual(self.home.lines("journal", "operators", "--since", lab.soon(60), "--format", "json"), [])

    def test_every_policy_that_was_in_force(self):
        daemon = self.set_up()
        first, = self.home.lines("journal", "policy", "--format", "json")
        self.assertEqual((first["until"], first["before"]), (None, None))
        self.home.config.write_text(self.home.config.read_text().replace('require = "none"', 'require = "any"'))
        daemon.send_signal(signal.SIGHUP)
        self.home.await_that("two", lambda: len(self.home.lines("journal", "policy", "--format", "json")) == 2)
        first, second = self.home.lines("journal", "policy", "--format", "json")
        self.assertEqual((first["until"], second["before"]), (second["since"], first["version"]))
        for policy in (first, second):
            text = self.home.run("journal", "policy", policy["version"]).stdout
            self.assertEqual(hashlib.sha256(text.encode()).hexdigest(), policy["sha256"])
        self.assertEqual(self.home.run("journal", "policy", "000000000000", check=False).returncode, 65)
        self.assertEqual(self.home.run("journal", "policy", "xyz", check=False).returncode, 64)
        self.assert_gapless()
