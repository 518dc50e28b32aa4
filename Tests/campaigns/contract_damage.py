# SPDX-License-Identifier: Apache-2.0
"""Kills, damage, full disks, failing syncs: one clear word, and nothing acknowledged is lost (DESIGN D3, D12)."""

import contextlib
import json
import os
import pathlib
import shutil
import signal
import sqlite3
import subprocess
import threading

import lab
from contract_case import NEEDS_ROOT, Case, needs


class Damage(Case):
    def refused(self, code=78):
        """What a daemon says that does not start."""
        done = self.home.run("run", check=False, timeout=60)
        self.assertEqual(done.returncode, code, done.stderr)
        return done.stderr

    def set_aside(self):
        """A copy of the stopped database."""
        folder = self.home.home / "backup"
        folder.mkdir()
        for path in self.home.state.glob("gatepost.db*"):
            shutil.copy2(path, folder / path.name)
        return folder

    def restore(self, folder):
        for path in self.home.state.glob("gatepost.db*"):
            path.unlink()
        for path in folder.iterdir():
            shutil.copy2(path, self.home.state / path.name)

    def test_what_was_queued_when_the_daemon_was_killed_is_sent_after_it(self):
        daemon = self.set_up()
        self.home.run("route", "pause", "relay", "--why", "test")
        self.accept("a.ndjson", *[lab.job(n) for n in range(500)])
        daemon.send_signal(signal.SIGKILL)
        daemon.wait()
        self.enqueue("b.ndjson", *[lab.job(n) for n in range(400, 600)])
        folder = self.sink()
        self.home.start()
        self.home.run("route", "resume", "relay")
        self.home.await_counts(lambda c: c.get("sent") == 600, within=30)
        self.assertEqual([self.home.await_receipt("b.ndjson")[k] for k in ("accepted", "duplicates")], [100, 100])
        self.assertEqual(sorted(map(len, lab.mails(folder).values())), [1] * 600)
        self.assert_gapless()

    def test_a_database_that_is_garbage_is_refused_and_left_alone(self):
        lab.stop(self.set_up())
        database = self.home.state / "gatepost.db"
        for path in self.home.state.glob("gatepost.db-*"):
            path.unlink()
        garbage = os.urandom(1 << 16)
        database.write_bytes(garbage)
        said = self.refused()
        self.assertIn("gatepost.db", said)
        self.assertEqual(database.read_bytes(), garbage)
        self.assertNotIn("fault in gatepost", said)
        self.assertIn(self.home.run("queue", "list", check=False).returncode, (74, 78))

    def test_a_database_damaged_inside_never_passes_for_sound(self):
        daemon = self.set_up()
        self.sink()
        self.accept("a.ndjson", *[lab.job(n) for n in range(200)])
        self.home.await_counts(lambda c: c.get("sent") == 200)
        lab.stop(daemon)
        database = self.home.state / "gatepost.db"
        content = bytearray(database.read_bytes())
        for page in range(2 * 4096, len(content), 4096):
            content[page : page + 64] = os.urandom(64)
        database.write_bytes(content)
        self.assertIn("gatepost.db", self.refused())
        self.assertNotEqual(self.home.run("journal", "verify", check=False).returncode, 0)

    def test_a_database_from_a_newer_version_is_refused(self):
        lab.stop(self.set_up())
        with contextlib.closing(sqlite3.connect(self.home.state / "gatepost.db")) as database:
            version = database.execute("PRAGMA user_version").fetchone()[0]
            database.execute(f"PRAGMA user_version = {version + 100}")
            database.commit()
        self.assertRegex(self.refused(), "newer")
        self.assertEqual(self.home.run("queue", "list", check=False).returncode, 78)

    def test_a_missing_database_or_key_is_refused_with_what_to_do(self):
        lab.stop(self.set_up())
        key = self.home.state / "keys/subject.key"
        key.rename(self.home.home / "key")
        self.assertRegex(self.refused(), "subject.key.*restore|restore.*subject.key")
        (self.home.home / "key").rename(key)
        (self.home.state / "gatepost.db").unlink()
        self.assertIn("gatepost init", self.home.run("run", check=False, timeout=60).stderr)

    def restored(self):
        """Runs on from a backup: the old database has two jobs waiting that the newer one has sent."""
        daemon = self.set_up()
        self.home.run("route", "pause", "relay", "--why", "test")
        self.accept("a.ndjson", lab.job(1), lab.job(2))
        lab.stop(daemon)
        backup = self.set_aside()
        folder = self.sink()
        daemon = self.home.start()
        self.home.run("route", "resume", "relay")
        self.accept("b.ndjson", *[lab.job(n) for n in range(3, 50)])
        self.home.await_counts(lambda c: c.get("sent") == 49)
        self.assertEqual(lab.stop(daemon), 0)
        self.restore(backup)
        said = self.refused()
        self.assertIn("--after-restore", said)
        self.assertIn("backup", said)
        return folder

    def test_a_restored_database_is_refused_and_may_go_on_with_its_jobs_held(self):
        self.restored()
        daemon = self.home.start("--after-restore", "hold")
        self.home.run("route", "resume", "relay")
        self.home.await_that(
            "both held", lambda: len(self.home.lines("queue", "list", "--state", "held", "--format", "json")) == 2
        )
        self.accept("c.json", lab.job("new"))
        self.home.await_event("job-new", "sent")
        self.assertNotIn("job-1", self.endings())
        self.assertEqual(lab.stop(daemon), 0)
        self.home.start()  # once is enough
        self.home.run("queue", "cancel", "job-1", "--why", "was sent")
        self.home.run("queue", "release", "job-2")
        self.home.await_event("job-2", "sent")
        self.assert_gapless()

    def test_a_restored_database_may_go_on_and_send_what_is_due(self):
        self.restored()
        self.home.start("--after-restore", "release")
        self.home.run("route", "resume", "relay")
        self.home.await_counts(lambda c: c.get("sent") == 2)
        self.assert_gapless()


