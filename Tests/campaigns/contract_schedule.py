# SPDX-License-Identifier: Apache-2.0
"""When a job goes, whether it goes, and how it looks when it went (CONTRACT 3.3, 4)."""

import datetime
import json
import time

import lab
from contract_case import Case, needs, offer


def moment(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def wall(hours_from_utc, seconds=0):
    """The wall time there, in minutes."""
    there = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=hours_from_utc, seconds=seconds)
    return there.replace(tzinfo=None, second=0, microsecond=0).isoformat(timespec="minutes")


class Schedules(Case):
    def test_not_before_waits_and_then_goes(self):
        self.set_up()
        self.sink()
        begin = time.time() + 3
        self.accept("a.ndjson", lab.job("later", not_before=lab.instant(begin)), lab.job("now"))
        self.home.await_event("job-now", "sent")
        self.assertNotIn("job-later", self.endings())
        sent = moment(self.home.await_event("job-later", "sent", within=15)["time"])
        self.assertGreaterEqual(sent, begin)
        self.assertLess(sent, begin + 5)
        self.assertEqual(
            self.home.events("job-later"), [("accepted", None), ("postponed", "not_before"), ("sent", None)]
        )

    def test_not_before_local_is_a_wall_time_in_the_recipients_zone(self):
        self.set_up()
        self.sink()
        to = lambda zone: {"to": {"email": "r@example.test", "timezone": zone}}
        # Half an hour ago in Kiribati; the same half hour of that day is most of a day away in Samoa.
        then = wall(14, -1800)
        self.accept(
            "a.ndjson",
            {**lab.job("past"), **to("Pacific/Kiritimati"), "not_before_local": then},
            {**lab.job("future"), **to("Pacific/Pago_Pago"), "not_before_local": then},
        )
        self.home.await_event("job-past", "sent")
        due = json.loads(self.home.run("queue", "show", "job-future", "--format", "json").stdout)["due"]
        self.assertEqual(moment(due), moment(then + "Z") + 11 * 3600)

    def test_a_job_that_has_expired_is_rejected_and_one_that_expires_waiting_is_withheld(self):
        self.set_up()
        self.sink()
        self.home.run("route", "pause", "relay", "--why", "test")
        self.enqueue(
            "a.ndjson",
            lab.job("late", expires_at=lab.soon(-1)),
            lab.job("soon", expires_at=lab.soon(1.5)),
            lab.job("long"),
        )
        receipt = self.home.await_receipt("a.ndjson")
        self.assertEqual(
            [(p["id"], p["code"], p["field"]) for p in receipt["problems"]], [("job-late", "expired", "expires_at")]
        )
        self.home.await_event("job-soon", "withheld", "expired", within=45)  # looked for every 30 s
        self.assertEqual(self.home.events("job-long"), [("accepted", None)])
        self.home.run("route", "resume", "relay")
        self.home.await_event("job-long", "sent")
        self.assertEqual(self.endings()["job-soon"], [("withheld", "expired")])

    def test_a_held_job_expires_too_and_one_that_waits_for_its_time(self):
        self.set_up()
        self.sink()
        self.home.run("hold", "add", "--campaign", "spring", "--why", "test")
        self.accept(
            "a.ndjson",
            lab.job("held", campaign="spring", expires_at=lab.soon(1.5)),
            lab.job("timed", not_before=lab.soon(3600), expires_at=lab.soon(1.5)),
        )
        self.home.await_event("job-held", "withheld", "expired", within=45)  # looked for every 30 s
        self.home.await_that("the end of the other", lambda: self.endings().get("job-timed"), within=45)
        self.assertEqual(self.endings()["job-timed"][0][0], "withheld")

    def test_marketing_without_an_expiry_has_the_default_lifetime(self):
        self.set_up()
        self.home.run("route", "pause", "relay", "--why", "test")
        self.accept("a.ndjson", offer("ad"), lab.job("receipt"))
        show = lambda job: json.loads(self.home.run("queue", "show", job, "--format", "json").stdout)
        ad = show("job-ad")
        self.assertAlmostEqual(moment(ad["expires_at"]) - moment(ad["accepted_at"]), 7 * 86400, delta=5)
        self.assertIsNone(show("job-receipt")["expires_at"])

    def test_high_goes_before_normal_before_low_and_low_never_starves(self):
        self.set_up(route='rate = "200/s"\n', connections=1)
        self.sink()
        self.home.run("route", "pause", "relay", "--why", "test")
        self.accept(
            "a.ndjson", *[lab.job(f"{p}-{n}", priority=p) for p in ("low", "normal", "high") for n in range(100)]
        )
        self.home.run("route", "resume", "relay")
        self.home.await_counts(lambda c: c.get("sent") == 300, within=30)
        order = [o["job"].split("-")[1] for o in self.home.outcomes("--event", "sent")]
        place = {p: [i for i, q in enumerate(order) if q == p] for p in ("high", "normal", "low")}
        mean = {p: sum(place[p]) / 100 for p in place}
        self.assertLess(mean["high"], mean["normal"])
        self.assertLess(mean["normal"], mean["low"])
        self.assertLess(place["low"][0], place["high"][-1])

    def test_a_template_lowers_the_priority(self):
        self.set_up(start=False)
        self.home.template("slow", lab.TEMPLATE.replace("description", 'max_priority = "low"\ndescription'))
        self.home.start()
        self.home.run("route", "pause", "relay", "--why", "test")
        self.accept("a.json", lab.job(1, template="slow", priority="high"))
        self.assertEqual(self.home.lines("queue", "list", "--format", "json")[0]["priority"], "low")

    def test_the_same_content_is_a_duplicate_and_other_content_a_conflict(self):
        daemon = self.set_up()
        self.sink()
        job = lab.job(1)
        self.accept("a.json", job)
        self.home.await_event("job-1", "sent")
        self.home.put("again.json", json.dumps(dict(reversed(list(job.items()))), indent=3).encode())
        self.assertEqual(
            [self.home.await_receipt("again.json")[k] for k in ("accepted", "duplicates", "rejected")], [0, 1, 0]
        )
        self.enqueue("other.json", {**job, "data": {"n": 2}})
        receipt = self.home.await_receipt("other.json")
        self.assertEqual([(p["code"], p["id"]) for p in receipt["problems"]], [("id_conflict", "job-1")])
        self.enqueue("twins.ndjson", lab.job(2), lab.job(2), {**lab.job(2), "campaign": "x"})
        receipt = self.home.await_receipt("twins.ndjson")
        self.assertEqual([receipt[k] for k in ("accepted", "duplicates", "rejected")], [1, 1, 1])
        self.enqueue("cancel.json", {"kind": "cancel", "id": "job-2", "match": {"id": "job-2"}})
        self.assertEqual(self.home.await_receipt("cancel.json")["problems"][0]["code"], "id_conflict")  # one namespace
        lab.stop(daemon)
        self.home.start()
        self.enqueue("restart.json", job)
        self.assertEqual(self.home.await_receipt("restart.json")["duplicates"], 1)

    def test_a_rejected_line_uses_up_no_id_and_a_cancelled_job_does(self):
        self.set_up()
        self.sink()
        self.enqueue("bad.json", lab.job(1, template="none"))
        self.home.await_receipt("bad.json")
        self.accept("good.json", lab.job(1))
        self.home.run("route", "pause", "relay", "--why", "test")
        self.accept("b.json", lab.job(2))
        self.home.run("queue", "cancel", "job-2", "--why", "test")
        self.enqueue("c.json", lab.job(2))
        self.assertEqual(self.home.await_receipt("c.json")["duplicates"], 1)


