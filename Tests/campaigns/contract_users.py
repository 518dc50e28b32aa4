# SPDX-License-Identifier: Apache-2.0
"""Producers are other Unix users (CONTRACT 2, 5): what they may, and what they may not.

The users and the group are made for the test and removed with it; a group that is there already stays.
"""

import contextlib
import fcntl
import grp
import json
import os
import pathlib
import pwd
import subprocess
import tempfile

import lab
from contract_case import NEEDS_ROOT, Case, needs

GROUP = "gatepost-submit"
DAEMON, PRODUCER, STRANGER = "gatepost-lab-d", "gatepost-lab-p", "gatepost-lab-s"


def system(*words):
    subprocess.run(
        words, check=True, capture_output=True, env={**os.environ, "PATH": os.environ["PATH"] + ":/usr/sbin:/sbin"}
    )


def is_there(look, name):
    try:
        return bool(look(name))
    except KeyError:
        return False


@contextlib.contextmanager
def users():
    """Makes a daemon's user, a producer and a stranger; one test at a time."""
    with open(pathlib.Path(tempfile.gettempdir()) / "gatepost-contract-users.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        made_group = not is_there(grp.getgrnam, GROUP)
        if made_group:
            system("groupadd", "--system", GROUP)
        try:
            for name in (DAEMON, PRODUCER, STRANGER):
                if is_there(pwd.getpwnam, name):
                    system("userdel", name)
                groups = [] if name == STRANGER else ["--groups", GROUP]
                system(
                    "useradd",
                    "--system",
                    "--no-create-home",
                    "--user-group",
                    "--shell",
                    "/usr/sbin/nologin",
                    *groups,
                    name,
                )
            yield
        finally:
            for name in (DAEMON, PRODUCER, STRANGER):
                if is_there(pwd.getpwnam, name):
                    system("userdel", name)
            if made_group:
                system("groupdel", GROUP)


def acting_as(name):
    """Popen's options for a process of that user, with all of its groups."""
    user = pwd.getpwnam(name)
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": os.getgrouplist(name, user.pw_gid)}


@NEEDS_ROOT
@needs("useradd", "groupadd")
class OtherUsers(Case):
    def setUp(self):
        self.enterContext(users())
        super().setUp()
        os.chmod(self.home.home, 0o755)
        if subprocess.run([self.home.binary, "--version"], capture_output=True, **acting_as(PRODUCER)).returncode != 0:
            self.skipTest("the binary lies where other users cannot run it")

    def begin(self, more=""):
        self.configure(more)
        self.home.run("init", "--owner", DAEMON)
        self.sink()
        return self.home.start(**acting_as(DAEMON), cwd="/")

    def sh(self, user, script, **options):
        return subprocess.run(
            ["sh", "-c", script], capture_output=True, text=True, cwd="/", **acting_as(user), **options
        )

    def hand_in(self, user, name, record, mode="0640", base=None):
        """As a producer does: written beside, renamed in."""
        base = base or self.home.state / "spool"
        draft = f"{base}/tmp/{name}"
        script = f"umask 027; cat > {draft} && chmod {mode} {draft} && mv {draft} {base}/incoming/{name}"
        return self.sh(user, script, input=json.dumps(record))

    def test_a_producer_enqueues_and_reads_its_receipt_and_outcomes_and_nothing_else(self):
        daemon = self.begin()
        done = self.hand_in(PRODUCER, "mine.json", lab.job(1))
        self.assertEqual(done.returncode, 0, done.stderr)
        spool = self.home.state / "spool"
        self.home.await_receipt("mine.json")
        self.home.await_event("job-1", "sent")
        read = self.sh(PRODUCER, f"cat {spool}/receipts/mine.json.receipt.json")
        self.assertEqual(json.loads(read.stdout)["accepted"], 1, read.stderr)
        self.assertEqual(json.loads(self.sh(PRODUCER, f"cat {spool}/status.json").stdout)["accepting"], True)
        self.assertEqual(lab.stop(daemon), 0)
        read = self.sh(PRODUCER, f"cat {spool}/outcomes/*.ndjson")
        self.assertEqual([json.loads(o)["event"] for o in read.stdout.splitlines()], ["accepted", "sent"], read.stderr)
        state = self.home.state
        forbidden = [f"cat {state}/{f}" for f in ("gatepost.db", "keys/subject.key", "wire.log")]
        forbidden += [
            f"ls {state}/keys",
            f"ls {spool}/taken",
            f"ls {state}",
            f"rm {spool}/receipts/mine.json.receipt.json",
            f"touch {spool}/outcomes/x",
            f"touch {spool}/receipts/x",
        ]
        for script in forbidden:
            self.assertNotEqual(self.sh(PRODUCER, script).returncode, 0, script)
        owners = {p.owner() for p in state.rglob("*")}
        self.assertEqual(owners, {DAEMON})

    def test_a_stranger_can_neither_enqueue_nor_read(self):
        self.begin()
        self.assertNotEqual(self.hand_in(STRANGER, "his.json", lab.job(1)).returncode, 0)
        for path in ("receipts", "outcomes", "incoming"):
            self.assertNotEqual(self.sh(STRANGER, f"ls {self.home.state}/spool/{path}").returncode, 0, path)

    def test_a_file_that_the_daemon_may_not_read_is_rejected_as_unreadable_once(self):
        self.begin()
        self.assertEqual(self.hand_in(PRODUCER, "private.json", lab.job(1), mode="0600").returncode, 0)
        self.assertEqual(self.hand_in(PRODUCER, "shared.json", lab.job(2)).returncode, 0)
        rejected = self.home.state / "spool/rejected"
        reason = self.home.await_that(
            "the reason", lambda: (rejected / "private.json.reason.json").exists()
        ) and json.loads((rejected / "private.json.reason.json").read_text())
        self.assertEqual((reason["file"], reason["code"]), ("private.json", "unreadable"))
        self.home.await_event("job-2", "sent")
        self.assertTrue((rejected / "private.json").exists())
        self.assertEqual(list(self.home.incoming.iterdir()), [])
        self.assertEqual(len(self.home.outcomes("--job", "job-1")), 0)

    def test_enqueue_as_a_producer_needs_no_database(self):
        self.begin()
        source = self.home.home / "mine.json"
        source.write_text(json.dumps(lab.job(1)))
        done = subprocess.run(
            [self.home.binary, "enqueue", "--config", self.home.config, "--wait", source],
            capture_output=True,
            text=True,
            env=self.home.env,
            cwd="/",
            **acting_as(PRODUCER),
        )
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(json.loads(done.stdout)["accepted"], 1)
        for words in (["status"], ["queue", "list"], ["outcomes"]):
            done = subprocess.run(
                [self.home.binary, *words, "--config", self.home.config],
                capture_output=True,
                text=True,
                env=self.home.env,
                cwd="/",
                **acting_as(PRODUCER),
            )
            self.assertEqual(done.returncode, 77, f"{words}: {done.stderr}")

    def test_commands_of_root_act_as_the_owner_and_leave_nothing_of_roots_behind(self):
        self.configure()
        self.home.run("init", "--owner", DAEMON)
        self.sink()
        daemon = self.home.start()
        self.home.run("enqueue", "--wait", input=json.dumps(lab.job(1)))
        self.home.run("hold", "add", "--campaign", "c", "--why", "test")
        self.home.await_event("job-1", "sent")
        self.assertEqual(lab.stop(daemon), 0)
        self.home.run("journal", "verify")
        self.assertEqual({p.owner() for p in self.home.state.rglob("*")}, {DAEMON})

    def test_a_named_producer_has_directories_and_rights_of_its_own(self):
        daemon = self.begin("""
[[brand]]
id = "globex"
controller = "Globex"
from = "news@globex.example"
postal_address = "2 Main Street"

[[producer]]
name = "engine"
may = ["job"]
brands = ["acme"]

[[producer]]
name = "desk"
""")
        base = self.home.state / "spool/producers"
        record = lab.job(1, brand="acme")
        for name, job in (
            ("a.json", record),
            ("b.json", {**record, "id": "job-2", "brand": "globex"}),
            ("c.json", {"kind": "cancel", "id": "c1", "match": {"id": "job-9"}}),
        ):
            self.assertEqual(self.hand_in(PRODUCER, name, job, base=base / "engine").returncode, 0)
        self.assertEqual(self.hand_in(PRODUCER, "a.json", record, base=base / "desk").returncode, 0)

        def receipt(producer, name):
            path = base / producer / f"receipts/{name}.receipt.json"
            return json.loads(self.home.await_that(str(path), lambda: path.exists() and path.read_text()))

        self.assertEqual(receipt("engine", "a.json")["accepted"], 1)
        for name in ("b.json", "c.json"):
            self.assertEqual([p["code"] for p in receipt("engine", name)["problems"]], ["not_permitted"], name)
        self.assertEqual(receipt("desk", "a.json")["accepted"], 1)  # one namespace of ids per producer
        self.home.await_counts(lambda c: c.get("sent") == 2, within=20)
        self.assertEqual(lab.stop(daemon), 0)
        for producer in ("engine", "desk"):
            outcomes = [o for _, part in self.home.feed(base / producer / "outcomes") for o in part]
            self.assertEqual(
                [(o["producer"], o["event"]) for o in outcomes], [(producer, "accepted"), (producer, "sent")]
            )
