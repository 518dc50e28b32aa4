# SPDX-License-Identifier: Apache-2.0
"""Checks the contract end to end, on the real binary: contract.py [WORD…] runs the tests whose names hold a word.

Each test has a home of its own, so they run side by side: GATEPOST_CONTRACT_JOBS of them at a time (default 6; they
mostly wait). A test that needs root or a tool that is not here is skipped, and says so.
"""

import concurrent.futures
import os
import sys
import time
import unittest

import contract_answers
import contract_books
import contract_commands
import contract_damage
import contract_doubt
import contract_failover
import contract_gate
import contract_gate_load
import contract_input
import contract_operators
import contract_path
import contract_postfix
import contract_relay
import contract_review
import contract_schedule
import contract_signatures
import contract_tasks
import contract_texts
import contract_users

PARTS = [
    contract_books,
    contract_users,
    contract_postfix,
    contract_damage,
    contract_gate,
    contract_gate_load,
    contract_review,
    contract_relay,
    contract_operators,
    contract_schedule,
    contract_path,
    contract_input,
    contract_commands,
    contract_texts,
    contract_doubt,
    contract_failover,
    contract_tasks,
    contract_answers,
    contract_signatures,
]


def flat(suite):
    for part in suite:
        yield from flat(part) if isinstance(part, unittest.TestSuite) else [part]


def run(test):
    result = unittest.TestResult()
    begin = time.monotonic()
    test.run(result)
    return test, result, time.monotonic() - begin


def title(test):
    return f"{type(test).__name__}: {test._testMethodName.removeprefix('test_').replace('_', ' ')}"


def main():
    loader = unittest.TestLoader()
    words = sys.argv[1:]
    tests = [t for part in PARTS for t in flat(loader.loadTestsFromModule(part))]
    tests = [t for t in tests if not words or any(word in f"{t.id()} {title(t)}" for word in words)]
    begin = time.monotonic()
    bad, skipped = [], 0
    with concurrent.futures.ThreadPoolExecutor(int(os.environ.get("GATEPOST_CONTRACT_JOBS", "6"))) as pool:
        for done in concurrent.futures.as_completed([pool.submit(run, test) for test in tests]):
            test, result, seconds = done.result()
            word = "ok"
            if result.skipped:
                word, skipped = f"skipped: {result.skipped[0][1]}", skipped + 1
            elif result.failures or result.errors:
                word = "FAILED"
                bad.append((test, (result.failures + result.errors)[0][1]))
            print(f"{title(test)} ... {word} ({seconds:.1f} s)", flush=True)
    for test, report in bad:
        print(f"\n{'=' * 70}\nFAIL: {title(test)}\n{'-' * 70}\n{report}")
    print(f"\nRan {len(tests)} tests in {time.monotonic() - begin:.1f} s: {len(bad)} failed, {skipped} skipped")
    print("FAILED" if bad else "OK")
    return 1 if bad or not tests else 0


if __name__ == "__main__":
    sys.exit(main())
