# SPDX-License-Identifier: Apache-2.0
"""Kills the daemon at random moments under load and checks what it promised (issue: "It must show").

    crash.py [ROUNDS=20] [SEED]

After all rounds the daemon runs until the queue is empty. Then: every accepted job has exactly one terminal event; the
sink has each job at most once, save those recorded as `unknown`; each kill leaves at most one `unknown` per connection;
the journal has no gap; every file has a true receipt.
"""

import collections
import json
import random
import signal
import sys
import threading
import time

import lab

CONNECTIONS = 8


class Producer(threading.Thread):
    """Hands in files until it is told to stop; remembers what it handed in."""

    def __init__(self, home, chance):
        super().__init__(daemon=True)
        self.home, self.chance = home, chance
        self.stopping = threading.Event()
        self.files = {}
        self.jobs = 0
        self.error = None

    def run(self):
        try:
            while not self.stopping.is_set():
                count = self.chance.choice([1, 1, 1, 20, 200, 1500])
                kind = "json" if count == 1 else "ndjson"
                name = f"batch-{len(self.files)}.{kind}"
                numbers = range(self.jobs, self.jobs + count)
                self.jobs += count
                self.files[name] = count
                self.home.enqueue(name, [lab.job(n) for n in numbers])
                self.stopping.wait(self.chance.uniform(0.0, 0.15))
        except Exception as error:  # shown by the main thread
            self.error = error


def received(path):
    counts = collections.Counter()
    for line in path.read_text().splitlines():
        event = json.loads(line)
        # What was dropped or left waiting has arrived in full, too.
        if event["verdict"] != "refused":
            counts[event["recipient"]] += 1
    return counts


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.randrange(1 << 32)
    print(f"crash campaign: {rounds} rounds, seed {seed}")
    chance = random.Random(seed)
    with lab.Lab() as home:
        port = lab.free_port()
        # Parked, not resent: the sink then shows at most one copy even of what is in doubt.
        home.configure([{"name": "relay", "port": port, "connections": CONNECTIONS, "more": 'in_doubt = "park"'}])
        home.run("init")
        log = home.home / "received.ndjson"
        home.sink(port, log)
        producer = Producer(home, random.Random(seed + 1))
        producer.start()
        for number in range(rounds):
            daemon = home.start()
            time.sleep(chance.uniform(0.02, 0.9))
            daemon.send_signal(signal.SIGKILL)
            daemon.wait()
            if producer.error:
                raise producer.error
            if sys.stderr.isatty():
                print(f"\rround {number + 1} of {rounds}, {producer.jobs} jobs handed in ", end="", file=sys.stderr)
        producer.stopping.set()
        producer.join()
        finish(home, producer, log, rounds)


def finish(home, producer, log, rounds):
    daemon = home.start()
    ended = lambda c: sum(c.get(e, 0) for e in ("sent", "failed", "withheld", "cancelled", "unknown"))
    home.await_counts(lambda c: c.get("accepted", 0) >= producer.jobs and ended(c) >= producer.jobs, within=600, step=0.5)
    code = lab.stop(daemon)
    assert code == 0, f"the daemon ended with {code}"

    terminal, doubts = collections.Counter(), collections.Counter()
    unknown, sent, poisoned = set(), set(), set()
    accepted = set()
    for outcome in home.lines("outcomes", "--format", "json", "--limit", "100000000"):
        if outcome["event"] == "accepted":
            assert outcome["job"] not in accepted, f"{outcome['job']} was accepted twice"
            accepted.add(outcome["job"])
        if outcome["event"] in ("sent", "failed", "withheld", "cancelled", "unknown"):
            terminal[outcome["job"]] += 1
        if outcome["event"] == "unknown":
            unknown.add(outcome["job"])
            # A recovery books all of its doubts at one time.
            doubts[outcome["time"]] += 1
        if outcome["event"] == "sent":
            sent.add(outcome["job"])
            # Whether it was booked as it came or by the recovery from what the wire log kept.
            said = outcome["provider"] or {}
            assert said.get("id") and (said["code"], said["enhanced"]) == ("250", "2.0.0"), outcome
            assert outcome["detail"].startswith("250 2.0.0 ") and outcome["detail"].endswith(said["id"]), outcome
        if outcome["event"] == "failed":
            # In the air at three kills: possible, but no more than one a kill may be taken for the culprit.
            assert outcome["reason"] == "poison", outcome
            poisoned.add(outcome["job"])
    copies = received(log)

    assert len(accepted) == producer.jobs, f"{producer.jobs} handed in, {len(accepted)} accepted"
    wrong = {job: n for job, n in terminal.items() if n != 1}
    assert not wrong and set(terminal) == accepted, f"terminal events that are not exactly one: {list(wrong.items())[:5]}"
    twice = {r: n for r, n in copies.items() if n > 1 and f"job-{r[1:].split('@')[0]}" not in unknown}
    assert not twice, f"arrived more than once without being in doubt: {list(twice.items())[:5]}"
    missing = [j for j in sent if copies[f"r{j[4:]}@example.test"] == 0]
    assert not missing, f"recorded as sent and never arrived: {missing[:5]}"
    most = max(doubts.values(), default=0)
    assert most <= CONNECTIONS and len(doubts) <= rounds, f"{most} in doubt after one kill, {len(doubts)} times of doubt"
    assert sent | unknown | poisoned == accepted, "some ended in a way that nothing here should"
    assert len(poisoned) <= rounds, f"{len(poisoned)} poisoned by {rounds} kills"
    for name, count in producer.files.items():
        receipt = home.receipt(name)
        assert receipt, f"{name} has no receipt"
        assert (receipt["accepted"], receipt["duplicates"], receipt["rejected"]) == (count, 0, 0), (name, receipt)
    home.run("journal", "verify")
    doubled = sum(1 for n in copies.values() if n > 1)
    print(
        f"{rounds} kills, {producer.jobs} jobs in {len(producer.files)} files: each has one terminal event; "
        f"{len(unknown)} in doubt ({len(unknown) / rounds:.2f} a kill, {most} at most), {doubled} arrived twice, {len(poisoned)} poisoned; "
        "the journal has no gap")


if __name__ == "__main__":
    main()
