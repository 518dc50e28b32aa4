# SPDX-License-Identifier: Apache-2.0
"""Tasks by every shipped CRM provider, end to end through the sink: what is asked, and what the gate does to it."""

import datetime
import zoneinfo

import lab
from contract_gate import PRESET, DAYS
from contract_wire import WireCase, task
from peer_http import Answer

DUE = "2027-03-04T15:30:00Z"
CONTACTS = {"dynamics": "aaaaaaaa-0000-0000-0000-000000000009", "close": "lead_abc9", "salesforce": "0035g00000XyZ9"}
OWNERS = {"dynamics": "bbbbbbbb-0000-0000-0000-000000000001", "close": "user_abc", "salesforce": "0055g00000AbC"}

# What of a task is told to each: contact, owner, due, priority, title.
TOLD = {
    "hubspot": lambda r: (
        r.json["associations"][0]["to"]["id"], r.json["properties"]["hubspot_owner_id"],
        r.json["properties"]["hs_timestamp"], r.json["properties"]["hs_task_priority"],
        r.json["properties"]["hs_task_subject"]),
    "salesforce": lambda r: (
        r.json["WhoId"], r.json["OwnerId"], r.json["ActivityDate"], r.json["Priority"], r.json["Subject"]),
    "dynamics": lambda r: (
        r.json["regardingobjectid_contact_task@odata.bind"], r.json["ownerid@odata.bind"], r.json["scheduledend"],
        r.json["prioritycode"], r.json["subject"]),
    "zoho": lambda r: (lambda row: (
        row["Who_Id"]["id"], row["Owner"]["id"], row["Due_Date"], row["Priority"], row["Subject"]))(r.json["data"][0]),
    "pipedrive": lambda r: (
        str(r.json.get("person_id") or r.json["participants"][0]["person_id"]), str(r.json["owner_id"]),
        f"{r.json['due_date']} {r.json['due_time'][:5]}", None, r.json["subject"]),
    "close": lambda r: (r.json["lead_id"], r.json["assigned_to"], r.json["date"], None, r.json["text"].split("\n")[0]),
    "zendesk-sell": lambda r: (
        str(r.json["data"]["resource_id"]), str(r.json["data"]["owner_id"]), r.json["data"]["due_date"], None,
        r.json["data"]["content"].split("\n")[0]),
}

EXPECTED = {
    "hubspot": ("1000009", "77", DUE, "HIGH"),
    "salesforce": (CONTACTS["salesforce"], OWNERS["salesforce"], "2027-03-04", "High"),
    "dynamics": (f"/contacts({CONTACTS['dynamics']})", f"/systemusers({OWNERS['dynamics']})", DUE, 2),
    "zoho": ("1000009", "77", "2027-03-04", "High"),
    "pipedrive": ("1000009", "77", "2027-03-04 15:30", None),
    "close": (CONTACTS["close"], OWNERS["close"], DUE, None),
    "zendesk-sell": ("1000009", "77", DUE, None),
}


