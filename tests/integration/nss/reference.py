# SPDX-License-Identifier: LGPL-2.1-or-later
"""People and groups for a test, what the directory is told of them, and what passwd(5), group(5) and id(1) would say."""

FIRST_UID = 100000  # below it a million accounts would meet the numbers that Debian keeps for itself
FIRST_GID = 3000000
DESKTOP_GROUP = 29  # audio
SYSTEM_GROUP = 27  # sudo, which the module must not pass on


class Person:
    def __init__(self, number, name, gecos, groups):
        self.uid = FIRST_UID + number
        self.private = number % 3 != 0
        self.gid = self.uid if self.private else FIRST_GID
        self.name, self.gecos, self.groups = name, gecos, groups
        self.home = f"/home/{name}"
        self.shell = "/bin/bash" if number % 5 else ""

    def line(self):
        return f"{self.name}:x:{self.uid}:{self.gid}:{self.gecos}:{self.home}:{self.shell}"

    def told(self):
        groups = ",".join(map(str, [*self.groups, SYSTEM_GROUP]))
        return "\t".join(["person", str(self.uid), str(self.gid), str(int(self.private)), self.name, self.gecos, self.home,
                          self.shell, groups])


class Group:
    def __init__(self, gid, name):
        self.gid, self.name, self.members = gid, name, []

    def line(self):
        return f"{self.name}:x:{self.gid}:{','.join(self.members)}"

    def told(self):
        return f"group\t{self.gid}\t{self.name}\t{','.join(self.members)}"


class Reference:
    """`accounts` people, a tenth as many groups (four for each person), in the order in which the module lists them."""

    def __init__(self, accounts):
        written = [Group(FIRST_GID + number, f"team{number}") for number in range(max(1, accounts // 10))]
        self.persons = []
        for number in range(accounts):
            groups = {(number + 17 * step) % len(written) for step in range(4)}
            name = f"person.{number}"
            for group in sorted(groups):
                written[group].members.append(name)
            gecos = f"Hélène n° {number},Room {number % 97},," if number % 2 else ""
            self.persons.append(Person(number, name, gecos, [FIRST_GID + group for group in sorted(groups)] + [DESKTOP_GROUP]))
        self.written = written

    def groups(self):
        yield from self.written
        for person in self.persons:
            if person.private:
                yield Group(person.uid, person.name)

    def told(self):
        return "\n".join(entry.told() for entry in [*self.persons, *self.written]) + "\n"

    def amendment(self):
        """Renames every seventh person and takes every eleventh away; tells what the directory is told of it."""
        told = []
        kept = []
        gone, renamed = set(), {}
        for number, person in enumerate(self.persons):
            if number % 11 == 10:
                gone.add(person.name)
                told.append(f"no_person\t{person.uid}")
                continue
            if number % 7 == 6:
                renamed[person.name] = f"renamed.{number}"
                person.name = renamed[person.name]
                told.append(person.told())
            kept.append(person)
        self.persons = kept
        for group in self.written:
            members = [renamed.get(name, name) for name in group.members if name not in gone]
            if members != group.members:
                group.members = members
                told.append(group.told())
        return "\n".join(told) + "\n", gone | set(renamed)