def bulky(number):
    """A job that is large in the database and small in the mail."""
    return {**lab.job(number, template="brief"), "data": {"n": number, "filler": "x" * 250_000}}


@contextlib.contextmanager
def tmpfs(path, size):
    path.mkdir()
    subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size},mode=711", "tmpfs", str(path)], check=True, capture_output=True
    )
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(path)], check=False, capture_output=True)


@NEEDS_ROOT
@needs("mount")
class FullDisk(Case):
    def setUp(self):
        super().setUp()
        try:
            self.enterContext(tmpfs(self.home.state, "160m"))
        except subprocess.CalledProcessError:
            self.skipTest("tmpfs cannot be mounted here")
        self.addCleanup(self.kill)
        self.ballast = self.home.state / "ballast"

    def kill(self):
        for process in self.home.processes:
            if process.poll() is None:
                process.kill()
                process.wait()

    def fill(self, leave=0):
        """Takes all room but so many bytes."""
        with contextlib.suppress(OSError), open(self.ballast, "ab") as file:
            free = os.statvfs(self.home.state)
            room = free.f_bavail * free.f_frsize - leave
            if room > 0:
                os.posix_fallocate(file.fileno(), file.tell(), room)

    def test_below_the_floor_intake_closes_with_its_reason_and_opens_again_when_there_is_room(self):
        daemon = self.set_up('\n[intake]\nmin_free = "20MiB"\n')
        self.sink()
        self.fill(leave=8 << 20)
        status = self.home.await_that(
            "closed", lambda: (self.home.spool_status() or {}).get("accepting") is False and self.home.spool_status()
        )
        self.assertIn("min_free", status["reason"])
        self.enqueue("a.ndjson", *[lab.job(n) for n in range(10)])
        self.enqueue("c.json", {"kind": "cancel", "id": "c-1", "match": {"id": "job-3"}})
        self.home.await_receipt("c.json")
        self.assertTrue((self.home.incoming / "a.ndjson").exists())
        self.ballast.unlink()
        self.home.await_counts(
            lambda c: c.get("sent") == 10 or c.get("sent") == 9 and c.get("cancelled") == 1, within=20
        )
        self.assertIsNone(daemon.poll())

    def test_where_inodes_run_out_intake_closes_too(self):
        subprocess.run(["mount", "-o", "remount,nr_inodes=400", str(self.home.state)], check=True)
        self.set_up()
        self.sink()
        folder = self.home.state / "ballast.d"
        folder.mkdir()
        while os.statvfs(self.home.state).f_favail > 10:
            (folder / str(os.statvfs(self.home.state).f_favail)).touch()
        status = self.home.await_that(
            "closed", lambda: (self.home.spool_status() or {}).get("accepting") is False and self.home.spool_status()
        )
        self.assertIn("inodes", status["reason"])
        self.enqueue("a.json", lab.job(1))
        shutil.rmtree(folder)
        self.home.await_event("job-1", "sent", within=15)

    def test_a_disk_that_is_full_closes_intake_loses_nothing_and_it_goes_on_when_there_is_room(self):
        daemon = self.set_up('\n[intake]\nmin_free = "4KiB"\n')
        self.sink()
        self.accept("first.json", lab.job("first"))
        self.home.await_event("job-first", "sent")
        with open(self.home.tmp / "a.ndjson", "w") as file:
            for number in range(100):
                file.write(json.dumps(bulky(number)) + "\n")
        full = threading.Event()

        def keep_full():
            while not full.wait(0.02):
                self.fill()

        filling = threading.Thread(target=keep_full)
        self.fill()
        filling.start()
        try:
            os.rename(self.home.tmp / "a.ndjson", self.home.incoming / "a.ndjson")
            self.home.await_that(
                "a word of it", lambda: "disk is full" in self.home.log_tail() or daemon.poll() is not None, within=20
            )
        finally:
            full.set()
            filling.join()
        self.assertIsNone(daemon.poll(), self.home.log_tail())
        self.ballast.unlink()
        self.home.await_counts(lambda c: c.get("sent") == 101, within=40)
        self.assertEqual(self.home.await_receipt("a.ndjson")["accepted"], 100)
        self.assertIsNone(daemon.poll())
        self.home.await_that("open again", lambda: self.home.spool_status()["accepting"])
        self.assert_gapless()


