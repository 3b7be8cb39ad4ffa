# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the scripts of a package do when it is removed leaves a machine as Debian made it: its own people log in, and nothing
asks for us any more."""
import pathlib
import unittest

from machine import output_of, run, secret
from people import make_key, ssh
from terminal import Terminal

INSTALLED = ("/usr/libexec/loquet", "/usr/bin/loquetctl", "/usr/share/loquet", "/usr/lib/systemd/system/loquetd.service",
             "/usr/lib/systemd/system/loquet-plugin@.service", "/usr/lib/systemd/system/loquet-plugin@.socket",
             "/usr/lib/systemd/system/loquet-channel@.service", "/usr/lib/systemd/system/loquet-channel@.socket",
             "/usr/share/dbus-1/system.d/org.loquet.Auth1.conf", "/usr/share/dbus-1/system-services/org.loquet.Auth1.service",
             "/usr/share/polkit-1/actions/org.loquet.auth1.policy")


def setUpModule():
    output_of("useradd", "--create-home", "--shell", "/bin/bash", "local")
    output_of("chpasswd", typed=f"local:{secret('password')}\nroot:{secret('next_password')}\n")
    make_key("local")
    output_of("pam-auth-update", "--package", "--remove", "loquet", "loquet-password", "loquet-offline")
    output_of("systemctl", "disable", "--now", "loquetd.service", "loquet-plugin@lockout.socket",
              "loquet-plugin@password_rules.socket")
    output_of("sed", "-i", "-E", r"/^(passwd|group):/ s/ loquet\b//", "/etc/nsswitch.conf")
    output_of("rm", "-r", *INSTALLED, *map(str, pathlib.Path("/usr/lib").glob("*-linux-gnu/*/pam_loquet.so")),
              *map(str, pathlib.Path("/usr/lib").glob("*-linux-gnu/libnss_loquet.so.2")))
    output_of("systemctl", "daemon-reload")
    output_of("systemctl", "restart", "ssh.service")


class AMachineWithoutLoquet(unittest.TestCase):
    def test_names_it_nowhere(self):
        found = run("grep", "--recursive", "--files-with-matches", "loquet", "/etc/pam.d", "/etc/nsswitch.conf",
                    "/etc/systemd", "/usr/share/dbus-1", "/usr/share/polkit-1")
        self.assertEqual(found.stdout, "")

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
