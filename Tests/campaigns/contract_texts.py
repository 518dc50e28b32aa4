# SPDX-License-Identifier: Apache-2.0
"""Texts by every shipped provider, end to end through the sink (CONTRACT 10): what is asked, what becomes of it."""

import subprocess
import sys

import accounts
import lab
from contract_wire import TRANSACTIONAL, WORDS, WireCase, ad, phone_of, task, text
from peer_http import SILENCE

# Where in its request a provider is told whom and what.
PLACES = {
    "twilio": lambda r: (r.form["To"], r.form["Body"]),
    "telnyx": lambda r: (r.json["to"], r.json["text"]),
    "vonage": lambda r: ("+" + r.json["to"], r.json["text"]),
    "vonage-sms": lambda r: ("+" + r.form["to"], r.form["text"]),
    "plivo": lambda r: ("+" + r.json["dst"].lstrip("+"), r.json["text"]),
    "messagebird": lambda r: ("+" + str(r.json["recipients"][0]).lstrip("+"), r.json["body"]),
    "sinch": lambda r: ("+" + r.json["to"][0].lstrip("+"), r.json["body"]),
    "aws-sms": lambda r: (r.json["DestinationPhoneNumber"], r.json["MessageBody"]),
    "aws-sns": lambda r: (r.form["PhoneNumber"], r.form["Message"]),
    "webhook": lambda r: (r.json["to"], r.json["text"]),
}

LONG = "seven letters and more " * 8
UMLAUTS = "Schöne Grüße an André, 5 € 🙂"


