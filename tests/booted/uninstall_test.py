# SPDX-License-Identifier: LGPL-2.1-or-later
"""README.md's section "Remove" leaves a machine as Debian made it: local users log in, and nothing asks Loquet any more. The
section after it leaves nothing of the people either."""
import pathlib
import unittest

from machine import output_of, run, secret
from people import add_person, make_key, ssh
from terminal import Terminal

SOURCE = pathlib.Path("/usr/src/loquet")


def commands_of(section):
    """The indented lines of a section of README.md, as a reader would paste them."""
    text = (SOURCE / "README.md").read_text()
    body = text.split(f"\n## {section}\n", 1)[1].split("\n## ", 1)[0]
    return "".join(line[4:] + "\n" for line in body.splitlines() if line.startswith("    "))


def setUpModule():
    output_of("useradd", "--create-home", "--shell", "/bin/bash", "local")
    output_of("chpasswd", typed=f"local:{secret('password')}\nroot:{secret('next_password')}\n")
    make_key("local")
    output_of("systemctl", "enable", "--now", "loquet-channel@smtp.socket")
    add_person("camille")
    output_of("loquetctl", "plugin", "check", "smtp")
    output_of("systemctl", "start", "loquet-channel@smtp.service")
    for example, place in (("50-loquet-helpdesk.rules", "/etc/polkit-1/rules.d/"),
                           ("sshd_config.d/loquet.conf", "/etc/ssh/sshd_config.d/")):
        output_of("cp", f"/usr/share/doc/loquet/examples/{example}", place)
    if "loquet" not in output_of("ldconfig", "--print-cache"):
        raise AssertionError("the test of the cache would see nothing")
    do("Remove")


def do(section):
    output_of("bash", "-euo", "pipefail", "-c", f"cd {SOURCE}\n{commands_of(section)}")


class AMachineWithoutLoquet(unittest.TestCase):
    def test_names_it_nowhere(self):
        found = run("grep", "--recursive", "--files-with-matches", "loquet", "/etc/pam.d", "/etc/nsswitch.conf",
                    "/etc/systemd", "/etc/ssh", "/etc/polkit-1", "/usr/share/dbus-1", "/usr/share/polkit-1", "/var/lib/pam")
        self.assertEqual(found.stdout, "")
        self.assertNotIn("loquet", output_of("ldconfig", "--print-cache"))

    def test_has_no_folder_of_its_name_outside_etc_and_var(self):
        found = output_of("find", "/usr", "/run", "/tmp", "-xdev", "-name", "*loquet*", "-not", "-path", f"{SOURCE}*")
        self.assertEqual(found, "")

    def test_has_no_process_of_it(self):
        for user in ("loquet", "loquet-plugin", "loquet-channel"):
            self.assertEqual(run("pgrep", "--uid", user).stdout, "")

    def test_would_find_its_people_again(self):
        self.assertTrue(pathlib.Path("/var/lib/loquet/store").is_dir())
        self.assertTrue(pathlib.Path("/etc/loquet/master.key").is_file())

    def test_keeps_no_installed_file_outside_etc(self):
        manifest = (SOURCE / "build/release/install_manifest.txt").read_text().split("\n")
        kept = [name for name in manifest if name and not name.startswith("/etc/") and pathlib.Path(name).exists()]
        self.assertGreater(len(manifest), 50)
        self.assertEqual(kept, [])

    def test_is_well(self):
        self.assertEqual(output_of("systemctl", "is-system-running").strip(), "running")

    def test_lets_its_own_people_in(self):
        for name, password in (("local", secret("password")), ("root", secret("next_password"))):
            with Terminal("login", name) as screen:
                screen.answer("Mot de passe", password)
                screen.type_at_shell("echo I am $(id -un); exit")
                screen.wait_for(f"I am {name}")
                self.assertEqual(screen.end(), 0)
        self.assertEqual(output_of(*ssh("local", "-o", "BatchMode=yes"), "id -un", user="local"), "local\n")

    def test_lets_its_own_people_change_their_passwords(self):
        with Terminal("passwd", user="local") as screen:
            screen.answer("Mot de passe actuel", secret("password"))
            screen.answer("Nouveau mot de passe", secret("third_password"))
            screen.answer("Retapez le nouveau mot de passe", secret("third_password"))
            self.assertEqual(screen.end(), 0, screen.shown)
        self.addCleanup(output_of, "chpasswd", typed=f"local:{secret('password')}\n")


class AMachineWithoutLoquetAndItsAccounts(unittest.TestCase):
    """Runs last."""

    def test_has_nothing_of_its_name_but_the_source(self):
        do("Delete the accounts, too")
        found = output_of("find", "/etc", "/usr", "/var", "/run", "/tmp", "-xdev", "-name", "*loquet*", "-not", "-path",
                          f"{SOURCE}*")
        self.assertEqual(found, "")
        for file in ("passwd", "group", "shadow"):
            self.assertNotIn("loquet", pathlib.Path("/etc", file).read_text())


if __name__ == "__main__":
    unittest.main()
