# SPDX-License-Identifier: Apache-2.0
"""Accounts in trouble: throttled, down, not let in; who takes over, and who is used again (CONTRACT 5, `failover`)."""

import collections
import datetime
import time

import accounts
import lab
from contract_wire import WireCase, ad, phone_of, task, text
from peer_http import DROP, Answer

TAKEN = Answer(201, {"message": {"id": "m-1"}})


class Failover(WireCase):
    def two(self, first, second=None, more=""):
        """A first account and its stand-in."""
        self.pling()
        self.second = second or self.peer(lambda r: TAKEN)
        self.furnish(
            self.pling_route(first, name="first", more='failover = ["second"]\n' + more),
            self.pling_route(self.second.base, name="second"))

    def assert_each_once(self, count, *peers):
        """Each job was sent, and taken by one peer once."""
        taken = collections.Counter(r.json["to"] for peer in peers for r in peer.requests)
        self.assertEqual((len(taken), set(taken.values())), (count, {1}))

    def test_throttled_the_others_take_over_and_it_comes_back(self):
        first = self.peer(lambda r: Answer(429, {"error": {"code": 1}}, {"retry-after": "2"}))
        self.two(first.base)
        self.accept("a.ndjson", *(text(n) for n in range(20)))
        sent = self.await_sent(20)
        self.assertEqual({o["route"] for o in sent.values()}, {"second"})
        self.assertEqual(len({r.json["to"] for r in self.second.requests}), 20)
        self.assertEqual(len(self.second.requests), 20)
        refused = len(first.requests)
        first.answer = lambda r: TAKEN
        self.home.await_that("open again", lambda: self.probe(first, refused))
        self.assertNotIn("unknown", self.home.counts())

    def probe(self, peer, before):
        """Hands in one more at a time until the first account has carried one."""
        self.probes = getattr(self, "probes", 0) + 1
        self.accept(f"probe-{self.probes}.json", text(1000 + self.probes))
        self.home.await_event(f"text-{1000 + self.probes}", "sent")
        return len(peer.requests) > before

    def test_down_the_others_take_over_and_it_comes_back(self):
        port = lab.free_port()
        self.two(f"http://127.0.0.1:{port}")
        self.accept("a.ndjson", *(text(n) for n in range(20)))
        sent = self.await_sent(20)
        self.assertEqual({o["route"] for o in sent.values()}, {"second"})
        self.assertEqual({o["attempt"] for o in sent.values()}, {1})
        self.assert_each_once(20, self.second)
        first = self.peer(lambda r: TAKEN, port=port)
        self.home.await_that("open again", lambda: self.probe(first, 0))
        self.assertEqual(len(first.requests) + len(self.second.requests), self.home.counts()["sent"])

    def test_not_let_in_the_others_take_over_and_it_comes_back_by_route_resume(self):
        first = self.peer(lambda r: Answer(401, {"error": {"code": 2, "message": "who are you?"}}))
        self.two(first.base)
        self.accept("a.ndjson", *(text(n) for n in range(20)))
        sent = self.await_sent(20)
        self.assertEqual({o["route"] for o in sent.values()}, {"second"})
        self.assert_each_once(20, self.second)
        route = self.await_closed("first", "configuration.*401")
        self.assertIsNotNone(route["next_probe"])
        refused = len(first.requests)
        first.answer = lambda r: TAKEN
        self.home.run("route", "resume", "first")
        self.home.await_that("open again", lambda: self.probe(first, refused))

    def test_a_used_up_allowance_closes_the_account_for_as_long_as_it_says(self):
        enough = Answer(429, {"code": "quota", "message": "enough for today"}, {"retry-after": "3600"})
        peer = self.peer(lambda r: enough)
        self.furnish(self.route("webhook", peer.base, name="texts", more="connections = 4\n"))
        self.accept("a.ndjson", *(text(n) for n in range(30)))
        route = self.await_closed("texts", "throttled.*enough for today")
        probe = datetime.datetime.fromisoformat(route["next_probe"].replace("Z", "+00:00"))
        self.assertGreater(probe.timestamp(), time.time() + 3500)
        self.assertEqual(self.endings(), {})
        # Those under way at the first answer, and whatever took their links before it was read.
        self.assertLessEqual(len(peer.requests), 12)
        peer.answer = lambda r: Answer(204)
        self.home.run("route", "resume", "texts")
        self.home.run("queue", "retry", "--route", "texts")  # whoever was told to wait an hour would
        self.await_sent(30)

    def test_what_may_have_gone_never_takes_another_way(self):
        first = self.peer(lambda r: DROP)
        self.two(first.base)
        self.accept("a.ndjson", *(ad(n) for n in range(12)))
        # Five doubts in a row close the account; what has not begun goes elsewhere.
        self.home.await_that("all are somewhere", lambda: len(first.requests) + len(self.second.requests) >= 12)
        self.home.await_counts(lambda c: c.get("sent", 0) + c.get("unknown", 0) == 12)
        ended = {job: events[-1][0] for job, events in self.endings().items()}
        doubtful = {f"text-{int(r.json['text'].split()[1])}" for r in first.requests}
        self.assertEqual({job for job, end in ended.items() if end == "unknown"}, doubtful)
        self.assert_each_once(12, first, self.second)
        self.assertGreaterEqual(len(first.requests), 5)

    def test_a_doubt_that_is_to_be_resent_waits_for_the_account_that_had_it(self):
        port = lab.free_port()
        first = self.peer(lambda r: DROP, port=port)
        self.two(f"http://127.0.0.1:{port}")
        self.accept("a.json", text(1))
        self.home.await_event("text-1", "unknown")
        first.close()
        self.accept("b.ndjson", *(text(n) for n in range(2, 8)))
        self.assertEqual({o["route"] for o in self.await_sent(6).values()}, {"second"})
        again = self.peer(lambda r: TAKEN, port=port)
        sent = self.home.await_event("text-1", "sent")
        self.assertEqual((sent["route"], self.phones(again).count(phone_of(1))), ("first", 1))
        self.assertNotIn(phone_of(1), self.phones(self.second))

    def phones(self, peer):
        return ["+" + r.json["to"] for r in peer.requests]

    def test_another_provider_takes_over_and_asks_in_its_own_way(self):
        first, second = self.peer(lambda r: Answer(503, {"error": {}})), self.peer(lambda r: Answer(202, {"id": "w-1"}))
        first.close()
        self.furnish(self.route("telnyx", first.base, name="first", more='failover = ["second"]\n'),
                     self.route("webhook", second.base, name="second"))
        self.accept("a.ndjson", *(ad(n) for n in range(10)))
        sent = self.await_sent(10)
        self.assertEqual({o["route"] for o in sent.values()}, {"second"})
        self.assertEqual(sorted(r.json["to"] for r in second.requests), sorted(phone_of(n) for n in range(10)))
        self.assertEqual({r.path for r in second.requests}, {"/v1/texts"})

    def test_a_paused_account_has_its_stand_in(self):
        first = self.peer(lambda r: TAKEN)
        self.two(first.base)
        self.home.run("route", "pause", "first", "--why", "the contract ends")
        self.accept("a.ndjson", *(text(n) for n in range(5)))
        self.await_sent(5)
        self.assertEqual((len(first.requests), len(self.second.requests)), (0, 5))

    def test_both_in_trouble_keep_their_jobs(self):
        down = f"http://127.0.0.1:{lab.free_port()}"
        second = self.peer(lambda r: Answer(401))
        self.two(down, second)
        self.accept("a.ndjson", *(text(n) for n in range(5)))
        self.await_closed("second", "401")
        self.await_closed("first", "unreachable")
        self.assertEqual(self.endings(), {})
        second.answer = lambda r: TAKEN
        self.home.run("route", "resume", "second")
        self.await_sent(5)
        self.assertEqual(sorted(self.phones(second)[-5:]), sorted(phone_of(n) for n in range(5)))


