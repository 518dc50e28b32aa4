# SPDX-License-Identifier: Apache-2.0
"""Lost answers: the request left, no verdict came. Never a second one but where nothing can come twice, or by rule."""

import hashlib
import signal

from contract_wire import WireCase, ad, phone_of, task, text
from peer_http import DROP, SILENCE, Answer

TAKEN = Answer(201, {"message": {"id": "m-1"}})


class Doubt(WireCase):
    def pling_at(self, peer, more=""):
        self.pling()
        return self.furnish(self.pling_route(peer.base, more=more))

    def test_a_dropped_link_sees_one_request_fresh_and_reused_and_marketing_is_parked(self):
        # The first on its link is answered, the second never is.
        peer = self.peer(lambda r: DROP if b"drop" in r.body else TAKEN)
        self.pling_at(peer, more="connections = 1\n")
        self.accept("a.json", ad(1, data={"n": 1, "words": "drop"}))
        self.home.await_event("text-1", "unknown", "in_doubt")
        self.accept("b.json", ad(2))
        self.home.await_event("text-2", "sent")
        self.accept("c.json", ad(3, data={"n": 3, "words": "drop"}))
        self.home.await_event("text-3", "unknown", "in_doubt")
        self.accept("d.json", ad(4))
        self.home.await_event("text-4", "sent")
        self.assertEqual(set(peer.bodies().values()), {1})
        # The third went over the second's link. (libcurl may open another to send it again, and is kept from it.)
        self.assertEqual([(r.json["text"].split()[1], r.number) for r in peer.requests],
                         [("1", 0), ("2", 0), ("3", 1), ("4", 0)])
        self.assertEqual(peer.requests[1].connection, peer.requests[2].connection)
        self.assertEqual(sorted(self.doubtful()), ["text-1", "text-3"])
        self.assertEqual(peer.broken, 0)

    def test_in_a_storm_of_drops_each_text_is_asked_for_once(self):
        lost = lambda words: hashlib.sha256(words).digest()[0] < 64  # a quarter, always the same ones
        def answer(request):
            if not lost(request.body):
                return TAKEN
            # Silence for half of them, and for the others an answer that breaks off.
            return DROP if hashlib.sha256(request.body).digest()[1] < 128 else [TAKEN.bytes()[:40]]
        peer = self.peer(answer)
        self.pling_at(peer, more="connections = 8\n")
        self.accept("a.ndjson", *(ad(n) for n in range(300)))
        self.home.await_counts(lambda c: c.get("sent", 0) + c.get("unknown", 0) == 300, within=40)
        self.assertEqual((len(peer.bodies()), set(peer.bodies().values()), peer.broken), (300, {1}, 0))
        ended = {job: events[0][0] for job, events in self.endings().items()}
        for request in peer.requests:
            number = request.json["text"].split()[1]
            self.assertEqual(ended[f"text-{number}"], "unknown" if lost(request.body) else "sent", number)
        # Links were used again all the same.
        self.assertLess(peer.connections, 250)

    def test_silence_and_an_answer_that_breaks_off_are_doubts(self):
        def answer(request):
            if b"silent" in request.body:
                return SILENCE
            return [TAKEN.bytes()[:-5]]
        peer = self.peer(answer)
        self.pling_at(peer, more='answer_timeout = "1s"\n')
        self.accept("a.ndjson", ad(1, data={"n": 1, "words": "silent"}), ad(2))
        for job in ("text-1", "text-2"):
            self.home.await_event(job, "unknown", "in_doubt")
        self.assertEqual(len(peer.requests), 2)

    def test_transactional_is_resent_and_its_end_settles_the_doubt(self):
        peer = self.peer(lambda r: TAKEN if len(peer.requests) > 1 else DROP)
        self.pling_at(peer)
        self.accept("a.json", text(1))
        sent = self.home.await_event("text-1", "sent")
        events = self.home.outcomes("--job", "text-1")
        self.assertEqual([(e["event"], e["reason"]) for e in events], [
            ("accepted", None), ("unknown", "in_doubt"), ("postponed", "retry"), ("sent", None)])
        self.assertEqual([events[2]["settles"], sent["settles"]].count(events[1]["seq"]), 1)
        self.assertEqual(sent["attempt"], 2)

    def test_the_route_says_whether_a_doubt_is_parked_or_resent(self):
        parking, resending = self.peer(lambda r: DROP), self.peer(
            lambda r: TAKEN if len(resending.requests) > 1 else DROP)
        self.pling()
        self.furnish(self.pling_route(parking.base, name="parks", more='in_doubt = "park"\n'),
                     self.pling_route(resending.base, name="resends", more='in_doubt = "resend"\n'))
        self.accept("a.ndjson", text(1, route="parks"), ad(2, route="resends"))
        self.home.await_event("text-2", "sent")
        self.home.await_event("text-1", "unknown", "in_doubt")
        self.assertEqual(self.doubtful(), ["text-1"])
        self.assertEqual((len(parking.requests), len(resending.requests)), (1, 2))

    def test_people_settle_doubts_by_retry_and_cancel(self):
        peer = self.peer(lambda r: DROP)
        self.pling_at(peer)
        self.accept("a.ndjson", ad(1), ad(2), ad(3))
        unknown = {n: self.home.await_event(f"text-{n}", "unknown") for n in (1, 2, 3)}
        peer.answer = lambda r: TAKEN
        self.assertEqual(sorted(self.doubtful()), ["text-1", "text-2", "text-3"])
        retried = self.home.run("queue", "retry", "text-1", "--why", "the provider's console shows nothing").stderr
        self.assertRegex(retried, "1 job due now\n.*may arrive twice.*gatepost explain text-1")
        cancelled = self.home.run("queue", "cancel", "text-2", "--why", "it has gone").stderr
        self.assertRegex(cancelled, "1 job cancelled\n.*may have gone, and stays gone.*recorded as cancelled")
        sent = self.home.await_event("text-1", "sent")
        cancelled = self.home.await_event("text-2", "cancelled", "operator")
        self.assertEqual([sent["settles"], cancelled["settles"]], [unknown[1]["seq"], unknown[2]["seq"]])
        self.assertEqual(self.doubtful(), ["text-3"])
        self.assertEqual(len(peer.requests), 4)
        self.assertEqual([e for e, _ in self.home.events("text-1")].count("sent"), 1)

    def test_what_a_doubt_waits_for_is_said_by_the_list_and_by_explain(self):
        peer = self.peer(lambda r: DROP)
        self.pling()
        self.furnish(self.pling_route(peer.base), self.route("sinch", peer.base, name="asked"))
        self.accept("a.ndjson", ad(1, route="texts"), text(2, route="texts"), ad(3, route="asked"))
        for number in (1, 2, 3):
            self.home.await_event(f"text-{number}", "unknown", "in_doubt")
        for name in ("texts", "asked"):
            self.home.run("route", "pause", name, "--why", "to have a look")
        rows = lambda: {r["id"]: r for r in self.home.lines("queue", "list", "--format", "json")}
        self.home.await_that("landed", lambda: "flying" not in {r["state"] for r in rows().values()})
        waits = {
            "text-1": ("doubt", "nothing goes by itself; settle, retry or cancel it", "nothing goes by itself"),
            "text-2": ("ready", "in doubt: it goes again", "it goes again at "),
            "text-3": ("doubt", "the provider is asked ", "its provider is asked at ")}
        for job, (state, why, said) in waits.items():
            row, words = rows()[job], self.home.run("explain", job).stdout.splitlines()
            self.assertEqual((row["state"], row["why"][:len(why)]), (state, why))
            self.assertTrue(words[0].startswith("IN DOUBT: "), words[0])
            self.assertIn(said, words[0])
            self.assertEqual(words[1], "  of another attempt the gate would say: GOES NOW")
            (report,) = self.home.lines("explain", job, "--format", "json")
            self.assertEqual((report["verdict"], report["in_doubt"]), ("proceed", True))
            self.assertEqual(any("a doubt" in o for o in report["obstacles"]), state == "doubt")
        self.accept("b.json", ad(4, route="texts"))
        (report,) = self.home.lines("explain", "text-4", "--format", "json")
        self.assertIs(report["in_doubt"], False)
        self.assertNotIn("twice", self.home.run("queue", "retry", "text-4").stderr)

    def test_what_the_provider_brings_back_and_what_an_operator_has_seen_settle_it(self):
        peer = self.peer(lambda r: DROP)
        self.furnish(self.route("vonage", peer.base, name="texts"))
        self.accept("a.ndjson", ad(1), ad(2), ad(3))
        unknown = {n: self.home.await_event(f"text-{n}", "unknown") for n in (1, 2, 3)}
        (shown,) = self.home.lines("queue", "show", "text-1", "--format", "json")
        self.assertEqual(len([r for r in peer.requests if shown["reference"].encode() in r.body]), 1)
        settle = lambda *words: self.home.run("queue", "settle", *words, check=False)
        done = settle("--reference", shown["reference"], "--sent", "--provider-id", "P-77")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(settle("text-2", "--failed", "--why", "not in their log").returncode, 0)
        sent, failed = self.home.await_event("text-1", "sent"), self.home.await_event("text-2", "failed", "refused")
        self.assertEqual((sent["settles"], sent["provider"]["id"]), (unknown[1]["seq"], "P-77"))
        self.assertEqual((failed["settles"], failed["detail"]), (unknown[2]["seq"], "by an operator: not in their log"))
        self.assertEqual(self.doubtful(), ["text-3"])
        for words, code, said in (
                (("text-1", "--sent"), 65, "queue list"), (("text-3",), 64, "--sent or --failed"),
                (("--reference", "nobody", "--sent"), 65, "no job in doubt has that reference"),
                (("--failed",), 64, "its id, or --reference")):
            done = settle(*words)
            self.assertEqual(done.returncode, code, done.stderr)
            self.assertIn(said, done.stderr)
        self.assertEqual(
            [r["action"] for r in self.home.lines("journal", "operators", "--format", "json")][-2:], ["queue_settle"] * 2)
        self.assertEqual(len(peer.requests), 3)

    def test_a_withdrawal_while_in_doubt_keeps_it_parked_and_is_no_end(self):
        peer = self.peer(lambda r: DROP)
        self.pling_at(peer)
        self.accept("a.json", ad(1))
        self.home.await_event("text-1", "unknown")
        self.home.run("consent", "record", phone_of(1), "--channel", "sms", "--type", "withdrawn")
        self.home.run("queue", "retry", "text-1", "--why", "no thought of consent")
        self.accept("b.json", ad(2, phone_of(1)))
        self.home.await_event("text-2", "withheld", "consent_withdrawn")
        self.assertEqual([e for e, _ in self.home.events("text-1")][:2], ["accepted", "unknown"])
        self.assertNotIn("withheld", [e for e, _ in self.home.events("text-1")])
        self.assertEqual((len(peer.requests), self.doubtful()), (1, ["text-1"]))

    def by_key(self, provider, answer, **settings):
        peer = self.peer(lambda r: answer if len(peer.requests) > 2 else DROP)
        self.furnish(self.route(provider, peer.base, name="texts"))
        # Marketing is parked elsewhere: the key makes the difference.
        self.accept("a.json", ad(1, data={"n": 1, "words": "twice?"}))
        sent = self.home.await_event("text-1", "sent")
        unknown = [o for o in self.home.outcomes("--job", "text-1") if o["event"] == "unknown"]
        self.assertEqual([(o["attempt"], o["settles"]) for o in (*unknown, sent)],
                         [(1, None), (2, unknown[0]["seq"]), (3, unknown[1]["seq"])])
        made = {(r.method, r.target, r.body, r.headers["idempotency-key"], r.headers["content-type"])
                for r in peer.requests}
        self.assertEqual((len(made), len(peer.requests)), (1, 3))
        return peer

    def test_telnyx_settles_a_doubt_by_the_same_key_and_the_same_bytes(self):
        peer = self.by_key("telnyx", Answer(200, {"data": {"id": "t-1", "parts": 1}}))
        self.assertTrue(all(r.headers["authorization"].startswith("Bearer ") for r in peer.requests))

    def test_the_webhook_settles_a_doubt_by_the_same_key_and_the_same_bytes(self):
        peer = self.by_key("webhook", Answer(202, {"id": "w-1", "segments": 1}))
        key = peer.requests[0].headers["idempotency-key"]
        self.assertEqual({r.headers["webhook-id"] for r in peer.requests}, {key})

    def test_the_bytes_stay_the_same_when_the_template_changes_in_between(self):
        peer = self.peer(lambda r: DROP)
        daemon = self.furnish(self.route("webhook", peer.base, name="texts"))
        self.accept("a.json", ad(1))
        self.home.await_event("text-1", "unknown")
        (self.home.home / "templates/deal/sms.txt").write_text("Other words {{n}}\n")
        daemon.send_signal(signal.SIGHUP)
        self.home.await_that("the reload", lambda: "templates changed" in self.home.log_tail())
        before = len(peer.requests)
        self.home.await_that("another after the reload", lambda: len(peer.requests) > before)
        daemon.kill()
        daemon.wait()
        peer.answer = lambda r: Answer(202, {"id": "w-1"})
        self.home.start()
        self.home.await_event("text-1", "sent")
        self.assertEqual(len(peer.bodies()), 1)

    def test_one_text_at_the_sink_whatever_its_key_was_asked_for(self):
        base = self.play()
        self.furnish(*(self.route(name, f"{base}/{name}") for name in ("webhook", "telnyx")))
        self.accept("a.ndjson", ad(1, "+33700000005", route="webhook"), ad(2, "+33710000005", route="telnyx"))
        for number, phone in ((1, "+33700000005"), (2, "+33710000005")):
            sent = self.home.await_event(f"text-{number}", "sent")
            self.assertIsNotNone(sent["settles"])
            told = self.seen(recipient=phone)
            self.assertEqual([(e["matter"], e["verdict"]) for e in told],
                             [("message", "dropped"), ("repetition", "accepted")])
        self.assertEqual(len(self.captured()), 2)

    def test_doubts_are_settled_by_asking_where_the_provider_can_be_asked(self):
        for name in ("messagebird", "sinch"):
            self.adapted(name, (r'(?m)^after = "\d+s"', 'after = "1s"'))
        base = self.play()
        self.furnish(*(self.route(name, f"{base}/{name}") for name in ("messagebird", "sinch")))
        self.accept("a.ndjson", ad(1, "+33700000005", route="messagebird"), ad(2, "+33710000005", route="sinch"))
        for number in (1, 2):
            sent = self.home.await_event(f"text-{number}", "sent")
            events = [o for o in self.home.outcomes("--job", f"text-{number}")]
            self.assertEqual([e["event"] for e in events], ["accepted", "unknown", "sent"])
            self.assertEqual(sent["settles"], events[1]["seq"])
            self.assertTrue(sent["provider"]["id"])
        self.assertEqual(len(self.seen(matter="message")), 2)
        self.assertEqual(len(self.captured()), 2)

    def test_what_the_provider_certainly_does_not_have_goes_again(self):
        self.adapted("sinch", (r'(?m)^after = "\d+s"', 'after = "1s"'), (r'absent = "unsure"', 'absent = "not_sent"'))
        def answer(request):
            if request.method == "GET":
                return Answer(200, {"count": 0, "page": 0, "page_size": 10, "batches": []})
            posts = [r for r in peer.requests if r.method == "POST"]
            return DROP if len(posts) == 1 else Answer(201, {"id": "b-2"})
        peer = self.peer(answer)
        self.furnish(self.route("sinch", peer.base, name="texts"))
        self.accept("a.json", ad(1))
        sent = self.home.await_event("text-1", "sent")
        self.assertEqual([r.method for r in peer.requests], ["POST", "GET", "POST"])
        self.assertEqual(peer.requests[1].query["client_reference"], peer.requests[0].json["client_reference"])
        self.assertEqual(sent["provider"]["id"], "b-2")
        unknown = next(o for o in self.home.outcomes("--job", "text-1") if o["event"] == "unknown")
        settles = [o["settles"] for o in self.home.outcomes("--job", "text-1")]
        self.assertEqual(settles.count(unknown["seq"]), 1)

    def test_what_cannot_be_found_out_is_parked(self):
        self.adapted("sinch", (r'(?m)^after = "\d+s"', 'after = "1s"'), (r"(?m)^tries = \d+", "tries = 2"))
        broken = Answer(500, b"<html>", {"content-type": "text/html"})
        peer = self.peer(lambda r: DROP if r.method == "POST" else broken)
        self.furnish(self.route("sinch", peer.base, name="texts"))
        self.accept("a.json", ad(1))
        self.home.await_event("text-1", "unknown", "in_doubt")
        asked = lambda: len([r for r in peer.requests if r.method == "GET"])
        self.home.await_that("asked twice", lambda: asked() == 2)
        rows = lambda: self.home.lines("queue", "list", "--state", "unknown", "--format", "json")
        self.home.await_that("parked", lambda: rows() and rows()[0]["why"].startswith("nothing goes by itself"))
        self.assertEqual(len([r for r in peer.requests if r.method == "POST"]), 1)
        self.assertEqual([e for e, _ in self.home.events("text-1")], ["accepted", "unknown"])

    def test_a_task_whose_answer_was_lost_is_made_once(self):
        base = self.play()
        names = ("salesforce", "hubspot", "dynamics")
        contacts = {"salesforce": "003000000000005", "hubspot": "100005",
                    "dynamics": "00000000-0000-0000-0000-000000000005"}
        self.furnish(*(self.route(name, f"{base}/{name}") for name in names))
        self.accept("a.ndjson", *(task(name, contacts[name], route=name) for name in names))
        for name in names:
            sent = self.home.await_event(f"task-{name}", "sent")
            self.assertIsNotNone(sent["settles"], name)
            told = [(e["matter"], e["verdict"]) for e in self.seen(sender=name)]
            self.assertEqual(told, [("message", "dropped"), ("repetition", "accepted")], name)
