# SPDX-License-Identifier: LGPL-2.1-or-later
"""The daemon is restarted again and again while people log in, change their passwords, and accounts are added:
$LOQUET_RESTARTS times, 20 unless it says otherwise. The units allow no core, so what counts is how systemd saw them end."""
import collections
import json
import os
import re
import statistics
import time
import unittest

from busy_site import UNAVAILABLE, BusySite
from machine import PATIENCE, answers, eventually, manager, output_of, run, unit, without_types
from people import has_name

DAEMON = "loquetd.service"
RESTARTS = int(os.environ.get("LOQUET_RESTARTS") or 20)
STARTED = "1d1ec9a7b4c74f5a9a35ab0f1f3a1001"
STOPPED = "1d1ec9a7b4c74f5a9a35ab0f1f3a1002"
SITE_UNDER_ATTACK = "1d1ec9a7b4c74f5a9a35ab0f1f3a2004"
WARNING = 4      # of syslog
LOGGED_IN = 100  # of the accounts that were added, spread over all


def setUpModule():
    eventually(answers, "the daemon answers")


def audit_records():
    records, after = [], 0
    while page := [without_types(record) for record in manager("call", "ReadAudit", "tu", str(after), "1000")[0]]:
        records += page
        after = page[-1]["number"]
    return records


def journal_since(cursor):
    """Its entries as dictionaries. Without a match: journalctl of Debian 12 leaves out the first one that fits it."""
    lines = output_of("journalctl", "--no-pager", "--output=json", f"--after-cursor={cursor}").splitlines()
    return [json.loads(line) for line in lines]


