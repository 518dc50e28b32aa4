# SPDX-License-Identifier: Apache-2.0
"""What operators do, with the daemon running and without (CONTRACT 8.9, 9)."""

import json
import signal
import socket
import sqlite3
import subprocess
import time

import lab
from contract_case import Case, offer


class Operators(Case):
    def queue(self, *filters):
        return {job["id"]: job for job in self.home.lines("queue", "list", "--format", "json", *filters)}

    def test_a_hold_by_campaign_stands_for_jobs_now_and_later_until_it_is_removed(self):
        daemon = self.set_up()
        self.sink()
        number = self.home.run("hold", "add", "--campaign", "spring", "--why", "wrong price").stdout.strip()
        self.accept("a.ndjson", lab.job("a", campaign="spring"), lab.job("b", campaign="autumn"))
        self.home.await_event("job-b", "sent")
        held = self.home.await_that("held", lambda: self.queue("--state", "held"))
        self.assertEqual(set(held), {"job-a"})
        self.assertIn("wrong price", held["job-a"]["why"])
        lab.stop(daemon)
        daemon = self.home.start()
        self.accept("c.json", lab.job("c", campaign="spring"))
        self.home.await_that("both held", lambda: len(self.queue("--state", "held")) == 2)
        self.assertEqual([h["campaign"] for h in self.home.lines("hold", "list", "--format", "json")], ["spring"])
        lab.stop(daemon)
        self.home.run("hold", "remove", number)  # works without a daemon, too
        self.home.start()
        self.home.await_counts(lambda c: c.get("sent") == 3)

    def test_holds_say_who_ordered_them_and_when_and_stand_in_status(self):
        self.set_up(start=False)
        self.assertEqual(self.home.lines("status", "--format", "json")[0]["holds"], 0)
        begin = lab.soon(-1)
        self.home.run("hold", "add", "--campaign", "spring", "--why", "wrong price", "--actor", "ada")
        self.home.run("hold", "add", "--brand", "acme", "--why", "incident")
        first, second = self.home.lines("hold", "list", "--format", "json")
        self.assertEqual((first["by"], first["why"]), ("ada", "wrong price"))
        self.assertTrue(second["by"])
        self.assertTrue(begin < first["since"] <= second["since"] < lab.soon(1), (begin, first, second))
        self.assertEqual(self.home.lines("status", "--format", "json")[0]["holds"], 2)
        self.assertIn("2 holds stand", self.home.run("status").stdout)
        self.home.run("hold", "remove", "1")
        self.assertIn("1 hold stands", self.home.run("status").stdout)

    def test_changes_of_a_job_that_there_is_not_or_that_has_ended_say_so_and_exit_65(self):
        self.set_up()
        self.sink()
        self.accept("a.json", lab.job(1))
        self.home.await_event("job-1", "sent")
        for change in ("retry", "release", "cancel"):
            done = self.home.run("queue", change, "job-none", check=False)
            self.assertEqual((done.returncode, "there is no job" in done.stderr), (65, True), done.stderr)
            done = self.home.run("queue", change, "job-1", check=False)
            self.assertEqual((done.returncode, "has ended as sent" in done.stderr), (65, True), done.stderr)
            self.assertEqual(self.home.run("queue", change, "--campaign", "none").returncode, 0)
        self.home.run("route", "pause", "relay", "--why", "test")
        self.accept("b.json", lab.job(2))
        self.assertEqual(self.home.run("queue", "release", "job-2").returncode, 0)
        self.assertEqual(self.home.run("queue", "cancel", "job-2").returncode, 0)

    def test_without_a_configuration_each_command_says_how_to_name_one(self):
        for command in (["status"], ["check"], ["run"], ["enqueue"], ["queue", "list"]):
            done = subprocess.run(
                [self.home.binary, *command, "--config", str(self.home.home / "none.toml")],
                capture_output=True,
                text=True,
                env=self.home.env,
                stdin=subprocess.DEVNULL,
            )
            self.assertEqual(done.returncode, 78, done.stderr)
            for word in ("none.toml", "--config", "GATEPOST_CONFIG"):
                self.assertIn(word, done.stderr)

    def test_the_watchdog_is_fed_while_the_engine_turns_and_not_while_it_stands_still(self):
        self.set_up(start=False)
        interval = 1.5  # a third of what the service manager allows
        self.home.start(environment={"WATCHDOG_USEC": str(int(3 * interval * 1e6))})
        path = self.home.home / "notify.sock"
        path.unlink()
        manager = self.enterContext(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM))
        manager.bind(str(path))
        path.chmod(0o666)

        def fed(within):
            """Whether the watchdog is fed in that time."""
            deadline = time.monotonic() + within
            while (left := deadline - time.monotonic()) > 0:
                manager.settimeout(left)
                try:
                    if b"WATCHDOG=1" in manager.recv(4096):
                        return True
                except TimeoutError:
                    return False
            return False

        self.assertTrue(fed(4 * interval) and fed(4 * interval))
        # Who holds the database's write lock makes the engine wait for its transaction.
        database = sqlite3.connect(self.home.state / "gatepost.db", isolation_level=None)
        self.addCleanup(database.close)
        database.execute("BEGIN IMMEDIATE")
        fed(2 * interval)  # it may have turned since it was looked at last
        self.assertFalse(fed(2.5 * interval))
        database.execute("ROLLBACK")
        self.assertTrue(fed(6 * interval))

    def test_a_hold_of_a_route_keeps_what_waits_there_and_nothing_else(self):
        other = lab.free_port()
        self.home.configure([{"name": "relay", "port": self.port}, {"name": "other", "port": other}])
        self.home.run("init")
        self.sink()
        self.home.capturing_sink(other)
        self.home.start()
        self.home.run("route", "pause", "relay", "--why", "test")
        self.accept("a.json", lab.job(1))
        number = self.home.run("hold", "add", "--route", "relay", "--why", "moving").stdout.strip()
        self.home.run("route", "resume", "relay")
        self.accept("b.ndjson", lab.job(2), *[lab.job(f"o{n}", route="other") for n in range(100)])
        self.home.await_counts(lambda c: c.get("sent") == 100)
        self.assertEqual(set(self.queue()), {"job-1", "job-2"})
        self.home.run("hold", "remove", number)
        self.home.await_counts(lambda c: c.get("sent") == 102)

    def test_a_job_that_is_held_by_a_standing_hold_is_held_again_when_it_is_released(self):
        self.set_up()
        self.sink()
        number = self.home.run("hold", "add", "--template", "probe", "--why", "wrong text").stdout.strip()
        self.accept("a.json", lab.job(1))
        self.home.await_that("held", lambda: self.queue("--state", "held"))
        self.home.run("queue", "release", "job-1")
        self.accept("b.json", offer("ad"))
        self.home.await_event("job-ad", "sent")
        self.home.await_that("held again", lambda: self.queue("--state", "held"))
        self.home.run("hold", "remove", number)
        self.home.await_event("job-1", "sent")

    def test_a_hold_that_is_removed_lets_its_jobs_go_every_time(self):
        self.set_up()
        self.sink()
        for round in range(12):
            number = self.home.run("hold", "add", "--campaign", "spring", "--why", "wrong price").stdout.strip()
            self.accept(f"a{round}.json", lab.job(round, campaign="spring"))
            self.home.await_that("held", lambda: self.queue("--state", "held"))
            self.home.run("hold", "remove", number)
            self.home.await_event(f"job-{round}", "sent", within=10)

    def test_a_change_waits_for_what_is_in_flight_and_exits_75_where_that_takes_too_long(self):
        self.set_up()
        self.sink()
        self.accept("a.json", lab.job(1, "slow-6@example.test"))
        self.home.await_that("in flight", lambda: self.queue("--state", "flying"))
        done = self.home.run("hold", "add", "--all", "--why", "incident", "--wait", "500ms", check=False)
        self.assertEqual(done.returncode, 75, done.stderr)
        self.assertIn("1 still in flight", done.stderr)
        done = self.home.run("route", "pause", "relay", "--why", "incident", "--wait", "20s")
        self.assertEqual(self.home.events("job-1")[-1], ("sent", None))

    def test_a_paused_route_keeps_its_jobs_over_a_restart(self):
        daemon = self.set_up()
        self.sink()
        self.home.run("route", "pause", "relay", "--why", "moved")
        self.accept("a.json", lab.job(1))
        lab.stop(daemon)
        self.home.start()
        self.home.await_that("paused", lambda: (self.home.route_status("relay") or {}).get("state") == "paused")
        route = self.home.lines("route", "list", "--format", "json")[0]
        self.assertEqual((route["state"], route["ready"]), ("paused", 1), route)
        self.assertEqual(self.home.events("job-1"), [("accepted", None)])
        self.home.run("route", "resume", "relay")
        self.home.await_event("job-1", "sent")

    def test_queue_list_show_cancel_and_retry(self):
        daemon = self.set_up()
        config = (
            self.home.config.read_text()
            .replace('first = "1s"', 'first = "1h"')
            .replace('longest = "5s"', 'longest = "2h"')
        )
        self.home.config.write_text(config)
        daemon.send_signal(signal.SIGHUP)
        self.home.await_that("reloaded", lambda: "reloaded" in self.home.log_tail())
        self.sink()
        self.accept(
            "a.ndjson",
            lab.job("full", "full@example.test", campaign="spring"),
            lab.job("grey", "greylist@example.test"),
        )
        self.home.await_counts(lambda c: c.get("postponed") == 2)
        self.assertEqual({k: v["reason"] for k, v in self.queue().items()}, {"job-full": "retry", "job-grey": "retry"})
        self.assertEqual(set(self.queue("--campaign", "spring")), {"job-full"})
        self.home.run("queue", "retry", "job-grey")
        self.home.await_event("job-grey", "sent")
        self.home.run("queue", "cancel", "--campaign", "spring", "--why", "withdrawn", "--actor", "ada")
        self.home.await_event("job-full", "cancelled", "operator")
        shown = json.loads(self.home.run("queue", "show", "job-full", "--format", "json").stdout)
        self.assertEqual(
            (shown["state"], [o["event"] for o in shown["outcomes"]]), ("ended", ["accepted", "postponed", "cancelled"])
        )
        self.assertEqual(shown["record"]["id"], "job-full")
        self.assertEqual(self.home.run("queue", "show", "none", check=False).returncode, 65)
        self.assertEqual(self.home.run("queue", "cancel", check=False).returncode, 64)
        for words in (
            ["queue", "list"],
            ["queue", "show", "job-full"],
            ["hold", "list"],
            ["route", "list"],
            ["outcomes"],
            ["report"],
        ):
            for form in ("table", "csv"):
                self.assertTrue(self.home.run(*words, "--format", form).stdout or form == "table", words)

    def test_status_tells_of_a_running_daemon_and_of_none(self):
        daemon = self.set_up()
        self.home.run("route", "pause", "relay", "--why", "test")
        self.accept("a.json", lab.job(1))
        self.home.await_that("a status", self.home.status)
        rows = self.home.lines("status", "--format", "json")
        self.assertEqual(
            (rows[0]["kind"], rows[0]["running"], rows[0]["pid"], rows[0]["accepting"]),
            ("daemon", True, daemon.pid, True),
        )
        self.assertEqual([(r["route"], r["ready"]) for r in rows[1:]], [("relay", 1)])
        self.assertIn("running", self.home.run("status").stdout)
        lab.stop(daemon)
        rows = self.home.lines("status", "--format", "json")
        self.assertEqual((rows[0]["running"], rows[0]["ready"]), (False, 1))
        self.assertIn("not running", self.home.run("status").stdout)

    def test_every_change_is_journalled_and_the_journal_stays_sound(self):
        self.set_up()
        self.home.run("hold", "add", "--all", "--why", "x", "--actor", "grace")
        self.home.run("route", "pause", "relay", "--why", "y")
        rows = [json.loads(r) for r in self.home.run("journal", "export").stdout.splitlines()]
        reasons = [row["reason"] for row in rows]
        self.assertEqual(reasons[0], "policy")  # what the daemon keeps is on record before anything else
        self.assertEqual(len(rows), 3)
        # No personal data in the journal itself; a name that cannot be a piece of a digest in hexadecimal.
        self.assertNotIn("grace", json.dumps(rows))
        self.assert_gapless()

    def test_report_counts_by_campaign(self):
        self.set_up()
        self.sink()
        self.accept(
            "a.ndjson",
            *[lab.job(n, campaign="spring") for n in range(5)],
            lab.job("b", "bounce@x.test", campaign="autumn"),
        )
        self.home.await_counts(lambda c: c.get("sent") == 5 and c.get("failed") == 1)
        rows = {
            (r["campaign"], r["event"], r["reason"]): r["count"]
            for r in self.home.lines("report", "--by", "campaign", "--format", "json")
        }
        self.assertEqual(
            rows,
            {
                ("spring", "accepted", None): 5,
                ("spring", "sent", None): 5,
                ("autumn", "accepted", None): 1,
                ("autumn", "failed", "bad_address"): 1,
            },
        )


