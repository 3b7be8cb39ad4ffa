# SPDX-License-Identifier: LGPL-2.1-or-later
"""A warm lookup makes no system call. A few times a second one may look whether the directory still stands, for a writer
that died before it could say that there is another."""
import pathlib
import unittest

from machine import eventually, output_of
from people import has_name

PROGRAM = pathlib.Path(__file__).with_name("warm_lookup.py")
TRACE = pathlib.Path("/tmp/trace")
A_LOOK = ["openat", "newfstatat", "close"]
NAMES = [f"person{i}" for i in range(20)]


def setUpModule():
    for name in NAMES:
        output_of("loquetctl", "account", "add", name, "--no-password")
    eventually(lambda: all(map(has_name, NAMES)), "the machine knows the names")


def calls_of_rounds(*names):
    """The system calls of each round, by their names."""
    output_of("strace", "-o", str(TRACE), "python3", "-B", str(PROGRAM), *names)
    rounds, inside = [], False
    for line in TRACE.read_text().splitlines():
        if line.startswith('write(2, "begin'):
            rounds.append([])
            inside = True
        elif line.startswith('write(2, "end'):
            inside = False
        elif inside:
            rounds[-1].append(line.partition("(")[0])
    return rounds


class AWarmLookup(unittest.TestCase):
    def check(self, *names):
        rounds = calls_of_rounds(*names)
        self.assertEqual(len(rounds), 20)
        silent = sum(calls == [] for calls in rounds)
        print(f"{silent} of {len(rounds)} rounds of 1000 lookups made no system call", flush=True)
        self.assertGreater(silent, len(rounds) / 2)
        for calls in rounds:
            self.assertIn(calls, ([], A_LOOK))

    def test_of_the_same_name_makes_no_system_call(self):
        self.check(NAMES[0])

    def test_of_different_names_makes_no_system_call(self):
        self.check(*NAMES)


if __name__ == "__main__":
    unittest.main()
