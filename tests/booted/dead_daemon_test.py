# SPDX-License-Identifier: LGPL-2.1-or-later
"""A boot in which there is no bus, no daemon and no network: the machine knows the people of the last boot all the same."""
import os
import pathlib
import unittest

from machine import ENGLISH, answers, eventually, is_active, journal, output_of, run
from people import ssh
from terminal import Terminal

UNASKED = {**ENGLISH, "DEBIAN_FRONTEND": "noninteractive"}
JOB = pathlib.Path("/tmp/job-of-camille")


def allow_offline():
    output_of("pam-auth-update", "--enable", "loquet-offline", environment=UNASKED)


def forbid_offline():
    output_of("pam-auth-update", "--disable", "loquet-offline", environment=UNASKED)


class AMachineWithoutTheDaemon(unittest.TestCase):
    def setUp(self):
        self.assertFalse(answers())
        self.assertFalse(is_active("dbus.service") or is_active("loquetd.service"))

    def test_knows_its_people(self):
        uid = output_of("id", "-u", "camille").strip()
        self.assertEqual(output_of("getent", "passwd", "camille"),
                         f"camille:x:{uid}:{uid}:Camille:/home/camille:/bin/bash\n")
        self.assertEqual(output_of("getent", "passwd", uid), output_of("getent", "passwd", "camille"))
        self.assertEqual(output_of("id", "camille"), f"uid={uid}(camille) gid={uid}(camille) groups={uid}(camille)\n")
        self.assertIn(" camille camille ", output_of("ls", "-l", "/srv/of-camille"))
        self.assertEqual([line.split(":")[0] for line in output_of("getent", "-s", "loquet", "passwd").splitlines()],
                         ["camille", "nouvelle"])

    def test_lets_nobody_in_with_a_password(self):
        with Terminal("login", "camille") as screen:
            screen.wait_for("La connexion est momentanément impossible.")
            self.assertNotIn("Mot de passe", screen.wait_for("Login incorrect"))

    def test_lets_a_key_in_where_the_site_has_chosen_that(self):
        into = ssh("camille", "-o", "BatchMode=yes")
        self.assertNotEqual(run(*into, "id -un", user="camille").returncode, 0)
        # By name: journald may come too late to see in which unit a process was that ends right after it wrote.
        eventually(lambda: "Access denied for user camille by PAM account configuration"
                   in journal("-t", "sshd", "-t", "sshd-session"), "sshd says that PAM refused the account")
        allow_offline()
        self.addCleanup(forbid_offline)
        self.assertEqual(output_of(*into, "id -un", user="camille"), "camille\n")

    def test_runs_the_jobs_of_its_people_where_the_site_has_chosen_that(self):
        self.assertFalse(JOB.exists())
        allow_offline()
        self.addCleanup(forbid_offline)
        pathlib.Path("/run/crond.reboot").unlink()  # for cron this is the next boot
        output_of("systemctl", "restart", "cron.service")
        eventually(lambda: JOB.exists() and JOB.read_text() == "camille\n", "cron has run the job")
        self.assertEqual(os.stat(JOB).st_uid, int(output_of("id", "-u", "camille")))


if __name__ == "__main__":
    unittest.main()