class ADaemonThatIsRestartedUnderLogins(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.site = BusySite()
        output_of("journalctl", "--sync")
        cursor = output_of("journalctl", "--lines=0", "--show-cursor").rpartition("cursor: ")[2].strip()
        began = time.monotonic()
        cls.site.start()
        cls.took = [cls.restart(number) for number in range(RESTARTS)]
        cls.site.close()
        cls.lasted = time.monotonic() - began
        cls.logins = list(cls.site.logins)  # the tests add more
        eventually(answers, "the daemon answers")
        output_of("journalctl", "--sync")
        cls.journal = journal_since(cursor)
        cls.records = audit_records()
        cls.show_figures()

    @classmethod
    def restart(cls, number):
        """At another number of logins each time, so that it comes at every moment of one."""
        wanted = cls.site.count("granted") + 1 + number * 7 % 20
        eventually(lambda: cls.site.count("granted") >= wanted, "people log in again", 2 * PATIENCE)
        began = time.monotonic()
        output_of("systemctl", "restart", DAEMON, patience=2 * PATIENCE)
        return time.monotonic() - began

    @classmethod
    def show_figures(cls):
        site = cls.site
        told = collections.Counter((("unknown" if login.right is None else "right" if login.right else "wrong"), login.told)
                                   for login in cls.logins)
        print(f"\n{RESTARTS} restarts in {cls.lasted:.0f} s, each {statistics.median(cls.took):.2f} s (median), "
              f"{max(cls.took):.2f} s (longest)")
        print(f"{len(cls.logins)} logins, {len(cls.logins) / cls.lasted:.1f} a second, {site.left_out} left out")
        for (password, outcome), count in sorted(told.items()):
            print(f"  {password} password: {count} {outcome}")
        print(f"{sum(changer.changes_told for changer in site.changers)} passwords told as changed, "
              f"{len(site.there)} accounts told as there, some by {site.imports} imports; "
              f"done and not told: {dict(site.untold)}")
        for (command, code, said), count in site.disturbed.items():
            print(f"  {command}, {count} times: exit {code}, {said}")
        print(f"{len(cls.records)} audit records", flush=True)

    def records_of(self, what, granted=True):
        return collections.Counter(record["account"] for record in self.records
                                   if record["what"] == what and record["granted"] == granted and "account" in record)

    def test_ends_each_time_by_itself_and_comes_back(self):
        systemd = [entry["MESSAGE"] for entry in self.journal if entry.get("UNIT") == DAEMON and entry["_PID"] == "1"]
        self.assertEqual([text for text in systemd if re.search("exited|timed out|restart job|[Ff]ail", text)], [])
        for wanted, what in ((STARTED, "starts"), (STOPPED, "ends")):
            self.assertEqual(sum(entry.get("MESSAGE_ID") == wanted for entry in self.journal), RESTARTS, what)
        self.assertEqual(unit(DAEMON, "Result"), "success")
        self.assertEqual(unit(DAEMON, "NRestarts"), "0")
        self.assertEqual(output_of("systemctl", "list-units", "--failed", "--no-legend"), "")

    def test_says_of_nothing_that_it_failed(self):
        complaints = [entry for entry in self.journal if int(entry.get("PRIORITY", 6)) <= WARNING
                      and entry.get("MESSAGE_ID") != SITE_UNDER_ATTACK]  # which is what so many wrong passwords are
        of_logins = [entry for entry in complaints if entry["MESSAGE"].startswith("pam_loquet")]
        self.assertLessEqual(len(of_logins), sum(login.told == "unavailable" for login in self.logins))
        self.assertEqual([entry["MESSAGE"] for entry in complaints if entry not in of_logins], [])
        status = run("loquetctl", "status")
        self.assertEqual((status.returncode, status.stderr), (0, ""), status.stdout)
        self.assertIn("Health: ok", status.stdout)

    def test_refuses_no_right_password_and_grants_no_wrong_one(self):
        for right, allowed in ((True, {"granted", "unavailable"}), (False, {"refused", "unavailable"}),
                               (None, {"granted", "refused", "unavailable"})):
            found = [login for login in self.logins if login.right is right and login.told not in allowed]
            self.assertEqual(found, [])
        self.assertEqual(self.site.faults, [])
        self.assertGreater(self.site.count("granted", right=True), RESTARTS)
        self.assertGreater(self.site.count("refused", right=False), 0)

    def test_has_recorded_every_login_as_it_was_told(self):
        recorded = collections.defaultdict(list)
        for record in self.records:
            if record["what"] == "login":
                recorded[record["place"].removeprefix("host:")].append(record["granted"])
        for login in self.logins:
            found = recorded.pop(login.place, [])
            # A second one is there where the answer to the first was lost with the daemon, and one beyond what was told
            # where both were.
            if login.told == "unavailable":
                self.assertLessEqual(set(found), {login.right} if login.right is not None else {True, False}, login)
            else:
                self.assertIn(found, ([login.told == "granted"], [login.told == "granted"] * 2), login)
        self.assertEqual(dict(recorded), {}, "logins that nobody tried")

    def test_has_every_account_that_it_told_as_there(self):
        created = self.records_of("account-created")
        listed = {account["name"]: account for account in json.loads(output_of("loquetctl", "--json", "account", "list"))}
        self.assertEqual([name for name, _ in self.site.there if name not in listed], [])
        for account in listed.values():
            self.assertEqual(account["state"], "active", account)
        for name, _ in self.site.there:
            self.assertEqual(created[eventually(lambda name=name: has_name(name), name).pw_uid], 1, name)
        some = self.site.there[::len(self.site.there) // LOGGED_IN + 1]
        told = [(name, self.site.begin_login(name, password, True)) for name, password in some]
        self.assertEqual([name for name, login in told if login.result() != "granted"], [])

    def test_has_every_password_that_it_told_as_changed(self):
        changed = self.records_of("password-changed")
        for changer in self.site.changers:
            self.assertGreaterEqual(changed[has_name(changer.name).pw_uid], changer.changes_told, changer.name)
            self.assertEqual(self.site.log_in(changer.name, changer.password, True), "granted", changer.name)
            if changer.former:
                self.assertEqual(self.site.log_in(changer.name, changer.former, False), "refused", changer.name)

    def test_tells_who_administers_it_that_it_was_not_there(self):
        self.assertEqual([said for said in self.site.disturbed if said[1] != UNAVAILABLE], [])

    def test_leaves_an_intact_audit(self):
        intact, records, problem = manager("call", "VerifyAudit")
        self.assertEqual((intact, problem), (True, ""))
        self.assertGreaterEqual(records, len(self.records))
        self.assertEqual([record["number"] for record in self.records], list(range(1, len(self.records) + 1)))


if __name__ == "__main__":
    unittest.main()
