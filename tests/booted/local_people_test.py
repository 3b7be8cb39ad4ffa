# SPDX-License-Identifier: LGPL-2.1-or-later
"""Whatever becomes of the daemon, root and the people of /etc/passwd log in: it may be stopped for good, or hang. How long
that takes is printed; the module's option timeout= bounds it for each question that is asked of the daemon."""
import os
import pathlib
import signal
import time
import unittest

from machine import eventually, answers, main_pid, output_of, run, secret
from people import make_key, ssh
from terminal import Terminal

DAEMON = "loquetd.service"
PASSWORD = secret("password")


def setUpModule():
    output_of("useradd", "--create-home", "--shell", "/bin/bash", "--uid", "1000", "local")
    output_of("chpasswd", typed=f"local:{PASSWORD}\nroot:{secret('next_password')}\n")
    make_key("local")
    pathlib.Path("/etc/ssh/sshd_config.d/booted.conf").write_text("KbdInteractiveAuthentication yes\n")
    output_of("systemctl", "reload", "ssh")


def log_in(name, password, prompt="Mot de passe"):
    """At the console, with login."""
    with Terminal("login", name) as screen:
        screen.answer(prompt, password)
        screen.type_at_shell("echo I am $(id -un); exit")
        screen.wait_for(f"I am {name}")
        return screen.end()


class APersonOfThisMachine(unittest.TestCase):
    """The daemon is well; the classes below inherit these tests, and do something to it first."""

    state = "well"

    def setUp(self):
        run("systemctl", "start", DAEMON)
        eventually(answers, "the daemon answers")
        self.addCleanup(run, "systemctl", "start", DAEMON)
        self.began = time.monotonic()

    def tearDown(self):
        print(f"{self.id().rpartition('.')[2]}: {time.monotonic() - self.began:.2f} s with a daemon that is {self.state}",
              flush=True)

    def test_logs_in_at_the_console(self):
        self.assertEqual(log_in("local", PASSWORD), 0)

    def test_logs_in_as_root_at_the_console(self):
        self.assertEqual(log_in("root", secret("next_password")), 0)

    def test_becomes_root_with_su(self):
        with Terminal("su", "-c", "id -un", user="local") as screen:
            screen.answer("Mot de passe", secret("next_password"))
            screen.wait_for("root")
            self.assertEqual(screen.end(), 0)

    def test_is_refused_by_su_with_a_wrong_password(self):
        with Terminal("su", "-c", "id -un", user="local") as screen:
            screen.answer("Mot de passe", secret("wrong_password"))
            self.assertNotEqual(screen.end(), 0)
            self.assertNotIn("root\n", screen.shown)

    def test_comes_in_through_ssh_with_a_password(self):
        with Terminal(*ssh("local", "-o", "PubkeyAuthentication=no"), "id -un", user="local") as screen:
            screen.answer("Password", PASSWORD)
            screen.wait_for("local")
            self.assertEqual(screen.end(), 0)

    def test_comes_in_through_ssh_with_a_key(self):
        self.assertEqual(output_of(*ssh("local", "-o", "BatchMode=yes"), "id -un", user="local"), "local\n")


class APersonOfThisMachineWhoseDaemonIsMasked(APersonOfThisMachine):
    state = "masked"

    def setUp(self):
        super().setUp()
        self.addCleanup(output_of, "systemctl", "unmask", DAEMON)
        output_of("systemctl", "mask", "--now", DAEMON)
        self.began = time.monotonic()


class APersonOfThisMachineWhoseDaemonHangs(APersonOfThisMachine):
    """With one second of patience in place of ten."""

    state = "hanging"

    def setUp(self):
        super().setUp()
        for kind in ("auth", "account"):
            path = pathlib.Path(f"/etc/pam.d/common-{kind}")
            text = path.read_text()
            self.addCleanup(path.write_text, text)
            path.write_text(text.replace("pam_loquet.so", "pam_loquet.so timeout=1"))
        pid = main_pid(DAEMON)
        self.addCleanup(os.kill, pid, signal.SIGCONT)
        os.kill(pid, signal.SIGSTOP)
        self.began = time.monotonic()


class APersonOfThisMachineWhoseModuleIsGone(APersonOfThisMachine):
    state = "well, but without its module"

    def setUp(self):
        super().setUp()
        module = next(pathlib.Path("/usr/lib").glob("*/security/pam_loquet.so"))
        aside = module.rename(module.with_suffix(".aside"))
        self.addCleanup(aside.rename, module)


if __name__ == "__main__":
    unittest.main()
