# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the machine says of names agrees with what the store says: for 10 accounts, for 10 000, and for as many as
$LOQUET_BOOTED_ACCOUNTS says."""
import collections
import json
import os
import pathlib
import re
import unittest

from machine import ENGLISH, drop_in, eventually, output_of, run

LOCAL = "local"
FIRST_UID = 1000000  # there is room for many
ASKED_ONE_BY_ONE = 50
LONG = 600  # seconds, for a million


def setUpModule():
    drop_in("50-booted.toml", "[accounts]\n"
            f"uid_first = {FIRST_UID}\nuid_last = {FIRST_UID + 5000000}\nallow_overlapping_uids = true\n")
    output_of("systemctl", "restart", "loquetd.service")
    output_of("useradd", "--create-home", LOCAL)


def import_people(first, last):
    lines = (json.dumps({"name": f"person{i}", "display_name": f"Personne Numéro {i}"}) for i in range(first, last))
    output_of("loquetctl", "account", "import", "-", typed="\n".join(lines) + "\n", patience=LONG)


def systemds_test(*names_and_numbers):
    """What systemd's own program for testing such modules logs: each answer, field by field."""
    program, = pathlib.Path("/usr/lib/systemd/tests").rglob("test-nss-users")
    done = run(str(program), "loquet", *names_and_numbers,
               environment={**ENGLISH, "SYSTEMD_LOG_TARGET": "console"})
    return done.stdout + done.stderr


def passwd_line(name, uid):
    number = name.removeprefix("person")
    return f"{name}:x:{uid}:{uid}:Personne Numéro {number}:/home/{name}:/bin/bash"


class TheNames(unittest.TestCase):
    def test_agree_with_the_store(self):
        made = 0
        for count in (10, 10_000, int(os.environ.get("LOQUET_BOOTED_ACCOUNTS") or 0)):
            if count <= made:
                continue
            import_people(made, count)
            made = count
            with self.subTest(accounts=count):
                self.compare(count)

    def compare(self, count):
        listed = json.loads(output_of("loquetctl", "--json", "account", "list", patience=LONG))
        store = {entry["name"]: entry["uid"] for entry in listed}
        self.assertEqual(len(store), count)
        reference = sorted(passwd_line(name, uid) for name, uid in store.items())
        eventually(lambda: len(output_of("getent", "-s", "loquet", "passwd").splitlines()) == count,
                   "every account has a name", patience=LONG)
        self.assertEqual(sorted(output_of("getent", "-s", "loquet", "passwd").splitlines()), reference)
        self.assertEqual(sorted(output_of("getent", "-s", "loquet", "group").splitlines()),
                         sorted(f"{name}:x:{uid}:" for name, uid in store.items()))
        names = sorted(store, key=store.get)
        self.compare_one_by_one({name: store[name] for name in names[::max(1, count // ASKED_ONE_BY_ONE)]})

    def compare_one_by_one(self, some):
        """All of them in one call of each program, as the programs take many names."""
        lines = [passwd_line(name, uid) for name, uid in some.items()]
        groups = [f"{name}:x:{uid}:" for name, uid in some.items()]
        numbers = [str(uid) for uid in some.values()]
        self.assertEqual(output_of("getent", "passwd", *some).splitlines(), lines)
        self.assertEqual(output_of("getent", "passwd", *numbers).splitlines(), lines)
        self.assertEqual(output_of("getent", "group", *some).splitlines(), groups)
        self.assertEqual(output_of("getent", "group", *numbers).splitlines(), groups)
        told = [line.split() for line in output_of("getent", "initgroups", *some).splitlines()]
        self.assertEqual([line[0] for line in told], list(some))
        self.assertEqual(output_of("id", "-G", *some).split(), numbers)
        self.compare_with_systemds_test(some, numbers)

    def compare_with_systemds_test(self, some, numbers):
        told = systemds_test(*some, *numbers)
        for name, uid in some.items():  # by name and by number
            self.assertEqual(told.count(f'"{name}" / {uid}:{uid}\n'), 2)
            self.assertEqual(told.count(f'"{name}" / {uid}\n'), 2)
        statuses = collections.Counter(re.findall(r"status=(\w+)", told))  # it asks for a number as a name too
        self.assertEqual(statuses, {"NSS_STATUS_SUCCESS": 4 * len(some), "NSS_STATUS_NOTFOUND": 2 * len(numbers)})


class ANameOfAnotherSource(unittest.TestCase):
    def test_is_found_in_its_own_and_not_in_ours(self):
        self.assertEqual(run("getent", "-s", "loquet", "passwd", "root", LOCAL).stdout, "")
        self.assertEqual(len(output_of("getent", "passwd", "root", LOCAL).splitlines()), 2)

    def test_that_nobody_has_is_not_found(self):
        self.assertNotEqual(run("getent", "passwd", "nobody-at-all").returncode, 0)
        self.assertIn("NSS_STATUS_NOTFOUND", systemds_test("nobody-at-all"))


if __name__ == "__main__":
    unittest.main()