class Texts(WireCase):
    def everybody(self, more=""):
        """A route to each provider, all played by the sink."""
        base = self.play()
        self.furnish(*(self.route(name, f"{base}/{name}", more=more) for name in PLACES))

    def test_each_provider_takes_a_text_and_its_id_and_parts_are_recorded(self):
        self.everybody()
        jobs, bodies = [], {}
        for place, name in enumerate(PLACES):
            for shift, words in enumerate(("short", LONG, UMLAUTS)):
                number = place * 10 + shift
                jobs.append(text(number, route=name, data={"n": number, "words": words}))
                bodies[phone_of(number)] = (name, f"Hello {number} {words}".strip())
        self.accept("a.ndjson", *jobs)
        sent = self.await_sent(len(jobs))
        for place, name in enumerate(PLACES):
            for shift, parts in enumerate((1, 2, 1)):
                outcome = sent[f"text-{place * 10 + shift}"]
                self.assertEqual((outcome["route"], outcome["segments"], outcome["attempt"]), (name, parts, 1), name)
                self.assertTrue(outcome["provider"]["id"], name)
        told = {}
        for request in self.captured():
            provider = request.target.split("/")[1]
            to, words = PLACES[provider](request)
            told[to] = (provider, words.strip())
        self.assertEqual(told, bodies)

    # What the sink's special recipients come to; where a provider says it otherwise.
    ENDS = {"0000": ("sent", None), "0001": ("failed", "bad_address"), "0004": ("failed", "content"),
            "0008": ("failed", "opted_out")}
    # The Messages API takes texts to who opted out and tells later (facts 1.1.3); nor does the SMS API know the case.
    UNHEARD = {(name, "0008") for name in ("vonage", "vonage-sms", "messagebird", "sinch", "aws-sns")}

    def test_the_sinks_special_recipients_end_as_the_contract_says_at_each_provider(self):
        self.everybody()
        phone = lambda place, ending: f"+3370{place:03d}{ending}"
        self.accept("a.ndjson", *(
            text(f"{name}-{ending}", phone(place, ending), route=name)
            for place, name in enumerate(PLACES) for ending in self.ENDS if (name, ending) not in self.UNHEARD))
        count = len(PLACES) * len(self.ENDS) - len(self.UNHEARD)
        self.home.await_counts(lambda c: c.get("sent", 0) + c.get("failed", 0) >= count)
        wrong = {job: ends for job, ends in self.endings().items() if ends != [self.ENDS[job[-4:]]]}
        self.assertEqual(wrong, {})
        self.assertEqual(len(self.endings()), count)

    SILENT_ABOUT_5XX = {"vonage", "messagebird", "plivo", "sinch"}

    def test_what_is_throttled_or_not_to_be_had_comes_again(self):
        self.everybody()
        self.accept("a.ndjson", *(
            text(f"{name}-0003", f"+3371{place:03d}0003", route=name) for place, name in enumerate(PLACES)))
        sent = self.await_sent(len(PLACES), within=30)
        for name in PLACES:
            job = f"text-{name}-0003"
            self.assertIn(("postponed", "throttled"), self.home.events(job), name)
            self.assertEqual(sent[job]["attempt"], 2, name)
        self.accept("b.ndjson", *(
            text(f"{name}-0002", f"+3371{place:03d}0002", route=name) for place, name in enumerate(PLACES)))
        first = lambda name: next(iter(self.home.events(f"text-{name}-0002")[1:]), None)
        for name in PLACES:
            event = self.home.await_that(f"{name} has put it off", lambda: first(name))
            # Where nothing says that a 5xx of theirs took nothing, it is a doubt.
            allowed = {("unknown", "in_doubt")} if name in self.SILENT_ABOUT_5XX else {
                ("postponed", "retry"), ("postponed", "route_down")}
            self.assertIn(event, allowed, name)

    def test_dropped_silent_and_slow_recipients(self):
        self.pling()
        base = self.play()
        self.furnish(self.pling_route(f"{base}/pling", more='answer_timeout = "1s"\nin_doubt = "park"\n'),
                     self.pling_route(f"{base}/pling", name="patient"))
        self.accept(
            "a.ndjson", text("drop", "+33700000005", route="texts"), text("silent", "+33700000006", route="texts"),
            text("slow", "+33700000007", route="patient"), text("late", "+33710000007", route="texts"))
        for name in ("drop", "silent", "late"):
            self.home.await_event(f"text-{name}", "unknown", "in_doubt")
        sent = self.home.await_event("text-slow", "sent")
        self.assertEqual(sent["attempt"], 1)
        self.assertEqual(len(self.seen(matter="message")), 4)

    def test_who_told_the_provider_to_stop_gets_no_more_marketing(self):
        base = self.play()
        self.furnish(self.route("twilio", f"{base}/twilio"))
        self.home.run("consent", "record", "+33700000008", "--channel", "sms", "--type", "granted",
                      "--basis", "express", "--brand", "acme", "--topic", "newsletter")
        self.accept("a.json", ad(1, "+33700000008"))
        self.home.await_event("text-1", "failed", "opted_out")
        self.accept("b.json", ad(2, "+33700000008"))
        self.home.await_event("text-2", "withheld", "consent_withdrawn")
        history = self.home.lines("consent", "history", "+33700000008", "--format", "json")
        withdrawn = [e for e in history if e["type"] == "withdrawn"]
        self.assertEqual([(e["channel"], e["method"]) for e in withdrawn], [("sms", "provider")])
        changed = [o for o in self.home.outcomes("--event", "consent_changed") if o["recipient"] == "+33700000008"]
        self.assertEqual(len(changed), 2)
        # A code may still be asked for; the provider says no again, and nothing is withdrawn twice.
        self.accept("c.json", text(3, "+33700000008"))
        self.home.await_event("text-3", "failed", "opted_out")
        history = self.home.lines("consent", "history", "+33700000008", "--format", "json")
        self.assertEqual(len([e for e in history if e["type"] == "withdrawn"]), 1)
        self.assertEqual(len(self.seen(verdict="refused")), 2)

    def test_a_number_that_is_none_is_suppressed_for_texts(self):
        base = self.play()
        self.furnish(self.route("telnyx", f"{base}/telnyx"))
        self.accept("a.json", text(1, "+33700000001"))
        self.home.await_event("text-1", "failed", "bad_address")
        self.accept("b.ndjson", text(2, "+33700000001"), text(3))
        self.home.await_event("text-2", "withheld", "suppressed")
        self.home.await_event("text-3", "sent")
        rows = self.home.lines("suppression", "check", "+33700000001", "--format", "json")
        self.assertIn("invalid", str(rows))
        self.assertIn("sms", str(rows))
        self.assertEqual(len(self.seen()), 2)

    def test_a_text_of_too_many_parts_fails_with_their_number_and_makes_no_request(self):
        base = self.play()
        self.furnish(self.route("webhook", f"{base}/webhook"), start=False)
        self.words("code", 'max_segments = 1\n' + TRANSACTIONAL.format(channel="sms") + WORDS)
        self.home.start()
        self.accept("a.ndjson", text(1, data={"n": 1, "words": LONG}), text(2))
        failed = self.home.await_event("text-1", "failed", "content")
        self.assertRegex(failed["detail"], "2 parts .*max_segments is 1")
        self.home.await_event("text-2", "sent")
        self.assertEqual(len(self.seen()), 1)

    def test_letters_that_gsm_lacks_are_replaced_where_the_route_says_so(self):
        base = self.play()
        self.furnish(
            self.route("webhook", f"{base}/webhook", name="plain"),
            self.route("webhook", f"{base}/webhook", name="thrifty", more="transliterate = true\n"))
        words = "It’s “ready”"
        self.accept("a.ndjson", text(1, route="plain", data={"n": 1, "words": words}),
                    text(2, route="thrifty", data={"n": 2, "words": words}))
        self.await_sent(2)
        bodies = {r.json["to"]: (r.json["text"].strip(), r.json["encoding"]) for r in self.captured()}
        self.assertEqual(bodies, {
            phone_of(1): (f"Hello 1 {words}", "ucs2"), phone_of(2): ("Hello 2 It's \"ready\"", "gsm7")})

    def test_the_validity_ends_with_the_job(self):
        peer = self.peer()
        self.pling()
        self.furnish(self.pling_route(peer.base))
        self.accept("a.ndjson", text(1, expires_at=lab.soon(600)), text(2))
        self.home.await_that("both asked", lambda: len(peer.requests) >= 2)
        ttls = {r.json["to"]: r.json.get("ttl") for r in peer.requests}
        self.assertAlmostEqual(ttls[phone_of(1)[1:]], 600, delta=20)
        self.assertIsNone(ttls[phone_of(2)[1:]])

    def test_callbacks_carry_our_reference(self):
        base = self.play()
        where = 'callback_url = "https://hooks.acme.example/sms?x=1"\n'
        self.furnish(self.route("twilio", f"{base}/twilio", more=where))
        self.accept("a.ndjson", text(1), text(2))
        self.await_sent(2)
        urls = [r.form["StatusCallback"] for r in self.captured()]
        for url in urls:
            self.assertRegex(url, r"^https://hooks\.acme\.example/sms\?x=1&ref=[a-z2-7]{26}$")
        self.assertEqual(len(set(urls)), 2)

    def test_a_sandbox_sends_texts_to_its_own_number(self):
        base = self.play()
        self.furnish(
            self.route("webhook", f"{base}/webhook"),
            more='\n[sandbox]\nredirect = { sms = "+33799999999" }\nallow = ["+3371111111*"]\n')
        self.accept("a.ndjson", text(1), text(2, "+33711111119"))
        self.await_sent(2)
        self.assertEqual(sorted(e["recipient"] for e in self.seen()), ["+33711111119", "+33799999999"])

    def test_a_daily_quota_is_kept_across_a_restart(self):
        base = self.play()
        daemon = self.furnish(self.route("webhook", f"{base}/webhook", name="texts", more='rate = ["3/d"]\n'))
        self.accept("a.ndjson", *(text(n) for n in range(2)))
        self.await_sent(2)
        lab.stop(daemon)
        self.home.start()
        self.accept("b.ndjson", *(text(n) for n in range(2, 6)))
        self.await_sent(3)
        self.home.await_that("the others wait", lambda: len(self.home.lines(
            "queue", "list", "--state", "ready", "--format", "json")) == 3)
        # A transaction later nothing more has gone.
        self.home.run("consent", "record", "+33788888888", "--channel", "sms", "--type", "withdrawn")
        self.assertEqual((len(self.seen()), self.home.counts()["sent"]), (3, 3))

    def test_kills_while_texts_are_in_the_air(self):
        done = subprocess.run(
            [sys.executable, lab.ROOT / "Tests/campaigns/crash_texts.py", "4"], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)


