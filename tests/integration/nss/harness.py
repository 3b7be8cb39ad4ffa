#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Compares the module's answers, and those of glibc that asks it, with a reference that this program computes.

    harness.py --module LIBNSS_LOQUET --publish PUBLISH_DIRECTORY [--accounts N]

The module looks for the directory in the working directory. Everybody is asked for by name and by number, before and
after an amendment; the first few with every buffer size from 0.
"""
import argparse
import os
import pathlib
import random
import subprocess
import sys
import tempfile

from module import Module
from reference import Reference

WITH_EVERY_SIZE = 12
ASKED_OF_GLIBC = 50


def publish(tool, how, told):
    subprocess.run([tool, "directory", how], input=told, text=True, check=True)


def same(what, found, wanted):
    if found != wanted:
        sys.exit(f"{what}: {found!r} in place of {wanted!r}")


def same_lists(what, found, wanted):
    count = 0
    for count, (one, other) in enumerate(zip(found, wanted, strict=True), 1):
        same(f"{what}, entry {count}", one, other)
    return count


def compare_lookups(module, reference):
    for person in reference.persons:
        same(f"person {person.name}", module.ask("getpwnam_r", person.name.encode()), person.line())
        same(f"person {person.uid}", module.ask("getpwuid_r", person.uid), person.line())
        same(f"groups of {person.name}", module.groups_of(person.name, person.gid),
             [person.gid] + [gid for gid in person.groups if gid != person.gid])
    for group in reference.groups():
        same(f"group {group.name}", module.ask("getgrnam_r", group.name.encode()), group.line())
        same(f"group {group.gid}", module.ask("getgrgid_r", group.gid), group.line())


def compare_lists(module, reference):
    same_lists("persons", module.list("pw"), (person.line() for person in reference.persons))
    same_lists("groups", module.list("gr"), (group.line() for group in reference.groups()))


def compare_every_size(module, reference):
    for person in reference.persons[:WITH_EVERY_SIZE]:
        same(person.name, module.ask_with_every_size("getpwnam_r", person.name.encode()), person.line())
        same(person.uid, module.ask_with_every_size("getpwuid_r", person.uid), person.line())
    for group in reference.written[:WITH_EVERY_SIZE]:
        same(group.name, module.ask_with_every_size("getgrnam_r", group.name.encode()), group.line())
    module.functions._nss_loquet_setpwent(0)
    for person in reference.persons[:WITH_EVERY_SIZE]:
        same(f"{person.name} in the list", module.ask_with_every_size("getpwent_r"), person.line())


def compare_outsiders(module, names):
    for name in [*names, "root", "", "person", "x" * 5000]:
        same(f"outsider {name[:40]}", module.ask("getpwnam_r", name.encode()), None)
        same(f"groups of outsider {name[:40]}", module.groups_of(name, 7), None)
    for number in [0, 27, 999, 65534, 4294967295]:
        same(f"UID {number}", module.ask("getpwuid_r", number), None)
        same(f"GID {number}", module.ask("getgrgid_r", number), None)


def getent(module_path, database, *keys):
    """What getent(1) prints when glibc has our module alone as its source; it finds it by the name it gives to it."""
    environment = {**os.environ, "LD_LIBRARY_PATH": str(pathlib.Path(module_path).parent), "LC_ALL": "C.UTF-8"}
    result = subprocess.run(["getent", "-s", f"{database}:loquet", database, *keys], env=environment, text=True,
                            capture_output=True)
    return result.returncode, result.stdout.splitlines()


def compare_glibc(module_path, reference):
    chosen = random.Random(1).sample(reference.persons, min(ASKED_OF_GLIBC, len(reference.persons)))
    lines = [person.line() for person in chosen]
    same("getent by name", getent(module_path, "passwd", *(person.name for person in chosen)), (0, lines))
    same("getent by number", getent(module_path, "passwd", *(str(person.uid) for person in chosen)), (0, lines))
    groups = reference.written[:ASKED_OF_GLIBC]
    same("getent group", getent(module_path, "group", *(group.name for group in groups)),
         (0, [group.line() for group in groups]))
    same("getent passwd", getent(module_path, "passwd"), (0, [person.line() for person in reference.persons]))
    same("getent of an outsider", getent(module_path, "passwd", "nobody.of.ours"), (2, []))
    person = chosen[0]
    status, lines = getent(module_path, "initgroups", person.name)
    same("getent initgroups", (status, [int(word) for word in lines[0].split()[1:]]), (0, person.groups))


def compare(module_path, reference, outsiders):
    module = Module(module_path)
    compare_outsiders(module, outsiders)
    compare_every_size(module, reference)
    compare_lists(module, reference)
    compare_lookups(module, reference)
    compare_glibc(module_path, reference)


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--module", required=True, type=pathlib.Path)
    arguments.add_argument("--publish", required=True, type=pathlib.Path)
    arguments.add_argument("--accounts", default=10, type=int)
    arguments = arguments.parse_args()
    module, tool = str(arguments.module.resolve()), str(arguments.publish.resolve())
    reference = Reference(arguments.accounts)
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        os.mkdir("directory", 0o755)
        publish(tool, "publish", reference.told())
        compare(module, reference, [])
        told, gone = reference.amendment()
        publish(tool, "amend", told)
        compare(module, reference, list(gone)[:100])
        os.chdir("/")
    print(f"{arguments.accounts} accounts: every answer is the reference's")


if __name__ == "__main__":
    main()