class Cancels(Case):
    def lead(self, name, **more):
        record = lab.job(name, **more)
        record["to"]["person"] = "lead-1"
        return record

    def test_a_cancel_takes_back_what_waits_and_is_remembered_for_what_comes_late(self):
        daemon = self.set_up()
        self.sink()
        self.home.run("route", "pause", "relay", "--why", "test")
        self.accept(
            "a.ndjson",
            self.lead("waiting", campaign="spring"),
            self.lead("other", campaign="autumn"),
            lab.job("stranger"),
        )
        self.enqueue("won.json", {"kind": "cancel", "id": "won-1", "match": {"person": "lead-1", "campaign": "spring"}})
        cancelled = self.home.await_event("job-waiting", "cancelled", "producer")
        self.assertEqual(cancelled["cause"], "won-1")
        self.enqueue(
            "late.ndjson",
            self.lead("late", campaign="spring", created_at=lab.soon(-60)),
            self.lead("fresh", campaign="spring", created_at=lab.soon(0)),
        )
        receipt = self.home.await_receipt("late.ndjson")
        self.assertEqual([receipt[k] for k in ("accepted", "rejected", "cancelled")], [1, 0, 1], receipt)
        self.assertEqual([e for e, _ in self.home.events("job-late")], ["accepted", "cancelled"])
        self.assertEqual(self.home.await_event("job-late", "cancelled")["cause"], "won-1")
        lab.stop(daemon)
        self.home.start()
        self.enqueue("later.json", self.lead("later", campaign="spring", created_at=lab.soon(-3600)))
        self.home.await_event("job-later", "cancelled", "producer")
        self.home.run("route", "resume", "relay")
        self.home.await_counts(lambda c: c.get("sent") == 3, within=20)
        self.assertEqual(
            {j: e for j, e in self.endings().items()},
            {
                "job-waiting": [("cancelled", "producer")],
                "job-late": [("cancelled", "producer")],
                "job-later": [("cancelled", "producer")],
                "job-other": [("sent", None)],
                "job-stranger": [("sent", None)],
                "job-fresh": [("sent", None)],
            },
        )

    def test_a_cancel_reaches_created_jobs_up_to_as_of_and_no_sent_one(self):
        self.set_up()
        self.sink()
        self.accept("sent.json", self.lead("sent"))
        self.home.await_event("job-sent", "sent")
        self.home.run("route", "pause", "relay", "--why", "test")
        self.accept(
            "a.ndjson", self.lead("old", created_at=lab.soon(-7200)), self.lead("new", created_at=lab.soon(-60))
        )
        self.enqueue("c.json", {"kind": "cancel", "id": "c-1", "match": {"person": "lead-1"}, "as_of": lab.soon(-3600)})
        self.home.await_event("job-old", "cancelled", "producer")
        self.enqueue("d.json", {"kind": "cancel", "id": "c-2", "match": {"campaign": "none"}, "all": True})
        self.assertEqual(self.home.await_receipt("d.json")["accepted"], 1)
        self.home.run("route", "resume", "relay")
        self.home.await_event("job-new", "sent")
        self.assertEqual(self.endings()["job-sent"], [("sent", None)])


