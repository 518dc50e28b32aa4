# SPDX-License-Identifier: Apache-2.0
"""A real Postfix as the relay: a private instance on loopback, in a folder of its own; the system's is not touched."""

import os
import pathlib
import re
import shutil
import subprocess
import tempfile

import lab
from contract_case import NEEDS_ROOT, Case, needs

MAIN = """\
compatibility_level = 3.6
queue_directory = {home}/queue
data_directory = {home}/data
maillog_file = {home}/mail.log
maillog_file_prefixes = {home}
myhostname = relay.test
mydestination =
mynetworks = 127.0.0.0/8
inet_interfaces = loopback-only
inet_protocols = ipv4
relayhost = [127.0.0.1]:{next}
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_recipient_restrictions =
    check_recipient_access inline:{{ {{blocked@example.test = 550 5.7.1 not from you}} {{later@example.test = 450 4.2.1 come back}} }}
    permit_mynetworks reject
virtual_mailbox_domains = known.test
virtual_mailbox_maps = inline:{{ {{ada@known.test = x}} }}
virtual_transport = discard:
message_size_limit = 20000
disable_dns_lookups = yes
smtputf8_enable = no
alias_maps =
alias_database =
"""


class Postfix:
    def __init__(self, port, next_port):
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="gatepost-postfix.", dir="/var/tmp"))
        for name in ("conf", "queue", "data"):
            (self.home / name).mkdir()
        (self.home / "conf/main.cf").write_text(MAIN.format(home=self.home, next=next_port))
        master = pathlib.Path("/usr/share/postfix/master.cf.dist").read_text()
        master = re.sub(r"(?m)^smtp +inet .*", f"127.0.0.1:{port} inet n - n - - smtpd", master)
        master = re.sub(r"(?m)^([a-z]+ +(?:unix|inet) +[-yn] +[-yn] +)y", r"\1n", master)
        (self.home / "conf/master.cf").write_text(master)
        shutil.chown(self.home / "data", "postfix")
        os.chmod(self.home, 0o755)

    def run(self, word):
        return subprocess.run(
            ["postfix", "-c", str(self.home / "conf"), word],
            capture_output=True,
            text=True,
            env={**os.environ, "PATH": os.environ["PATH"] + ":/usr/sbin:/sbin"},
        )

    def __enter__(self):
        done = self.run("start")
        if done.returncode != 0:
            raise RuntimeError(f"postfix does not start: {done.stderr}")
        return self

    def __exit__(self, *_):
        self.run("stop")
        shutil.rmtree(self.home, ignore_errors=True)

    @property
    def log(self):
        path = self.home / "mail.log"
        return path.read_text() if path.exists() else ""


@NEEDS_ROOT
@needs("postfix", "smtp-sink")
class RealPostfix(Case):
    def setUp(self):
        super().setUp()
        behind = lab.free_port()
        self.home.smtp_sink(behind)
        self.postfix = self.enterContext(Postfix(self.port, behind))
        lab.await_that("postfix listening", lambda: lab.listens(self.port), within=20)

    def test_it_takes_mail_and_its_queue_id_and_codes_are_recorded(self):
        daemon = self.set_up()
        self.accept("a.ndjson", *[lab.job(n) for n in range(100)], lab.job("ada", "ada@known.test"))
        self.home.await_counts(lambda c: c.get("sent") == 101, within=30)
        for outcome in self.home.outcomes("--event", "sent"):
            self.assertEqual((outcome["provider"]["code"], outcome["provider"]["enhanced"]), ("250", "2.0.0"))
            self.assertRegex(outcome["provider"]["id"], r"^[0-9A-Za-z]{6,20}$")
        ids = [o["provider"]["id"] for o in self.home.outcomes("--event", "sent")]
        self.assertEqual(len(set(ids)), 101)
        lab.await_that("all of them in postfix's log", lambda: all(f"{i}:" in self.postfix.log for i in ids))
        lab.await_that("all of them passed on", lambda: self.postfix.log.count("status=sent") >= 101)
        self.assertEqual(lab.stop(daemon), 0)

    def test_its_refusals_end_as_what_they_say_and_the_others_go_on(self):
        self.set_up('[intake]\nmin_free = "1%"\n')
        self.accept(
            "a.ndjson",
            lab.job("none", "nobody@known.test"),
            lab.job("blocked", "blocked@example.test"),
            lab.job("later", "later@example.test"),
            *[lab.job(n) for n in range(20)],
            {**lab.job("big"), "data": {"n": 1, "filler": "long words " * 4000}},
        )
        self.home.await_counts(
            lambda c: c.get("sent") == 20 and c.get("failed") == 3 and c.get("postponed", 0) >= 1, within=30
        )
        self.assertEqual(self.home.events("job-none")[-1], ("failed", "bad_address"))
        self.assertEqual(self.home.outcomes("--job", "job-none")[-1]["provider"]["enhanced"], "5.1.1")
        self.assertEqual(self.home.events("job-blocked")[-1], ("failed", "refused"))
        self.assertEqual(self.home.events("job-big")[-1], ("failed", "content"))
        self.assertIn(("postponed", "retry"), self.home.events("job-later"))
        self.assertNotRegex(self.postfix.log, "lost connection after (MAIL|RCPT|DATA|END)")