@needs("cc")
class FailingSync(Case):
    def setUp(self):
        super().setUp()
        shim = self.home.home / "eio.so"
        source = pathlib.Path(__file__).with_name("eio.c")
        subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", str(shim), str(source)], check=True, capture_output=True)
        self.order = self.home.home / "fault"
        self.environment = {"LD_PRELOAD": str(shim), "GATEPOST_LAB_FAULT": str(self.order)}

    def let_sync_fail(self, suffix):
        """From now on, for files whose path ends so."""
        (self.home.home / "fault.new").write_text("/" + suffix)
        os.rename(self.home.home / "fault.new", self.order)

    def check_end_and_restart(self, daemon, jobs):
        """Exit 74, a word about it, and after a restart every job of an acknowledged file has one end."""
        self.assertEqual(daemon.wait(40), 74, self.home.log_tail())
        acknowledged = sum(json.loads(p.read_text())["accepted"] for p in self.home.receipts.glob("*.receipt.json"))
        accepted = [o["job"] for o in self.home.outcomes("--event", "accepted")]
        self.assertLessEqual(acknowledged, len(accepted))
        self.order.unlink()
        self.home.start()
        self.home.await_counts(lambda c: c.get("sent", 0) + c.get("unknown", 0) >= jobs, within=60)
        after = [o["job"] for o in self.home.outcomes("--event", "accepted")]
        self.assertEqual(after[: len(accepted)], accepted)
        self.assertEqual(sorted(set(after)), sorted(after))
        self.assertEqual(len(after), jobs)
        self.assert_gapless()

    def test_a_failed_sync_of_the_log_stops_the_daemon_with_74_and_nothing_acknowledged_is_lost(self):
        self.set_up(start=False, route='in_doubt = "park"\n')
        self.sink()
        daemon = self.home.start(environment=self.environment)
        self.accept("a.ndjson", *[lab.job(n) for n in range(100)])
        self.let_sync_fail("gatepost.db-wal")
        self.enqueue("b.ndjson", *[lab.job(n) for n in range(100, 200)])
        self.check_end_and_restart(daemon, 200)

    def test_a_failed_sync_of_the_receipts_stops_the_daemon_with_74_and_they_are_true_after_it(self):
        self.set_up(start=False)
        self.sink()
        daemon = self.home.start(environment=self.environment)
        self.let_sync_fail("spool/receipts")
        self.enqueue("a.ndjson", *[lab.job(n) for n in range(100)])
        self.check_end_and_restart(daemon, 100)
        receipt = self.home.await_receipt("a.ndjson")
        self.assertEqual([receipt[k] for k in ("accepted", "duplicates", "rejected")], [100, 0, 0])

    def test_a_failed_checkpoint_stops_the_daemon_with_74(self):
        self.set_up(start=False, route='in_doubt = "park"\n')
        self.sink()
        daemon = self.home.start(environment=self.environment)
        self.home.run("route", "pause", "relay", "--why", "test")
        self.accept("a.ndjson", *[lab.job(n) for n in range(10)])
        self.let_sync_fail("gatepost.db")
        for part in range(4):
            self.enqueue(f"b{part}.ndjson", *[bulky(n) for n in range(10 + 40 * part, 50 + 40 * part)])
        self.assertEqual(daemon.wait(60), 74, self.home.log_tail())
        self.order.unlink()
        self.home.run("route", "resume", "relay")
        self.home.start()
        self.home.await_counts(lambda c: c.get("sent", 0) + c.get("unknown", 0) >= 170, within=60)
        self.assertEqual(self.home.counts().get("accepted"), 170)
        self.assert_gapless()

    def test_a_failed_checkpoint_at_the_end_is_no_clean_end(self):
        self.set_up(start=False)
        self.sink()
        daemon = self.home.start(environment=self.environment)
        self.accept("a.ndjson", *[lab.job(n) for n in range(20)])
        self.home.await_counts(lambda c: c.get("sent") == 20)
        self.let_sync_fail("gatepost.db")
        self.assertEqual(lab.stop(daemon), 74, self.home.log_tail())
        self.order.unlink()
        self.home.start()
        self.home.await_counts(lambda c: c.get("sent") == 20)
        self.assert_gapless()
