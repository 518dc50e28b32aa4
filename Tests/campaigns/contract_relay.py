# SPDX-License-Identifier: Apache-2.0
"""Relays that misbehave: wrong passwords, silence, links that drop, relays that are not there; and full queues."""

import json
import pathlib
import signal
import socket
import subprocess
import time
import unittest

import lab
from contract_case import Case, needs, offer

LOGIN = 'username = "gw"\npassword = {{ file = "{home}/secret" }}\n'


class TheRelay(Case):
    def with_password(self, password):
        (self.home.home / "secret").write_text(password + "\n")
        (self.home.home / "secret").chmod(0o600)
        return self.set_up(route=LOGIN.format(home=self.home.home))

    def closed(self):
        route = self.home.route_status("relay") or {}
        return route if route.get("state") == "closed" else None

    def test_a_refused_password_closes_the_route_and_the_right_one_and_hup_open_it(self):
        daemon = self.with_password("wrong")
        self.sink("--auth", "gw:right")
        self.accept("a.ndjson", *[lab.job(n) for n in range(30)])
        route = self.home.await_that("the route closed", self.closed)
        self.assertIn("configuration", route["why"])
        self.assertIn("535", route["why"])
        row = self.home.lines("status", "--format", "json")[1]
        self.assertEqual((row["route"], row["state"]), ("relay", "closed"))
        self.assertIn("535", row["why"])
        (self.home.home / "secret").write_text("right\n")
        daemon.send_signal(signal.SIGHUP)
        self.home.await_counts(lambda c: c.get("sent") == 30, within=15)
        self.assertEqual(set(map(tuple, self.endings().values())), {(("sent", None),)})
        self.assertNotIn("wrong", self.home.log_tail(1000))

    def test_a_route_that_closed_for_its_password_opens_by_route_resume(self):
        self.with_password("right")
        self.sink("--auth", "gw:other")
        self.accept("a.json", lab.job(1))
        self.home.await_that("the route closed", self.closed)
        lab.stop(self.sink_process)
        self.sink("--auth", "gw:right")
        self.home.run("route", "resume", "relay")
        self.home.await_event("job-1", "sent", within=15)

    def test_a_relay_that_is_down_closes_the_route_and_a_probe_opens_it(self):
        self.set_up()
        self.accept("a.ndjson", *[lab.job(n) for n in range(50)])
        route = self.home.await_that("the route closed", self.closed)
        self.assertIn("unreachable", route["why"])
        self.assertIsNotNone(route["next_probe"])
        self.home.await_that("a job put back", lambda: self.home.outcomes("--event", "postponed"))
        self.assertEqual({o["reason"] for o in self.home.outcomes("--event", "postponed")}, {"route_down"})
        folder = self.sink()
        self.home.await_counts(lambda c: c.get("sent") == 50, within=20)
        self.assertEqual(sorted(map(len, lab.mails(folder).values())), [1] * 50)
        self.assertEqual({o["attempt"] for o in self.home.outcomes("--event", "sent")}, {1})

    def test_a_relay_that_goes_away_under_load_costs_nothing_but_doubt(self):
        self.set_up(route='in_doubt = "park"\n')
        folder = self.sink()
        self.enqueue("a.ndjson", *[lab.job(n) for n in range(2000)])
        self.home.await_that("some mail", lambda: folder.exists() and any(folder.glob("*.eml")))
        self.sink_process.kill()
        self.sink_process.wait()
        self.home.await_that("the route closed", self.closed)
        self.sink()
        self.home.await_counts(lambda c: c.get("sent", 0) + c.get("unknown", 0) == 2000, within=40)
        unknown = {o["job"] for o in self.home.outcomes("--event", "unknown")}
        self.assertLessEqual(len(unknown), 8)
        for recipient, copies in lab.mails(folder).items():
            self.assertEqual(len(copies), 1, recipient)
        self.assert_gapless()

    def silence_among_others(self, pipelining):
        self.set_up(route=f'pipelining = "{pipelining}"\n', connections=2)
        self.sink()
        self.accept("a.ndjson", lab.job("silent", "silent@example.test"), *[lab.job(n) for n in range(100)])
        waiting = 1 if pipelining == "across" else 0
        self.home.await_counts(lambda c: c.get("sent", 0) >= 100 - waiting, within=15)
        self.assertEqual(self.home.events("job-silent"), [("accepted", None)])

    def test_a_silent_recipient_does_not_stop_the_others(self):
        self.silence_among_others("within")

    def test_a_silent_recipient_keeps_one_other_waiting_at_most_where_envelopes_are_pipelined_across(self):
        self.silence_among_others("across")

    def test_silence_ends_in_doubt_when_its_time_is_over(self):
        self.set_up(route='end_of_data_timeout = "1s"\nin_doubt = "park"\n')
        self.sink()
        self.accept("a.json", lab.job("silent", "silent@example.test"))
        self.home.await_event("job-silent", "unknown", "in_doubt", within=15)

    def test_a_dropped_link_leaves_marketing_parked_and_transactional_resent(self):
        self.set_up(connections=1)
        self.sink()
        self.accept(
            "a.ndjson", offer("ad", "drop@example.test"), lab.job("receipt", "drop@example.test"), lab.job("fine")
        )
        self.home.await_event("job-fine", "sent")
        queued = lambda: {j["id"]: j for j in self.home.lines("queue", "list", "--format", "json")}
        self.home.await_that("a second attempt", lambda: queued()["job-receipt"]["attempts"] >= 2, within=20)
        events = self.home.events("job-receipt")
        # Each attempt in doubt is told of.
        again = [("unknown", "in_doubt"), ("postponed", "retry")]
        self.assertEqual(events[:5], [("accepted", None), *again, *again])
        self.assertEqual(self.home.events("job-ad"), [("accepted", None), ("unknown", "in_doubt")])
        parked = self.home.lines("queue", "list", "--state", "doubt", "--format", "json")
        self.assertEqual([j["id"] for j in parked if j["id"] == "job-ad"], ["job-ad"])

    @needs("smtp-sink")
    def test_a_parked_job_goes_again_by_queue_retry_and_its_end_settles_the_doubt(self):
        self.set_up(connections=1)
        self.sink()
        self.accept("a.json", offer("ad", "drop@example.test"))
        unknown = self.home.await_event("job-ad", "unknown", "in_doubt")
        lab.stop(self.sink_process)
        self.home.smtp_sink(self.port)
        self.home.run("queue", "retry", "job-ad", "--why", "asked the recipient")
        sent = self.home.await_event("job-ad", "sent", within=15)
        self.assertEqual(sent["settles"], unknown["seq"])
        self.assertEqual(sent["message_id"], unknown["message_id"])

    def test_a_job_in_flight_during_three_crashes_ends_as_poison_and_the_others_go(self):
        daemon = self.set_up()
        with socket.create_server(("127.0.0.1", self.port)):  # accepts, and never says a word
            self.accept("a.json", lab.job("bad"))
            for crash in range(3):
                self.home.await_that(
                    "in flight", lambda: self.home.lines("queue", "list", "--state", "flying", "--format", "json")
                )
                daemon.kill()
                daemon.wait()
                if crash < 2:
                    daemon = self.home.start()
        self.sink()
        self.home.start()
        self.accept("b.json", lab.job("good"))
        self.home.await_event("job-good", "sent")
        self.assertEqual(self.endings()["job-bad"], [("failed", "poison")])

    def test_a_sandbox_redirects_all_but_the_allowed(self):
        self.set_up('\n[sandbox]\nredirect = { email = "qa@acme.example" }\nallow = ["*@acme.example"]\n')
        folder = self.sink()
        self.accept("a.ndjson", lab.job(1), lab.job(2, "boss@acme.example"))
        self.home.await_counts(lambda c: c.get("sent") == 2)
        self.assertEqual(set(lab.mails(folder)), {"qa@acme.example", "boss@acme.example"})

    def test_the_first_route_whose_match_holds_carries_the_job_and_a_job_may_name_one(self):
        other = lab.free_port()
        self.home.configure(
            [
                {"name": "ads", "port": other, "more": 'match = { classes = ["marketing"] }'},
                {"name": "relay", "port": self.port},
            ],
            more=lab.TOPIC,
        )
        self.home.template("offer", lab.MARKETING)
        self.home.run("init")
        ads, mails = self.home.capturing_sink(other)[1], self.sink()
        self.home.start()
        self.accept(
            "a.ndjson",
            offer("ad", "ad@example.test"),
            lab.job("receipt", "receipt@example.test"),
            offer("named", "named@example.test", route="relay"),
        )
        self.home.await_counts(lambda c: c.get("sent") == 3)
        self.assertEqual(
            (set(lab.mails(ads)), set(lab.mails(mails))),
            ({"ad@example.test"}, {"receipt@example.test", "named@example.test"}),
        )