class TheMail(Case):
    def test_from_reply_to_and_headers_stand_in_the_mail(self):
        self.set_up()
        folder = self.sink()
        self.accept(
            "a.json",
            lab.job(
                1,
                "ada@example.test",
                **{
                    "from": {"email": "jane@acme.example", "name": "Jané Roe"},
                    "reply_to": {"email": "desk@acme.example", "name": "Desk"},
                    "headers": {
                        "X-Lead": "lead-1",
                        "In-Reply-To": "<a@b.example>",
                        "References": "<a@b.example> <c@d.example>",
                    },
                },
            ),
        )
        sent = self.home.await_event("job-1", "sent")
        mail = lab.mails(folder)["ada@example.test"][0]
        self.assertEqual(mail["From"], "Jané Roe <jane@acme.example>")
        self.assertEqual(mail["Reply-To"], "Desk <desk@acme.example>")
        self.assertEqual((mail["X-Lead"], mail["In-Reply-To"]), ("lead-1", "<a@b.example>"))
        self.assertEqual(mail["References"], "<a@b.example> <c@d.example>")
        self.assertEqual((mail["Subject"], mail["Message-ID"]), ("Probe 1", sent["message_id"]))
        self.assertIsNotNone(mail["Date"])
        self.assertEqual(mail.defects, [])

    def test_the_message_id_is_the_same_when_it_is_tried_again(self):
        self.set_up()
        folder = self.sink()
        self.accept("a.json", lab.job(1, "greylist@example.test"))
        sent = self.home.await_event("job-1", "sent", within=15)
        self.assertEqual(sent["attempt"], 2)
        self.assertIn(("postponed", "retry"), self.home.events("job-1"))
        self.assertEqual(lab.mails(folder)["greylist@example.test"][0]["Message-ID"], sent["message_id"])

    @needs("smtp-sink")
    def test_a_name_beyond_ascii_needs_smtputf8_and_a_domain_does_not(self):
        self.set_up()
        self.home.smtp_sink(self.port)
        self.accept("a.ndjson", lab.job("name", "jörg@example.test"), lab.job("domain", "ada@bücher.example"))
        self.home.await_event("job-domain", "sent")
        self.home.await_event("job-name", "failed", "bad_address")

    def test_a_domain_goes_as_a_label_and_a_name_beyond_ascii_by_smtputf8(self):
        self.set_up()
        folder = self.sink()
        self.accept("a.ndjson", lab.job("name", "jörg@bücher.example"), lab.job("domain", "ada@bücher.example"))
        self.home.await_counts(lambda c: c.get("sent") == 2)
        self.assertEqual(set(lab.mails(folder)), {"jörg@xn--bcher-kva.example", "ada@xn--bcher-kva.example"})