class Signals(Case):
    def hup(self, daemon, words):
        daemon.send_signal(signal.SIGHUP)
        self.home.await_that(words, lambda: words in self.home.log_tail())

    def test_hup_takes_a_good_configuration_and_new_templates_over(self):
        daemon = self.set_up()
        self.sink()
        self.enqueue("a.json", lab.job(1, template="new"))
        self.assertEqual(self.home.await_receipt("a.json")["problems"][0]["code"], "unknown_template")
        self.home.template("new", lab.TEMPLATE)
        self.configure(connections=3)
        self.hup(daemon, "reloaded: templates changed")
        self.assertIn("connections", self.home.log_tail())
        self.accept("b.json", lab.job(1, template="new"))
        self.home.await_event("job-1", "sent")

    def test_hup_with_a_bad_configuration_changes_nothing_and_says_what_is_wrong(self):
        daemon = self.set_up()
        self.sink()
        good = self.home.config.read_text()
        self.home.config.write_text(good.replace("connections = 8", "conections = 8"))
        self.hup(daemon, "nothing was reloaded")
        self.assertRegex(self.home.log_tail(), r"gatepost\.toml:\d+.*conections.*connections")
        self.assertEqual(self.home.run("check", check=False).returncode, 78)
        self.accept("a.json", lab.job(1))
        self.home.config.write_text(good)
        self.home.await_event("job-1", "sent")

    def test_hup_takes_new_producers_and_new_limits_over(self):
        daemon = self.set_up("\n[intake]\nmax_queued = 2\n")
        self.sink()
        self.home.run("route", "pause", "relay", "--why", "test")
        self.accept("a.ndjson", lab.job(1), lab.job(2))
        self.enqueue("b.json", lab.job(3))
        self.home.await_that("closed", lambda: "max_queued" in ((self.home.spool_status() or {}).get("reason") or ""))
        producers = '\n[[producer]]\nname = "default"\n\n[[producer]]\nname = "desk"\n'
        self.configure("\n[intake]\nmax_queued = 100\n" + producers)
        daemon.send_signal(signal.SIGHUP)
        self.home.await_receipt("b.json", within=15)
        desk = self.home.state / "spool/producers/desk"
        self.home.await_that("the new producer's directories", desk.exists, within=15)
        (desk / "tmp/c.json").write_text(json.dumps(lab.job(4)))
        (desk / "tmp/c.json").rename(desk / "incoming/c.json")
        self.home.await_that("its receipt", (desk / "receipts/c.json.receipt.json").exists, within=15)
        self.home.run("route", "resume", "relay")
        self.home.await_counts(lambda c: c.get("sent") == 4)

    def test_hup_with_another_state_directory_stays_with_the_one_there_is_and_says_so(self):
        daemon = self.set_up()
        self.sink()
        good = self.home.config.read_text()
        self.home.config.write_text(good.replace(str(self.home.state), str(self.home.home / "elsewhere")))
        self.hup(daemon, "state_dir")
        self.home.config.write_text(good)
        self.accept("a.json", lab.job(1))
        self.home.await_event("job-1", "sent")
        self.assertFalse((self.home.home / "elsewhere").exists())

    def test_a_route_that_vanishes_holds_its_jobs_until_it_is_back_and_they_are_released(self):
        daemon = self.set_up()
        self.sink()
        self.home.run("route", "pause", "relay", "--why", "test")
        self.accept("a.json", lab.job(1))
        good = self.home.config.read_text()
        self.home.config.write_text(good.replace('name = "relay"', 'name = "other"'))
        self.hup(daemon, "reloaded")
        self.home.await_that(
            "held", lambda: self.home.lines("queue", "list", "--state", "held", "--format", "json"), within=15
        )
        self.home.config.write_text(good)
        daemon.send_signal(signal.SIGHUP)
        self.home.run("route", "resume", "relay")
        self.home.await_that("the route open", lambda: (self.home.route_status("relay") or {}).get("state") == "open")
        self.home.run("queue", "release", "--all")
        self.home.await_event("job-1", "sent")

    def test_term_drains_lets_calls_in_flight_end_and_records_them(self):
        daemon = self.set_up(connections=1)
        self.sink()
        self.accept("a.json", lab.job("slow", "slow-4@example.test"))
        flying = lambda: self.home.lines("queue", "list", "--state", "flying", "--format", "json")
        self.home.await_that("in flight", flying)
        begin = time.monotonic()
        self.assertEqual(lab.stop(daemon), 0)
        self.assertLess(time.monotonic() - begin, 25)
        self.assertEqual(self.endings(), {"job-slow": [("sent", None)]})
        self.assertIsNone(self.home.status())
        self.assertEqual(self.home.spool_status()["accepting"], False)

    def test_a_drain_that_takes_too_long_ends_in_time_and_leaves_what_is_in_doubt_named(self):
        self.set_up(connections=1, start=False)
        self.home.config.write_text('drain_timeout = "1s"\n' + self.home.config.read_text())
        daemon = self.home.start()
        self.sink()
        self.accept("a.json", lab.job("slow", "slow-60@example.test"))
        self.home.await_that(
            "in flight", lambda: self.home.lines("queue", "list", "--state", "flying", "--format", "json")
        )
        begin = time.monotonic()
        lab.stop(daemon)
        self.assertLess(time.monotonic() - begin, 10)
        self.home.start()
        self.home.await_event("job-slow", "unknown", "in_doubt")

    def test_a_second_daemon_is_refused_with_the_first_ones_process_id(self):
        daemon = self.set_up()
        done = self.home.run("run", check=False, timeout=30)
        self.assertEqual(done.returncode, 75, done.stderr)
        self.assertIn(str(daemon.pid), done.stderr)
        self.assertIsNone(daemon.poll())

    def test_systemd_hears_of_readiness_of_the_watchdog_and_of_the_stop(self):
        self.set_up(start=False)
        path = str(self.home.home / "systemd.sock")
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
            systemd.bind(path)
            systemd.settimeout(20)
            daemon = subprocess.Popen(
                [self.home.binary, "run", "--config", self.home.config, "--log-format", "json"],
                stderr=subprocess.PIPE,
                text=True,
                env={**self.home.env, "NOTIFY_SOCKET": path, "WATCHDOG_USEC": "600000"},
            )
            self.home.processes.append(daemon)
            heard = ""
            for word in ("READY=1", "WATCHDOG=1", "WATCHDOG=1"):
                while word not in heard:
                    heard += systemd.recv(4096).decode() + "\n"
                heard = ""
            daemon.send_signal(signal.SIGINT)
            while "STOPPING=1" not in heard:
                heard += systemd.recv(4096).decode() + "\n"
            said = daemon.communicate(timeout=30)[1].splitlines()
        self.assertEqual(daemon.returncode, 0)
        self.assertTrue(said)
        for line in said:
            self.assertIn("message", json.loads(line))

    def test_a_job_in_flight_finishes_whoever_cancels_it(self):
        self.set_up()
        self.sink()
        self.accept("a.ndjson", lab.job("slow", "slow-4@example.test"))
        flying = lambda: self.home.lines("queue", "list", "--state", "flying", "--format", "json")
        self.home.await_that("in flight", flying)
        self.enqueue("c.json", {"kind": "cancel", "id": "c-1", "match": {"id": "job-slow"}})
        self.home.await_receipt("c.json")
        self.home.run("queue", "cancel", "job-slow", "--why", "too late", "--wait", "20s")
        self.assertEqual(self.endings(), {"job-slow": [("sent", None)]})