class Encryption(Case):
    def begin(self, tls, *options, more=""):
        self.configure(route=more)
        self.home.config.write_text(
            self.home.config.read_text().replace('tls = "none"', tls).replace("smtp://127.0.0.1", "smtp://localhost")
        )
        self.home.run("init")
        folder = self.sink(*options)
        self.home.start()
        self.accept("a.ndjson", lab.job(1), lab.job(2))
        return folder

    def await_closed(self, words):
        route = self.home.await_that(
            "the route closed", lambda: (r := self.home.route_status("relay") or {}).get("state") == "closed" and r
        )
        self.assertIn("configuration", route["why"])
        self.assertRegex(route["why"], words)
        self.assertEqual(self.endings(), {})

    def test_starttls_with_a_certificate_that_verifies_carries_mail_and_the_password(self):
        (self.home.home / "secret").write_text("right\n")
        certificate = self.home.home / "sink.pem"
        self.configure()
        port = lab.free_port()
        process, _ = self.home.capturing_sink(port, "--tls", "starttls", "--write-certificate", str(certificate))
        self.home.await_that("a certificate", lambda: certificate.exists() and certificate.stat().st_size)
        lab.stop(process)
        folder = self.begin(
            'tls = "required"',
            "--tls",
            "starttls",
            "--require-tls",
            "--auth",
            "gw:right",
            "--write-certificate",
            str(certificate),
            more=f'ca_file = "{certificate}"\n' + LOGIN.format(home=self.home.home),
        )
        self.home.await_counts(lambda c: c.get("sent") == 2)
        self.assertEqual(len(lab.mails(folder)), 2)

    def test_a_certificate_that_does_not_verify_closes_the_route_and_nothing_leaves(self):
        self.begin('tls = "required"', "--tls", "starttls")
        self.await_closed("(?i)certificate|verif|ssl")

    def test_a_relay_without_starttls_closes_a_route_that_requires_it(self):
        self.begin('tls = "required"')
        self.await_closed("(?i)tls|ssl|encrypt")