class InTheAir(WireCase):
    """What waits behind a provider that is slow to answer."""

    def behind_silence(self, count, connections=4, more=""):
        self.quiet = self.peer(lambda r: SILENCE)
        self.pling()
        self.furnish(self.pling_route(self.quiet.base, more=f"connections = {connections}\n{more}"))
        self.accept("a.ndjson", *(ad(n) for n in range(count)))
        self.home.await_that("all links are taken", lambda: len(self.quiet.requests) == connections)

    def test_no_more_links_than_the_route_allows(self):
        self.behind_silence(60)
        self.accept("b.ndjson", *(text(n) for n in range(100, 110)))
        self.home.run("consent", "record", "+33788888888", "--channel", "sms", "--type", "withdrawn")
        self.assertEqual((self.quiet.connections, len(self.quiet.requests)), (4, 4))

    def test_what_has_not_begun_is_cancelled_and_withdrawn_and_the_rest_is_waited_for(self):
        self.behind_silence(20)
        begun = {int(r.json["text"].split()[1]) for r in self.quiet.requests}
        waiting = [n for n in range(20) if n not in begun]
        done = self.home.run(
            "consent", "record", phone_of(waiting[0]), "--channel", "sms", "--type", "withdrawn", "--wait", "5s")
        self.assertEqual(done.returncode, 0)
        self.home.await_event(f"text-{waiting[0]}", "withheld", "consent_withdrawn")
        done = self.home.run("queue", "cancel", "--all", "--why", "enough", "--wait", "0s", check=False)
        self.assertEqual(done.returncode, 75, done.stderr)
        self.home.await_counts(lambda c: c.get("cancelled", 0) == 15)
        self.assertEqual(len(self.quiet.requests), 4)
        ended = self.endings()
        self.assertEqual({n for n in range(20) if f"text-{n}" not in ended}, begun)

    def test_a_daemon_that_ends_in_the_middle_leaves_doubts_of_what_had_gone_and_the_rest_as_it_was(self):
        self.behind_silence(20, more='answer_timeout = "2s"\nin_doubt = "park"\n')
        self.assertEqual(lab.stop(self.daemon), 0)
        unknown = {o["job"] for o in self.home.outcomes("--event", "unknown")}
        self.assertEqual(unknown, {f"text-{r.json['text'].split()[1]}" for r in self.quiet.requests})
        # The admitted ones go while it drains, until five doubts in a row say that this is no use.
        ready = self.home.lines("queue", "list", "--state", "ready", "--format", "json")
        self.assertEqual(len(ready), 20 - len(unknown))