class Tasks(WireCase):
    def everybody(self, more=""):
        base = self.play()
        return self.furnish(*(self.route(name, f"{base}/{name}", more=more) for name in TOLD))

    def contact(self, name, ending="9"):
        whole = CONTACTS.get(name, "1000009")
        return whole[:-len(ending)] + ending

    def test_each_provider_makes_a_task_for_its_contact_and_owner_with_due_date_and_priority(self):
        self.everybody()
        self.accept("a.ndjson", *(
            task(name, self.contact(name), route=name, priority="high",
                 task={"due": DUE, "owner": OWNERS.get(name, "77"), "intended_channel": "voice"})
            for name in TOLD))
        sent = self.await_sent(len(TOLD))
        told = {}
        for request in self.captured():
            name = request.target.split("/")[1]
            told[name] = TOLD[name](request)
        self.assertEqual(told, {name: (*EXPECTED[name], "Call 1") for name in TOLD})
        for name in TOLD:
            self.assertTrue(sent[f"task-{name}"]["provider"]["id"], name)
            self.assertEqual(sent[f"task-{name}"]["recipient"], self.contact(name))

    def test_the_sinks_special_contacts_end_as_the_contract_says_at_each_provider(self):
        self.everybody()
        ends = {"0001": ("failed", "bad_address"), "0004": ("failed", "content")}
        self.accept("a.ndjson", *(
            task(f"{name}-{ending}", self.contact(name, ending), route=name) for name in TOLD for ending in ends))
        self.home.await_counts(lambda c: c.get("failed", 0) == len(TOLD) * len(ends))
        wrong = {job: e for job, e in self.endings().items() if e != [ends[job[-4:]]]}
        self.assertEqual(wrong, {})

    def test_a_contact_that_is_none_suppresses_nobody(self):
        base = self.play()
        self.furnish(self.route("hubspot", f"{base}/hubspot"))
        self.accept("a.json", task(1, "1000001"))
        self.home.await_event("task-1", "failed", "bad_address")
        self.assertEqual(self.home.lines("suppression", "export", "--format", "json"), [])

    # MARK: the gate

    SMS = {"intended_channel": "sms"}

    def call(self, number, **more):
        return task(number, **{
            "template": "call", "topic": "newsletter", "task": self.SMS,
            "to": {"crm_contact": "1000009", "phone": "+33612345679", "timezone": "Europe/Paris"}, **more})

    def hours(self):
        """Open for an hour that begins in three, for texts, on walls in Paris."""
        now = datetime.datetime.now(zoneinfo.ZoneInfo("Europe/Paris"))
        opening = (now + datetime.timedelta(hours=3)).replace(minute=0, second=0, microsecond=0)
        closing = (opening + datetime.timedelta(hours=1)).strftime("%H:%M").replace("00:00", "24:00")
        folder = self.home.home / "policies/presets"
        folder.mkdir(parents=True, exist_ok=True)
        week = "\n".join(f'{day} = ["{opening.strftime("%H:%M")}-{closing}"]' for day in DAYS)
        (folder / "mine.toml").write_text(PRESET.format(week=week))
        return opening, '\n[[policy.quiet_hours]]\nchannel = "sms"\npresets = ["mine"]\n'

    def test_outside_hours_the_task_goes_now_is_due_at_the_opening_and_says_so(self):
        opening, policy = self.hours()
        base = self.play()
        self.furnish(self.route("hubspot", f"{base}/hubspot"), policy=lab.NO_CONSENT_NEEDED + policy)
        early = (opening - datetime.timedelta(hours=2)).isoformat()
        late = (opening + datetime.timedelta(days=2)).isoformat()
        self.accept("a.ndjson", self.call(1), self.call(2, task={**self.SMS, "due": early}),
                    self.call(3, task={**self.SMS, "due": late}), self.call(4, task={"intended_channel": "email"},
                    to={"crm_contact": "1000009", "email": "ada@example.test", "timezone": "UTC"}))
        sent = self.await_sent(4)
        requests = {r.json["properties"]["hs_task_subject"]: r.json["properties"] for r in self.captured()}
        due = {n: datetime.datetime.fromisoformat(requests[f"Call {n}"]["hs_timestamp"].replace("Z", "+00:00"))
               for n in (1, 2, 3, 4)}
        for number in (1, 2):
            self.assertGreaterEqual(due[number], opening)
            self.assertLessEqual(due[number], opening + datetime.timedelta(minutes=15))
        self.assertEqual(due[3], datetime.datetime.fromisoformat(late))
        for number in (1, 2, 3):
            first = requests[f"Call {number}"]["hs_task_body"].split("<br>")[0]
            self.assertNotIn("Ask about", first)
            self.assertRegex(first, "(?i)not .*before|until|from")
            self.assertIn(f"Ask about {number}.", requests[f"Call {number}"]["hs_task_body"])
        self.assertTrue(requests["Call 4"]["hs_task_body"].startswith("Ask about 4."))
        self.assertEqual({o["attempt"] for o in sent.values()}, {1})
        self.assertEqual([o for o in self.home.outcomes("--event", "postponed")], [])

    def test_a_task_that_the_gate_withholds_makes_no_request(self):
        base = self.play()
        self.furnish(self.route("hubspot", f"{base}/hubspot"),
                     policy='\n[[policy.consent]]\nclass = "marketing"\nrequire = "express"\n')
        self.home.run("suppression", "add", "+33612345679", "--reason", "litigator")
        self.accept("a.ndjson", self.call(1), self.call(2, to={"crm_contact": "1000009", "phone": "+33612345689"}),
                    task(3))
        self.home.await_event("task-1", "withheld", "suppressed")
        self.home.await_event("task-2", "withheld", "no_consent")
        self.home.await_event("task-3", "sent")
        self.assertEqual(len(self.seen()), 1)

    # MARK: later

    def test_a_withdrawal_closes_the_tasks_that_were_made_at_every_provider(self):
        self.everybody()
        self.accept("a.ndjson", *(
            self.call(name, to={"crm_contact": self.contact(name), "phone": "+33612345679"}, route=name)
            for name in TOLD), self.call("other", to={"crm_contact": "1000019", "phone": "+33612345689"}, route="hubspot"))
        sent = self.await_sent(len(TOLD) + 1)
        made = {r.target.split("/")[1]: r.target.split("?")[0] for r in self.captured()}
        ours, = {r.json["properties"]["gatepost_id"] for r in self.captured()
                 if "/hubspot/" in r.target and r.json["associations"][0]["to"]["id"] == "1000009"}
        before = len(self.captured())
        # While nobody runs: it is closed at the next start.
        lab.stop(self.daemon)
        self.home.run("consent", "record", "+33612345679", "--channel", "sms", "--type", "withdrawn")
        self.daemon = self.home.start()
        lab.await_that("amendments", lambda: len(self.amended()) == len(TOLD), 30, 0.1)
        self.home.run("consent", "record", "+33612345679", "--channel", "sms", "--type", "objected")
        day = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-")
        for row in self.amended():
            self.assertRegex(row["about"], f"Withdrawn: do not contact by sms .consent withdrawn {day}")
        self.assertEqual(
            {row["about"].split(" on ")[1].split(":")[0] for row in self.amended()}, set(TOLD))
        requests = self.captured()[before:]
        self.assertEqual(len(requests), len(TOLD))
        for request in requests:
            name = request.target.split("/")[1]
            # By the id that it was given, or by ours where it was made under that.
            of_that_task = ours if name == "hubspot" else sent[f"task-{name}"]["provider"]["id"]
            if name in ("salesforce", "dynamics"):
                of_that_task = made[name]
            path = request.target.split("?")[0]
            self.assertIn(of_that_task, {path, *path.split("/")}, request.target)
            self.assertIn("Withdrawn: do not contact by sms", request.body.decode(), name)
        self.home.run("journal", "verify")

    # MARK: what people see of it

    ADA = {"crm_contact": "1000009", "phone": "+33612345679", "person": "lead-1", "timezone": "Europe/Paris"}

    def crm(self, request):
        """Makes tasks; the second is gone when it is to be closed."""
        if request.method == "POST":
            number = request.json["properties"]["hs_task_subject"].removeprefix("Call ")
            return Answer(201, {"id": f"T on {number}", "createdAt": "2026-11-21T10:00:00.000Z"})
        if b"Ask about 2" in request.body:
            return Answer(404, {"status": "error", "message": "resource not found", "category": "OBJECT_NOT_FOUND"})
        return Answer(200, {"id": "whatever"})

    def withdrawn_while_paused(self):
        """Three tasks, two of them of somebody who said no since; the first has an id that is hard to read."""
        self.furnish(self.route("hubspot", self.peer(self.crm).base))
        self.accept("a.ndjson", self.call(1, id="task-1, task 7 on hubspot: x", to=self.ADA), self.call(2, to=self.ADA),
                    self.call(3, to={**self.ADA, "phone": "+33612345689", "crm_contact": "1000019", "person": "lead-2"}))
        self.await_sent(3)
        self.home.run("route", "pause", "hubspot", "--why", "moving")
        return self.home.run("consent", "record", "+33612345679", "--channel", "sms", "--type", "withdrawn").stdout.strip()

    def made(self, job):
        found, = self.home.lines("queue", "show", job, "--format", "json")
        text = next(l for l in self.home.run("queue", "show", job).stdout.splitlines() if l.startswith("task "))
        return found["task"], " ".join(text.split())

    def evidence(self, *arguments):
        return self.home.lines("evidence", *arguments, "--format", "json")

    def standing(self):
        return [row["tasks_to_close"] for row in self.home.lines("status", "--format", "json") if row["kind"] == "route"]

    def both_ends(self):
        rows = self.home.lines("journal", "operators", "--format", "json")
        return len({row["action"] for row in rows} & {"task_amended", "task_not_amended"}) == 2

    def test_queue_show_and_status_say_which_tasks_stand_are_to_be_closed_are_closed_and_could_not_be(self):
        self.withdrawn_while_paused()
        self.assertEqual(self.standing(), [2])
        self.assertIn("tasks to be closed: 2 (hubspot 2)", self.home.run("status").stdout)
        first = "task-1, task 7 on hubspot: x"
        task, words = self.made(first)
        self.assertEqual((task["id"], task["route"], task["standing"], task["over"]),
                         ("T on 1", "hubspot", "to_be_closed", None))
        self.assertTrue(task["since"])
        self.assertRegex(words, "^task T on 1 on hubspot, is to be closed since 20")
        self.assertEqual(self.made("task-3")[1], "task T on 3 on hubspot, stands")
        self.assertEqual(self.made("task-3")[0]["standing"], "stands")

        self.home.run("route", "resume", "hubspot")
        self.home.await_that("both", self.both_ends)
        self.assertEqual(self.standing(), [0])
        self.assertNotIn("tasks to be closed", self.home.run("status").stdout)
        task, words = self.made(first)
        self.assertEqual((task["standing"], task["why"]), ("closed", None))
        self.assertRegex(words, "^task T on 1 on hubspot, closed 20[^:]*:[^:]*:[^:]*: Withdrawn: do not contact by sms")
        task, words = self.made("task-2")
        self.assertEqual((task["standing"], task["why"]), ("not_closed", "404 OBJECT_NOT_FOUND: resource not found"))
        self.assertRegex(words, "^task T on 2 on hubspot, could NOT be closed 20.*: 404 OBJECT_NOT_FOUND: resource not found; do it by hand")
        self.assertIn(task["reference"], words)

    def test_evidence_and_the_review_say_what_a_task_asked_for_and_what_became_of_it(self):
        out = self.withdrawn_while_paused()
        self.home.run("suppression", "add", "+33612345679", "--reason", "manual", "--scope", "channel:sms")
        self.home.run("route", "resume", "hubspot")
        self.home.await_that("both", self.both_ends)
        first = "task-1, task 7 on hubspot: x"
        for whom in (["person:lead-1"], ["crm:1000009"], ["+33612345679"], ["--job", "task-2"]):
            entries = self.evidence(*whom)
            jobs = {"task-2"} if "--job" in whom else {first, "task-2"}
            with self.subTest(whom=whom):
                self.assertEqual([e["id"] for e in entries if e["kind"] == "consent"], [out])
                self.assertEqual([e["what"] for e in entries if e["kind"] == "suppression"], ["added"])
                accepted = [e for e in entries if e["what"] == "accepted"]
                self.assertEqual({e["id"] for e in accepted}, jobs)
                for entry in accepted:
                    self.assertEqual((entry["message"]["intended_channel"], entry["message"]["contact"]),
                                     ("sms", "+33612345679"))
                ends = {e["id"]: e for e in entries if e["what"].startswith("task_")}
                self.assertEqual(ends.keys(), jobs)
                self.assertEqual([(m["mark"], m["opt_out"], m["occurred_at"]) for m in ends["task-2"]["marks"]],
                                 [("task_not_closed", None, None)])
                self.assertEqual(ends["task-2"]["summary"],
                                 "The task T on 2 on hubspot could not be closed: 404 OBJECT_NOT_FOUND: resource not found.")
                self.assertEqual(ends["task-2"]["operator"]["jobs"], ["task-2"])
                if first in jobs:
                    self.assertEqual((ends[first]["what"], ends[first]["marks"]), ("task_amended", []))
                    self.assertRegex(ends[first]["summary"], "^The task T on 1 on hubspot was closed.*do not contact by sms")
                self.assertEqual([e["id"] for e in entries if e["marks"]], ["task-2"])
        self.assertEqual([e["what"] for e in self.evidence("person:lead-2") if e["kind"] == "operator"], [])
        paper = " ".join(self.home.run("evidence", "person:lead-1").stdout.split())
        self.assertIn("1 marked with !!.", paper)
        self.assertIn("!! The task could not be closed at its provider: somebody has to.", paper)
        self.assertIn("a contact by sms, at +33612345679", paper)

        month = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m")
        rows = [r for r in self.home.lines("report", "--review", "--month", month, "--format", "json") if "rows" not in r]
        row, = [r for r in rows if r["section"] == "tasks_not_closed"]
        self.assertEqual((row["job"], row["producer"], row["route"], row["id"], row["why"]),
                         ("task-2", "default", "hubspot", "T on 2", "404 OBJECT_NOT_FOUND: resource not found"))
        self.assertIn("Withdrawn: do not contact by sms", row["what"])
        acts = {r["what"]: r["count"] for r in rows if r["section"] == "operator_actions"}
        self.assertEqual((acts.get("task_amended"), acts.get("task_not_amended")), (1, None))

    def test_a_withdrawal_dated_back_marks_the_tasks_about_that_number_by_that_channel_only(self):
        self.furnish(self.route("hubspot", self.peer(self.crm).base))
        self.accept("a.ndjson", self.call(1, to=self.ADA), self.call(3, to=self.ADA, task={"intended_channel": "voice"}))
        self.await_sent(2)
        out = self.home.run("consent", "record", "+33612345679", "--channel", "voice", "--type", "withdrawn",
                            "--occurred-at", lab.soon(-3600)).stdout.strip()
        for whom in ("+33612345679", "person:lead-1"):
            marked = [(e["id"], e["what"], [(m["mark"], m["opt_out"]) for m in e["marks"]])
                      for e in self.evidence(whom) if e["marks"]]
            self.assertEqual(marked, [("task-3", "sent", [("sent_before_opt_out_known", out)])])

    def amended(self):
        rows = self.home.lines("journal", "operators", "--format", "json")
        return [row for row in rows if row["action"] == "task_amended"]

    def test_the_intended_channel_and_its_address_are_required_for_marketing(self):
        self.furnish(self.route("hubspot", "http://127.0.0.1:9"))
        bare = self.call(1)
        del bare["task"]
        self.enqueue("a.ndjson", bare, self.call(2, to={"crm_contact": "1000009"}))
        receipt = self.home.await_receipt("a.ndjson")
        self.assertEqual((receipt["accepted"], receipt["rejected"]), (0, 2))
        self.assertEqual([(p["code"], p["field"]) for p in receipt["problems"]],
                         [("missing_field", "task.intended_channel"), ("missing_field", "to.phone")])

    def test_a_sandbox_makes_tasks_about_its_own_contact(self):
        base = self.play()
        self.furnish(self.route("hubspot", f"{base}/hubspot"), more='\n[sandbox]\nredirect = { crm_task = "4711" }\n')
        self.accept("a.json", task(1))
        self.await_sent(1)
        self.assertEqual([e["recipient"] for e in self.seen()], ["4711"])
