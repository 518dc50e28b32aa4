# SPDX-License-Identifier: Apache-2.0
"""The gate, end to end (CONTRACT 5, 8): nothing goes out that may not, and why."""

import datetime
import json
import signal
import subprocess

import lab
from contract_case import NEEDS_ROOT, Case, needs, offer

EXPRESS = """
[[policy.consent]]
class = "marketing"
require = "express"
"""

SMS_TEMPLATE = """\
class = "marketing"
channels = ["sms"]
description = "a text"

[data]
n = { type = "number" }
"""

# Open for an hour that begins in three, as the recipient's wall shows it.
PRESET = """\
id = "mine"
version = "1"
as_of = 2026-11-01
source = "the house's own"
confidence = "H"
covers = ["*"]
channels = ["email", "sms", "voice"]

[hours]
{week}
"""

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def cap(more=""):
    return f"""
[[policy.cap]]
name = "one"
class = "marketing"
limit = 1
window = "rolling 24h"
per = ["address"]
{more}
"""


def hours(more="", presets='["mine"]'):
    return f"""
[[policy.quiet_hours]]
channel = "email"
presets = {presets}
{more}
"""


def moment(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


class GateCase(Case):
    def show(self, policy=EXPRESS, **more):
        self.daemon = self.set_up(policy=policy, **more)
        self.mails = self.sink()
        return self.daemon

    def decision(self, job, event="withheld"):
        """The stored decision of a job's last event of that kind, by rule."""
        fitting = [o for o in self.home.outcomes("--job", job, "--decisions") if o["event"] == event]
        return fitting[-1]["decision"], {rule["rule"]: rule for rule in fitting[-1]["decision"]["rules"]}

    def explain(self, *arguments, check=True):
        return json.loads(self.home.run("explain", *arguments, "--format", "json", check=check).stdout)

    def reader(self, name="ada"):
        return lab.consent(name, f"{name}@example.test")

    def preset(self, opens_in=3, hours=1):
        """A preset of the house's own, closed now wherever the wall shows UTC; returns when it opens."""
        now = datetime.datetime.now(datetime.timezone.utc)
        opening = (now + datetime.timedelta(hours=opens_in)).replace(minute=0, second=0, microsecond=0)
        closing = (opening + datetime.timedelta(hours=hours)).strftime("%H:%M").replace("00:00", "24:00")
        self.write_preset("mine", f"{opening.strftime('%H:%M')}-{closing}")
        return opening

    def write_preset(self, name, window):
        folder = self.home.home / "policies/presets"
        folder.mkdir(parents=True, exist_ok=True)
        week = "\n".join(f'{day} = ["{window}"]' for day in DAYS)
        (folder / f"{name}.toml").write_text(PRESET.format(week=week).replace('"mine"', f'"{name}"'))


class Gate(GateCase):
    def test_an_import_waits_for_what_is_in_flight_to_those_it_names(self):
        self.show(policy=lab.NO_CONSENT_NEEDED)
        self.accept("a.json", offer(1, "silent@example.test"))
        self.home.await_that("it is in flight", lambda: [
            row for row in self.home.lines("queue", "list", "--format", "json") if row["state"] == "flying"])
        lists = {"suppression": ("s.csv", "email\nsilent@example.test\n", ["--from", "generic"]),
                 "consent": ("c.ndjson", '{"address":"silent@example.test","type":"withdrawn"}\n', [])}
        for command, (name, text, options) in lists.items():
            path = self.home.home / name
            path.write_text(text)
            done = self.home.run(command, "import", path, *options, "--wait", "0s", check=False)
            self.assertEqual((done.returncode, "1 still in flight" in done.stderr), (75, True), command)

    def test_a_consent_rule_that_names_transactional_messages_sees_who_opted_out(self):
        self.show(policy='[[policy.consent]]\nclass = "transactional"\nrequire = "none"\n')
        self.home.run("consent", "record", "ada@example.test", "--type", "withdrawn")
        self.accept("a.ndjson", lab.job(1, "ada@example.test"), lab.job(2, "bob@example.test"))
        self.home.await_event("job-1", "withheld", "consent_withdrawn")
        self.home.await_event("job-2", "sent")

    def test_a_template_that_became_marketing_is_held_to_consents_and_caps(self):
        self.show(policy=lab.NO_CONSENT_NEEDED + cap())
        self.home.run("consent", "record", "ada@example.test", "--type", "withdrawn")
        self.home.run("route", "pause", "relay", "--why", "test")
        self.accept("a.ndjson", *(
            lab.job(number, f"{name}@example.test", topic="newsletter")
            for number, name in enumerate(["ada", "bob", "bob"], start=1)))
        self.home.template("probe", lab.MARKETING)
        self.daemon.send_signal(signal.SIGHUP)
        self.home.await_that("the reload", lambda: "templates changed" in self.home.log_tail())
        self.home.run("route", "resume", "relay")
        self.home.await_event("job-1", "withheld", "consent_withdrawn")
        self.home.await_event("job-2", "sent")
        self.home.await_event("job-3", "postponed", "frequency_cap")

    def test_marketing_without_consent_is_withheld_and_the_decision_holds_every_rules_answer(self):
        self.show()
        self.accept("a.ndjson", offer(1), lab.job(2))
        self.home.await_event("job-1", "withheld", "no_consent")
        self.home.await_event("job-2", "sent")
        decision, rules = self.decision("job-1")
        self.assertLessEqual(
            {"expiry", "suppression", "consent", "schedule", "quiet_hours", "blackout", "cap"}, set(rules))
        self.assertRegex(decision["policy"], "^[0-9a-f]{12}$")
        self.assertEqual(decision["policy"], self.decision("job-2", "sent")[0]["policy"])

    def test_without_a_policy_marketing_needs_express_consent_with_proof(self):
        self.show(policy="")
        bare = {**self.reader("bare")}
        del bare["wording"], bare["evidence"]
        self.accept(
            "a.ndjson", self.reader(), bare, offer(1, "ada@example.test"), offer(2, "bare@example.test"), offer(3))
        self.home.await_event("job-1", "sent")
        self.home.await_event("job-2", "withheld", "consent_too_weak")
        self.home.await_event("job-3", "withheld", "no_consent")

    def test_a_consent_before_the_job_in_the_same_file_counts_and_one_behind_it_may_not(self):
        self.show()
        self.home.run("route", "pause", "relay", "--why", "test")
        self.accept("a.ndjson", self.reader(), offer(1, "ada@example.test"))
        self.home.run("route", "resume", "relay")
        self.home.await_event("job-1", "sent")
        changed = [o for o in self.home.outcomes() if o["event"] == "consent_changed"]
        self.assertEqual([(o["job"], o["recipient"]) for o in changed], [(None, "ada@example.test")])

    def test_consent_is_exact_and_a_suppression_broad(self):
        self.show()
        self.accept(
            "a.ndjson", self.reader(), lab.consent("tag", "bob+news@gmail.com"), offer(1, "ada+x@example.test"),
            offer(2, "ADA@EXAMPLE.test"))
        self.home.await_event("job-1", "withheld", "no_consent")
        self.home.await_event("job-2", "sent")  # the same address: case says nothing
        self.home.run("suppression", "add", "b.o.b@gmail.com", "--reason", "manual", "--note", "asked by phone")
        self.accept("b.ndjson", offer(3, "bob+news@gmail.com"))
        self.home.await_event("job-3", "withheld", "suppressed")

    def test_a_withdrawal_stops_what_is_queued_from_the_command_and_from_a_record(self):
        self.show()
        self.home.run("route", "pause", "relay", "--why", "test")
        self.accept(
            "a.ndjson", self.reader("ada"), self.reader("bob"), self.reader("eve"), offer(1, "ada@example.test"),
            offer(2, "bob@example.test"), offer(3, "eve@example.test"))
        self.home.run("consent", "record", "ada@example.test", "--channel", "email", "--type", "withdrawn",
                      "--brand", "acme", "--topic", "newsletter")
        self.accept("b.json", lab.consent("out", "bob@example.test", "objected"))
        self.home.run("route", "resume", "relay")
        self.home.await_event("job-1", "withheld", "consent_withdrawn")
        self.home.await_event("job-2", "withheld", "consent_withdrawn")
        self.home.await_event("job-3", "sent")

    def test_suppressions_by_command_and_record_hold_by_class(self):
        self.show()
        self.accept(
            "a.ndjson", self.reader("ada"), self.reader("bob"),
            {"kind": "suppress", "id": "s1", "target": "bob@example.test", "reason": "manual"},
            offer("bob", "bob@example.test"), lab.job("bob-t", "bob@example.test"))
        self.home.await_event("job-bob", "withheld", "suppressed")
        self.home.await_event("job-bob-t", "sent")
        self.home.run("suppression", "add", "@example.test", "--reason", "legal")
        self.accept("b.ndjson", offer("ada", "ada@example.test"), lab.job("ada-t", "ada@example.test"))
        self.home.await_event("job-ada", "withheld", "suppressed")
        self.home.await_event("job-ada-t", "withheld", "suppressed")

    def test_a_cap_postpones_until_there_is_room_or_withholds(self):
        self.show(policy=lab.NO_CONSENT_NEEDED + cap())
        self.accept("a.json", offer(1, "ada@example.test"))
        sent = self.home.await_event("job-1", "sent")
        self.accept("b.ndjson", offer(2, "ada@example.test"), offer(3, "bob@example.test"))
        waits = self.home.await_event("job-2", "postponed", "frequency_cap")
        self.home.await_event("job-3", "sent")
        self.assertAlmostEqual(
            moment(waits["until"]).timestamp() - moment(sent["time"]).timestamp(), 86400, delta=10)
        decision, rules = self.decision("job-2", "postponed")
        self.assertIn("one", json.dumps(rules["cap"]))
        self.home.config.write_text(self.home.config.read_text().replace('["address"]', '["address"]\nover = "withhold"'))
        self.daemon.send_signal(signal.SIGHUP)
        self.home.await_event("job-2", "withheld", "frequency_cap")

    def test_transactional_is_exempt_from_caps_unless_one_names_it(self):
        self.show(policy=cap().replace('"marketing"', '"transactional"'))
        self.accept("a.json", lab.job(1, "ada@example.test"))
        self.home.await_event("job-1", "sent")
        self.accept("b.json", lab.job(2, "ada@example.test"))
        self.home.await_event("job-2", "postponed", "frequency_cap")

    def test_what_certainly_did_not_go_gives_its_place_under_the_cap_back(self):
        self.show(policy=lab.NO_CONSENT_NEEDED + cap().replace('["address"]', '["person"]'))
        to = lambda email: {"email": email, "person": "lead-1"}
        self.accept("a.json", offer(1, to=to("bounce@example.test")))
        self.home.await_event("job-1", "failed", "bad_address")
        self.accept("b.json", offer(2, to=to("ada@example.test")))
        self.home.await_event("job-2", "sent")
        self.accept("c.json", offer(3, to=to("other@example.test")))
        self.home.await_event("job-3", "postponed", "frequency_cap")

    def test_quiet_hours_postpone_until_they_open_in_the_recipients_zone(self):
        opening = self.preset()
        self.show(policy=lab.NO_CONSENT_NEEDED + hours())
        self.accept("a.ndjson", offer(1, to={"email": "ada@example.test", "timezone": "UTC"}), lab.job(2))
        waits = self.home.await_event("job-1", "postponed", "quiet_hours")
        self.home.await_event("job-2", "sent")
        until = moment(waits["until"])
        # The opening, and the spread behind it: at most a quarter of the window.
        self.assertGreaterEqual(until, opening)
        self.assertLessEqual(until, opening + datetime.timedelta(minutes=15))

    def test_hours_that_never_open_in_time_withhold(self):
        self.preset()
        self.show(policy=lab.NO_CONSENT_NEEDED + hours())
        self.accept("a.json", offer(
            1, to={"email": "ada@example.test", "timezone": "UTC"}, expires_at=lab.soon(3600)))
        self.home.await_event("job-1", "withheld", "no_allowed_time")

    def test_an_unknown_zone_waits_for_good_or_for_the_preset_that_is_asked_instead(self):
        self.preset(opens_in=0)
        self.show(policy=lab.NO_CONSENT_NEEDED + hours())
        self.accept("a.json", offer(1))
        waits = self.home.await_event("job-1", "postponed", "unknown_zone")
        self.assertIsNone(waits["until"])
        report = self.explain("job-1")
        self.assertEqual((report["verdict"], report["reason"], report["until"]), ("postpone", "unknown_zone", None))
        self.write_preset("anytime", "00:00-24:00")
        self.home.config.write_text(self.home.config.read_text().replace(
            'presets = ["mine"]', 'presets = ["mine"]\nunknown_zone = "anytime"'))
        self.daemon.send_signal(signal.SIGHUP)
        self.home.await_event("job-1", "sent")

    def test_a_blackout_postpones_until_it_ends(self):
        tomorrow = datetime.datetime.now(datetime.timezone.utc).date() + datetime.timedelta(days=1)
        blackout = f"""
[[policy.blackout]]
regions = ["FR"]
from = "2026-01-01T00:00"
to = "{tomorrow}T12:00"
why = "strike"
"""
        self.show(policy=lab.NO_CONSENT_NEEDED + blackout)
        self.accept(
            "a.ndjson", offer(1, to={"email": "ada@example.test", "country": "FR", "timezone": "Europe/Paris"}),
            offer(2, to={"email": "bob@example.test", "country": "GB", "timezone": "Europe/London"}))
        waits = self.home.await_event("job-1", "postponed", "quiet_hours")
        self.home.await_event("job-2", "sent")
        self.assertEqual(moment(waits["until"]).date(), tomorrow)

    def test_a_new_policy_asks_again_whatever_the_old_one_put_off(self):
        opening = self.preset()
        daemon = self.show(policy=lab.NO_CONSENT_NEEDED + hours())
        self.accept("a.json", offer(1, to={"email": "ada@example.test", "timezone": "UTC"}))
        self.home.await_event("job-1", "postponed", "quiet_hours")
        before = self.decision("job-1", "postponed")[0]["policy"]
        good = self.home.config.read_text()
        self.home.config.write_text(good.replace('presets = ["mine"]', 'presets = ["mien"]'))
        daemon.send_signal(signal.SIGHUP)
        self.home.await_that("refused", lambda: "nothing was reloaded" in self.home.log_tail())
        self.assertIn('did you mean "mine"?', self.home.log_tail())
        self.home.config.write_text(good.replace(hours(), ""))
        daemon.send_signal(signal.SIGHUP)
        self.home.await_event("job-1", "sent")
        after = self.decision("job-1", "sent")[0]["policy"]
        self.assertNotEqual(before, after)
        self.assertIn("policy quiet_hours 1: removed", self.home.log_tail())
        self.assertIn(after, self.home.log_tail())
        self.assertTrue(opening)

    def test_a_preset_file_that_changed_is_a_new_policy(self):
        self.preset()
        daemon = self.show(policy=lab.NO_CONSENT_NEEDED + hours())
        self.accept("a.json", offer(1, to={"email": "ada@example.test", "timezone": "UTC"}))
        self.home.await_event("job-1", "postponed", "quiet_hours")
        self.preset(opens_in=-1, hours=3)
        daemon.send_signal(signal.SIGHUP)
        self.home.await_event("job-1", "sent")


    def test_a_template_that_becomes_marketing_makes_what_waits_marketing(self):
        self.show()
        self.home.run("route", "pause", "relay", "--why", "test")
        self.accept("a.json", lab.job(1))
        self.home.template("probe", lab.MARKETING)
        self.daemon.send_signal(signal.SIGHUP)
        self.home.await_that("reloaded", lambda: "templates changed" in self.home.log_tail())
        self.assertEqual(self.explain("job-1")["class"], "marketing")
        self.home.run("route", "resume", "relay")
        self.home.await_event("job-1", "withheld", "no_consent")


class Explain(GateCase):
    def text(self, **more):
        """A job for a text message, for which there is no route."""
        folder = self.home.home / "templates/text"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "template.toml").write_text(SMS_TEMPLATE)
        (folder / "sms.txt").write_text("Hello {{n}}\n")
        record = {
            "id": "fl-1", "channel": "sms", "template": "text", "topic": "newsletter", "data": {"n": 1},
            "to": {"phone": "+13055550100", "timezone": "America/New_York"}, "expires_at": "2026-12-31T00:00:00Z",
            **more}
        path = self.home.home / "text.json"
        path.write_text(json.dumps(record))
        return path

    SMS_HOURS = """
[[policy.quiet_hours]]
channel = "sms"
class = "marketing"
presets = ["us", "fr-sms", "default"]
"""

    def test_florida_at_half_past_eight_in_the_evening_says_no_by_floridas_rule(self):
        self.set_up(policy=lab.NO_CONSENT_NEEDED + self.SMS_HOURS, start=False)
        report = self.explain(self.text(), "--at", "2026-12-01T20:30:00-05:00")
        self.assertEqual((report["verdict"], report["reason"]), ("postpone", "quiet_hours"), report)
        until = moment(report["until"])
        self.assertGreaterEqual(until, moment("2026-12-02T13:00:00Z"))
        self.assertLess(until, moment("2026-12-02T15:00:00Z"))
        florida = next(p for p in report["presets"] if p["id"] == "us-fl")
        self.assertIn("501.616", florida["source"])
        self.assertRegex(florida["as_of"], r"^\d{4}-\d\d-\d\d$")
        self.assertEqual(florida["confidence"], "H")
        self.assertIn("America/New_York", report["zones"])
        self.assertIn("US-FL", report["jurisdictions"])
        words = self.home.run("explain", self.home.home / "text.json", "--at", "2026-12-01T20:30:00-05:00").stdout
        for part in ("NOT NOW", "us-fl", "501.616", "2026-12-02 13:", report["policy"]):
            self.assertIn(part, words)

    def test_the_same_job_goes_at_noon_and_not_in_the_last_five_minutes(self):
        self.set_up(policy=lab.NO_CONSENT_NEEDED + self.SMS_HOURS, start=False)
        file = self.text()
        self.assertEqual(self.explain(file, "--at", "2026-12-01T12:00:00-05:00")["verdict"], "proceed")
        self.assertEqual(self.explain(file, "--at", "2026-12-01T19:54:59-05:00")["verdict"], "proceed")
        self.assertEqual(self.explain(file, "--at", "2026-12-01T19:55:00-05:00")["verdict"], "postpone")

    def test_never_and_why(self):
        self.set_up(policy=EXPRESS, start=False)
        report = self.explain(self.text())
        self.assertEqual((report["verdict"], report["reason"], report["until"]), ("withhold", "no_consent", None))
        self.assertIn("NEVER", self.home.run("explain", self.home.home / "text.json").stdout)
        report = self.explain(self.text(), "--at", "2027-01-01T00:00:00Z")
        self.assertEqual(report["reason"], "expired")

    def test_a_line_of_a_file_and_what_is_wrong_with_it(self):
        self.set_up(policy=EXPRESS, start=False)
        file = self.home.home / "jobs.ndjson"
        file.write_text("".join(
            json.dumps(j) + "\n" for j in (offer(1), {**offer(2), "topic": "gossip"}, self.reader())))
        self.assertEqual(self.explain(file, "--line", "1")["reason"], "no_consent")
        done = self.home.run("explain", file, "--line", "2", check=False)
        self.assertEqual(done.returncode, 65)
        self.assertIn("unknown_topic", done.stderr)
        done = self.home.run("explain", file, check=False)
        self.assertEqual(done.returncode, 64, done.stderr)
        self.assertIn("--line", done.stderr)
        self.assertEqual(self.home.run("explain", file, "--line", "3", check=False).returncode, 65)
        self.assertEqual(self.home.run("explain", file, "--line", "4", check=False).returncode, 65)
        self.assertEqual(self.home.run("explain", "nobody-knows", check=False).returncode, 65)

    def test_a_queued_job_and_an_ended_one_by_id(self):
        self.show(policy=lab.NO_CONSENT_NEEDED + cap())
        self.accept("a.json", offer(1, "ada@example.test"))
        self.home.await_event("job-1", "sent")
        self.accept("b.json", offer(2, "ada@example.test"))
        waits = self.home.await_event("job-2", "postponed", "frequency_cap")
        report = self.explain("job-2")
        self.assertEqual((report["verdict"], report["reason"]), ("postpone", "frequency_cap"))
        self.assertAlmostEqual(moment(report["until"]).timestamp(), moment(waits["until"]).timestamp(), delta=1)
        self.assertEqual(self.explain("job-2", "--at", lab.soon(2 * 86400))["verdict"], "proceed")
        ended = self.explain("job-1")
        self.assertEqual((ended["state"], ended["event"]), ("ended", "sent"))
        self.assertLessEqual({"consent", "cap"}, {r["rule"] for r in ended["rules"]})
        self.assertIn("has ended", self.home.run("explain", "job-1").stdout)

    def test_what_else_keeps_a_job_is_said_beside_the_gates_answer(self):
        self.show(policy=lab.NO_CONSENT_NEEDED)
        self.home.run("route", "pause", "relay", "--why", "moving house")
        self.accept("a.json", offer(1))
        report = self.explain("job-1")
        self.assertEqual(report["verdict"], "proceed")
        self.assertEqual(report["obstacles"], ["route relay is paused: moving house"])
        self.assertIn("moving house", self.home.run("explain", "job-1").stdout)

    def test_a_task_is_asked_about_as_the_contact_that_it_intends(self):
        self.set_up(policy=EXPRESS + self.SMS_HOURS.replace('"sms"', '"voice"'), start=False)
        file = self.text(
            channel="crm_task", template="call", task={"intended_channel": "voice"},
            to={"crm_contact": "003", "phone": "+13055550100"}, data={})
        folder = self.home.home / "templates/call"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "template.toml").write_text('class = "marketing"\nchannels = ["crm_task"]\n[data]\n')
        (folder / "task.title.txt").write_text("Call\n")
        (folder / "task.body.txt").write_text("Call them\n")
        report = self.explain(file, "--at", "2026-12-01T20:30:00-05:00")
        self.assertEqual((report["channel"], report["contact"], report["reason"]), ("crm_task", "voice", "no_consent"))
        hours = next(r for r in report["rules"] if r["rule"] == "quiet_hours")
        self.assertEqual(hours["said"], "closed", report)

    def test_a_file_can_be_asked_about_for_a_producer_and_with_a_route_that_is_not_there(self):
        self.set_up(policy=EXPRESS, start=False)
        file = self.text(route="texts")
        self.assertEqual(self.explain(file)["reason"], "no_consent")
        done = self.home.run("explain", file, "--producer", "nobody", check=False)
        self.assertEqual(done.returncode, 64)
        self.assertIn('no producer "nobody"', done.stderr)

    def test_outcomes_with_decisions_can_be_read(self):
        self.show()
        self.accept("a.json", offer(1))
        self.home.await_event("job-1", "withheld")
        told = self.home.run("outcomes", "--job", "job-1", "--decisions").stdout
        self.assertRegex(told, r"consent: no_consent")
        self.assertIn(self.decision("job-1")[0]["policy"], told)


