# SPDX-License-Identifier: LGPL-2.1-or-later
"""README.md's section "Remove" leaves a machine as Debian made it: local users log in, and nothing asks Loquet any more."""
import pathlib
import unittest

from machine import output_of, run, secret
from people import make_key, ssh
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
    output_of("bash", "-euo", "pipefail", "-c", f"cd {SOURCE}\n{commands_of('Remove')}")
    output_of("systemctl", "restart", "ssh.service")


class AMachineWithoutLoquet(unittest.TestCase):
    def test_names_it_nowhere(self):
        found = run("grep", "--recursive", "--files-with-matches", "loquet", "/etc/pam.d", "/etc/nsswitch.conf",
                    "/etc/systemd", "/usr/share/dbus-1", "/usr/share/polkit-1")
        self.assertEqual(found.stdout, "")

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


if __name__ == "__main__":
    unittest.main()
