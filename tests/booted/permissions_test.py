# SPDX-License-Identifier: LGPL-2.1-or-later
"""Who may do what to accounts, decided by the real polkit with the policy that we install."""
import pathlib
import shutil
import unittest

from machine import eventually, output_of, run, secret, with_secrets
from terminal import Terminal

DENIED = 3
RULES = pathlib.Path("/etc/polkit-1/rules.d/50-helpdesk.rules")
EXAMPLE = pathlib.Path("/usr/share/doc/loquet/examples/50-loquet-helpdesk.rules")


def setUpModule():
    output_of("useradd", "--create-home", "--shell", "/bin/bash", "clerk")
    output_of("useradd", "--create-home", "--groups", "sudo", "--shell", "/bin/bash", "boss")
    output_of("chpasswd", typed="".join(f"{name}:{secret('password')}\n" for name in ("boss", "clerk")))


def add(name, user):
    return with_secrets("loquetctl", "account", "add", name, secrets=[secret("next_password")], user=user)


class AnAccount(unittest.TestCase):
    def test_is_created_by_root(self):
        done = add("by_root", "root")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(run("loquetctl", "account", "show", "by_root").returncode, 0)

    def test_is_neither_created_nor_seen_by_an_ordinary_person(self):
        for command in (["account", "list"], ["account", "lock", "by_root", "--reason", "a test"]):
            self.assertEqual(run("loquetctl", *command, user="clerk").returncode, DENIED, command)
        self.assertEqual(add("by_clerk", "clerk").returncode, DENIED)
        self.assertNotIn("by_clerk", output_of("loquetctl", "account", "list"))

    def test_is_unlocked_by_whom_a_rule_of_polkit_allows_it_and_nothing_else_is(self):
        output_of("loquetctl", "account", "lock", "by_root", "--reason", "a test")
        RULES.write_text('polkit.addRule(function(action, subject) {\n'
                         '  if (action.id == "org.loquet.auth1.unlock" && subject.user == "clerk") return polkit.Result.YES;\n'
                         '});\n')
        self.addCleanup(RULES.unlink)
        eventually(lambda: run("loquetctl", "account", "unlock", "by_root", user="clerk").returncode == 0,
                   "polkit has read the rule")
        self.assertEqual(run("loquetctl", "account", "lock", "by_root", "--reason", "a test", user="clerk").returncode, DENIED)

    def test_is_seen_unlocked_and_reset_by_the_helpdesk_with_the_rule_that_is_installed_as_an_example(self):
        output_of("groupadd", "helpdesk")
        self.addCleanup(output_of, "groupdel", "helpdesk")
        output_of("usermod", "--append", "--groups", "helpdesk", "clerk")
        self.addCleanup(output_of, "gpasswd", "--delete", "clerk", "helpdesk")
        shutil.copy(EXAMPLE, RULES.parent)
        self.addCleanup((RULES.parent / EXAMPLE.name).unlink)
        eventually(lambda: run("loquetctl", "account", "list", user="clerk").returncode == 0, "polkit has read the rule")
        output_of("loquetctl", "account", "lock", "by_root", "--reason", "a test")
        for command in (["show", "by_root"], ["unlock", "by_root"], ["reset", "by_root"]):
            done = run("loquetctl", "account", *command, user="clerk")
            self.assertEqual(done.returncode, 0, (command, done.stderr))
        self.assertEqual(run("loquetctl", "account", "lock", "by_root", "--reason", "a test", user="clerk").returncode, DENIED)
        self.assertEqual(add("by_clerk", "clerk").returncode, DENIED)

    def test_is_listed_for_an_ordinary_person_at_a_terminal_where_an_administrator_types_a_password(self):
        with Terminal("login", "clerk") as screen:  # polkit asks at a terminal only who has a session
            screen.answer("Mot de passe", secret("password"))
            screen.type_at_shell("loquetctl --no-pager account list")
            screen.wait_for("Une authentification est requise pour consulter les comptes de Loquet.")
            screen.answer("Password: ", secret("password"))
            screen.wait_for_match(r"by_root +30000")
            screen.type_at_shell("exit")
            self.assertEqual(screen.end(), 0, screen.shown)


if __name__ == "__main__":
    unittest.main()