class Secrets(WireCase):
    def test_no_secret_is_written_anywhere(self):
        base = self.play()
        daemon = self.furnish(*(self.route(name, f"{base}/{name}") for name in [*PLACES, *accounts.TASKS]))
        contact = {"dynamics": "00000000-0000-0000-0000-000000000009", "close": "lead_x9"}
        self.accept("a.ndjson", *(text(f"{n}", route=n) for n in PLACES), *(
            task(n, contact.get(n, "1000009"), route=n) for n in accounts.TASKS))
        self.await_sent(len(PLACES) + len(accounts.TASKS))
        said = [self.home.run(*words.split(), check=False) for words in (
            "check", "status --format json", "provider list", "provider show twilio", "provider show salesforce",
            "provider try twilio --route twilio", "provider try webhook --route webhook --format json",
            "provider try salesforce --route salesforce", "provider try zoho --route zoho",
            "outcomes --decisions --format json", "journal export", "queue show text-twilio", "explain text-twilio")]
        lab.stop(daemon)
        pem = accounts.private_key().splitlines()[3]
        hidden = [accounts.SECRET, accounts.SIGNING_KEY, accounts.SIGNING_KEY[6:], pem]
        files = [p for p in self.home.home.rglob("*") if p.is_file() and not p.name.startswith("secret-")]
        texts = {str(p): p.read_bytes() for p in files} | {
            str(d.args): (d.stdout + d.stderr).encode() for d in said}
        for place, content in texts.items():
            for word in hidden:
                self.assertNotIn(word.encode(), content, place)