VENV = lab.ROOT / ".build/venv/bin/python"


@needs("openssl")
@unittest.skipUnless(VENV.exists(), "needs aiosmtpd in .build/venv (make deps)")
class Aiosmtpd(Case):
    """A relay of another make, with STARTTLS, AUTH and SMTPUTF8 and without PIPELINING."""

    def begin(self, password):
        certificate, key = self.home.home / "cert.pem", self.home.home / "key.pem"
        subprocess.run(
            [
                "openssl",
                "req",
                "-x509",
                "-newkey",
                "rsa:2048",
                "-nodes",
                "-days",
                "2",
                "-subj",
                "/CN=localhost",
                "-addext",
                "subjectAltName=DNS:localhost,IP:127.0.0.1",
                "-keyout",
                str(key),
                "-out",
                str(certificate),
            ],
            check=True,
            capture_output=True,
        )
        self.log = self.home.home / "relay.ndjson"
        server = subprocess.Popen(
            [
                VENV,
                pathlib.Path(__file__).with_name("peer_aiosmtpd.py"),
                str(self.port),
                self.log,
                certificate,
                key,
                "right",
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.home.processes.append(server)
        lab.wait_for_port(self.port, server)
        (self.home.home / "secret").write_text(password)
        self.configure(route=f'ca_file = "{certificate}"\n' + LOGIN.format(home=self.home.home))
        self.home.config.write_text(self.home.config.read_text().replace('tls = "none"', 'tls = "required"'))
        self.home.run("init")
        return self.home.start()

    def test_mail_goes_encrypted_and_logged_in_with_names_beyond_ascii(self):
        self.begin("right")
        self.accept("a.ndjson", *[lab.job(n) for n in range(50)], lab.job("utf8", "jörg@bücher.example"))
        self.home.await_counts(lambda c: c.get("sent") == 51)
        mails = [json.loads(line) for line in self.log.read_text().splitlines()]
        self.assertEqual((len(mails), {m["tls"] for m in mails}, {m["login"] for m in mails}), (51, {True}, {True}))
        named = next(m for m in mails if m["to"][0].startswith("j"))
        self.assertEqual(named["to"], ["jörg@xn--bcher-kva.example"])
        self.assertIn("SMTPUTF8", named["options"])

    def test_a_wrong_password_closes_the_route(self):
        self.begin("wrong")
        self.accept("a.json", lab.job(1))
        route = self.home.await_that(
            "the route closed", lambda: (r := self.home.route_status("relay") or {}).get("state") == "closed" and r
        )
        self.assertRegex(route["why"], "configuration.*535")
        self.assertEqual(self.endings(), {})


class Limits(Case):
    def test_a_full_queue_closes_intake_says_why_and_still_takes_cancels(self):
        self.set_up("\n[intake]\nmax_queued = 5\n")
        self.sink()
        self.home.run("route", "pause", "relay", "--why", "test")
        self.accept("a.ndjson", *[lab.job(n, campaign="spring") for n in range(5)])
        status = self.home.await_that(
            "closed",
            lambda: (self.home.spool_status() or {"accepting": True})["accepting"] is False
            and self.home.spool_status(),
        )
        self.assertIn("max_queued", status["reason"])
        self.assertEqual(status["queued"], 5)
        self.enqueue("b.json", lab.job("b"))
        self.enqueue("c.json", {"kind": "cancel", "id": "c-1", "match": {"id": "job-none"}})
        self.assertEqual(self.home.await_receipt("c.json")["accepted"], 1)
        self.assertTrue((self.home.incoming / "b.json").exists())
        self.assertIsNone(self.home.receipt("b.json"))
        done = self.home.run("enqueue", "--wait", "--timeout", "200ms", input='{"id":"x"}', check=False)
        self.assertEqual(done.returncode, 75)
        self.assertIn("max_queued", done.stderr)
        self.enqueue("d.json", {"kind": "cancel", "id": "c-2", "match": {"campaign": "spring"}, "all": True})
        self.home.await_receipt("b.json", within=15)
        self.home.await_that("open again", lambda: self.home.spool_status()["accepting"])
        self.home.run("route", "resume", "relay")
        self.home.await_event("job-b", "sent")

    def test_a_silent_route_keeps_its_window_and_the_others_send(self):
        mute = lab.free_port()
        self.home.configure([{"name": "relay", "port": self.port}, {"name": "mute", "port": mute}])
        self.home.run("init")
        self.sink()
        self.home.capturing_sink(mute)
        daemon = self.home.start()
        self.accept("mute.ndjson", *[lab.job(f"m{n}", "silent@example.test", route="mute") for n in range(300)])
        full = lambda: (r := self.home.route_status("mute")) and r["in_flight"] == r["window"]
        self.home.await_that("a full window", full)
        for round in range(3):
            self.accept(f"r{round}.ndjson", *[lab.job(f"{round}-{n}", route="relay") for n in range(200)])
            self.home.await_counts(lambda c: c.get("sent") == 200 * (round + 1), within=20)
        self.assertTrue(full())
        self.assertEqual({o["route"] for o in self.home.outcomes("--event", "sent")}, {"relay"})
        self.assertEqual(sum(1 for e in self.endings().values() if e != [("sent", None)]), 0)
        self.assertIsNone(daemon.poll())
        daemon.kill()

    def test_a_route_that_is_not_there_is_given_up_after_give_up_after_and_a_paused_one_is_not(self):
        nobody = lab.free_port()
        self.home.configure([{"name": "relay", "port": nobody}, {"name": "paused", "port": nobody}])
        config = self.home.config.read_text().replace("[retry]", '[retry]\ngive_up_after = "4s"')
        self.home.config.write_text(config)
        self.home.run("init")
        daemon = self.home.start()
        self.home.run("route", "pause", "paused", "--why", "test")
        self.accept("p.ndjson", *[lab.job(f"p{n}", route="paused") for n in range(50)])
        begin = time.monotonic()
        self.accept("a.ndjson", *[lab.job(n, route="relay") for n in range(450)])
        self.home.await_counts(lambda c: c.get("failed") == 450, within=40)
        self.assertGreater(time.monotonic() - begin, 3.5)
        ended = self.endings()
        self.assertEqual(set(map(tuple, ended.values())), {(("failed", "retries_exhausted"),)})
        self.assertEqual(len(ended), 450)
        untried = [o for o in self.home.outcomes("--event", "failed") if "has carried nothing since" in o["detail"]]
        self.assertTrue(untried and "Couldn't connect" in untried[0]["detail"], untried[:1])
        self.assertEqual(len(self.home.lines("queue", "list", "--route", "paused", "--format", "json")), 50)
        self.assertEqual(self.home.events("job-p1"), [("accepted", None)])
        self.assert_gapless()
        self.assertEqual(lab.stop(daemon), 0)

    def test_rates_hold_for_a_route_and_for_a_domain(self):
        self.set_up(route='rate = "40/s"\ndomain_rate = { "slow.test" = "5/s" }\n')
        self.sink()
        self.accept(
            "a.ndjson", *[lab.job(f"s{n}", f"r{n}@slow.test") for n in range(15)], *[lab.job(n) for n in range(60)]
        )
        begin = time.monotonic()
        self.home.await_counts(lambda c: c.get("sent") == 75, within=20)
        self.assertGreater(time.monotonic() - begin, 1)
        times = {}
        for outcome in self.home.outcomes("--event", "sent"):
            times.setdefault(outcome["recipient"].split("@")[1], []).append(outcome["time"])
        # The throttled domain is not in the others' way: they are through before its last.
        self.assertLess(max(times["example.test"]), max(times["slow.test"]))