class Policy(GateCase):
    def test_check_says_which_presets_are_in_force_and_which_are_not_sure_enough(self):
        self.configure(policy=Explain.SMS_HOURS)
        told = self.home.run("check").stderr
        self.assertRegex(told, r"us-fl .*H")
        self.assertIn("501.616", told)
        self.assertRegex(told, r"left out.*us-al")

    def test_a_name_nobody_knows_is_an_error_with_its_line(self):
        self.configure(policy=Explain.SMS_HOURS.replace('"fr-sms"', '"fr-smss"') + """
[[policy.consent]]
require = "any"
jurisdictions = ["US-FQ"]
""")
        done = self.home.run("check", check=False)
        self.assertEqual(done.returncode, 78)
        line = next(n for n, l in enumerate(self.home.config.read_text().splitlines(), 1) if "fr-smss" in l)
        self.assertIn(f'gatepost.toml:{line}: error: policy.quiet_hours[0].presets[1]', done.stdout)
        self.assertIn('did you mean "fr-sms"?', done.stdout)
        self.assertIn("US-FQ", done.stdout)
        self.home.run("init", check=False)
        self.assertEqual(self.home.run("run", check=False).returncode, 78)

    def test_a_family_can_be_brought_in_but_not_left_out(self):
        self.configure(policy=Explain.SMS_HOURS.replace('"fr-sms"', '"fr"') + 'exempt = ["fr"]\nunknown_zone = "ca"\n')
        told = self.home.run("check", check=False).stdout
        self.assertIn('exempt[0]: "fr" is a family', told)
        self.assertIn('unknown_zone: "ca" is a family', told)
        self.assertNotIn("presets[", told)

    def test_a_preset_that_is_wrong_keeps_the_daemon_from_starting(self):
        self.preset()
        self.configure(policy=hours())
        path = self.home.home / "policies/presets/mine.toml"
        path.write_text(path.read_text().replace('covers = ["*"]', 'covers = ["*"]\nzone = "Mars/Olympus"'))
        done = self.home.run("check", check=False)
        self.assertEqual(done.returncode, 78)
        self.assertIn("policies/presets/mine.toml:", done.stdout)

    @NEEDS_ROOT
    @needs("unshare", "mount")
    def test_without_a_time_zone_database_the_daemon_does_not_start(self):
        self.configure(policy=EXPRESS)
        self.home.run("init")
        done = subprocess.run(
            ["unshare", "--mount", "sh", "-c",
             'mount -t tmpfs none /usr/share/zoneinfo && exec "$0" run --config "$1"',
             self.home.binary, str(self.home.config)],
            capture_output=True, text=True, env=self.home.env)
        self.assertEqual(done.returncode, 78, done.stderr)
        self.assertIn("no time zone database", done.stderr)

    def test_the_daemon_says_what_it_enforces(self):
        self.show(policy=EXPRESS)
        log = self.home.log_tail()
        self.assertNotIn("NOT ENFORCED", log)
        self.assertRegex(log, "policy [0-9a-f]{12}")