class Tokens(WireCase):
    """OAuth 2: one token for all that wait, and what happens when there is none."""

    def granting(self, answer_api, answer_token=None):
        self.tokens = 0
        def answer(request):
            if "oauth" in request.path:
                self.tokens += 1
                return (answer_token or self.fresh)(request)
            return answer_api(request)
        return self.peer(answer)

    def fresh(self, request):
        return Answer(200, {"access_token": f"token-{self.tokens}", "expires_in": 3600, "token_type": "Bearer"})

    def zoho(self, peer, more=""):
        return self.furnish(self.route("zoho", peer.base, name="tasks", more=more))

    made = Answer(201, {"data": [{"code": "SUCCESS", "details": {"id": "41"}, "message": "", "status": "success"}]})
    ended = Answer(401, {"code": "INVALID_TOKEN", "details": {}, "message": "invalid oauth token", "status": "error"})

    def test_one_token_for_all_that_wait_and_one_renewal_after_a_401(self):
        def api(request):
            return self.made if request.headers["authorization"].endswith("token-2") else self.ended
        peer = self.granting(api)
        self.zoho(peer)
        self.accept("a.ndjson", *(task(n) for n in range(50)))
        sent = self.await_sent(50)
        self.assertEqual(self.tokens, 2)
        self.assertEqual({o["attempt"] for o in sent.values()}, {1})
        good = [r for r in peer.requests if r.headers.get("authorization", "").endswith("token-2")]
        self.assertEqual(len(good), 50)
        self.assertEqual({r.headers["authorization"].split()[0] for r in good}, {"Zoho-oauthtoken"})

    def test_a_refresh_that_fails_closes_the_route_and_the_jobs_wait(self):
        peer = self.granting(
            lambda r: self.made, lambda r: Answer(400, {"error": "invalid_grant", "error_description": "revoked"}))
        self.zoho(peer)
        self.accept("a.ndjson", *(task(n) for n in range(50)))
        route = self.await_closed("tasks", "configuration.*invalid_grant")
        self.assertIn("invalid_grant", self.home.run("status").stdout)
        self.assertEqual((self.endings(), self.tokens), ({}, 1))
        self.assertEqual([r for r in peer.requests if "oauth" not in r.path], [])
        self.assertNotIn(accounts.SECRET, str(route))
        peer.answer = lambda r: self.fresh(r) if "oauth" in r.path else self.made
        self.home.run("route", "resume", "tasks")
        self.assertEqual({o["attempt"] for o in self.await_sent(50).values()}, {1})

    def test_a_401_that_a_new_token_does_not_mend_closes_the_route(self):
        peer = self.granting(lambda r: self.ended)
        self.zoho(peer)
        self.accept("a.ndjson", *(task(n) for n in range(5)))
        self.await_closed("tasks", "INVALID_TOKEN")
        self.assertLessEqual(self.tokens, 3)
        self.assertEqual(self.endings(), {})

    def test_a_token_endpoint_that_breaks_is_asked_again(self):
        peer = self.granting(lambda r: self.made, lambda r: (
            Answer(503, b"<html>", {"content-type": "text/html"}) if self.tokens == 1 else self.fresh(r)))
        self.zoho(peer)
        self.accept("a.ndjson", *(task(n) for n in range(5)))
        self.await_sent(5)
        self.assertEqual(self.tokens, 2)
