# SPDX-License-Identifier: Apache-2.0
"""What the parts of the contract's tests share: a home, a route to a sink, a daemon."""

import os
import shutil
import unittest

import lab

NEEDS_ROOT = unittest.skipUnless(os.geteuid() == 0, "needs root")


def needs(*tools):
    missing = [t for t in tools if not shutil.which(t, path=os.environ["PATH"] + ":/usr/sbin:/sbin")]
    return unittest.skipIf(missing, f"needs {', '.join(missing)}")


class Case(unittest.TestCase):
    """A test with a home that goes with it; GATEPOST_KEEP=1 keeps the homes."""

    maxDiff = None

    def setUp(self):
        self.home = self.enterContext(lab.Lab(keep="GATEPOST_KEEP" in os.environ))
        self.port = lab.free_port()

    def set_up(self, more="", route="", connections=8, start=True, policy=lab.NO_CONSENT_NEEDED):
        """One route to a port of its own, three templates, and the daemon."""
        self.configure(more, route, connections, policy)
        self.home.run("init")
        return self.home.start() if start else None

    def configure(self, more="", route="", connections=8, policy=lab.NO_CONSENT_NEEDED):
        self.home.configure(
            [{"name": "relay", "port": self.port, "connections": connections, "more": route}],
            more=lab.TOPIC + more, policy=policy)
        self.home.template("offer", lab.MARKETING)
        self.home.template("brief", lab.TEMPLATE, text="Hello {{n}}\n")

    def sink(self, *options):
        """Gatepost's own sink behind the route; returns the folder of what it accepts."""
        self.sink_process, folder = self.home.capturing_sink(self.port, *options)
        return folder

    def enqueue(self, name, *records):
        self.home.enqueue(name, records)

    def accept(self, name, *records):
        """Hands a file in and waits until all of it is accepted."""
        self.enqueue(name, *records)
        receipt = self.home.await_receipt(name)
        self.assertEqual((receipt["accepted"], receipt["problems"]), (len(records), []))
        return receipt

    def assert_gapless(self):
        """The journal is sound, and says how every accepted job ended."""
        self.home.run("journal", "verify")
        seqs = [o["seq"] for o in self.home.outcomes()]
        self.assertEqual(seqs, sorted(set(seqs)))

    def endings(self):
        """Terminal events by job."""
        ended = {}
        for outcome in self.home.outcomes():
            if outcome["event"] in ("sent", "failed", "withheld", "cancelled", "unknown"):
                ended.setdefault(outcome["job"], []).append((outcome["event"], outcome["reason"]))
        return ended


def offer(number, recipient=None, **more):
    """A marketing job."""
    return lab.job(number, recipient, **{"template": "offer", "topic": "newsletter", **more})
