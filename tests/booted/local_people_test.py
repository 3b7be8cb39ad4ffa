# SPDX-License-Identifier: LGPL-2.1-or-later
"""Whatever becomes of the daemon, root and the people of /etc/passwd log in, and at once: it may be stopped for good, hang, end as
often as it is started, or stand before a broken configuration. How long that takes is printed; what takes as long as one
wait for a daemon that does not answer has failed."""
import os
import pathlib
import signal
import time
import unittest

from machine import answers, drop_in, eventually, main_pid, output_of, run, secret, unit
from people import make_key, ssh
from terminal import Terminal

DAEMON = "loquetd.service"
PASSWORD = secret("password")
PROGRAM = pathlib.Path("/usr/libexec/loquet/loquetd")
STATE = pathlib.Path("/var/lib/loquet")
TOO_LONG = 9  # seconds; the module waits ten for a daemon, and dbus-daemon 25


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
        took = time.monotonic() - self.began
        print(f"{self.id().rpartition('.')[2]}: {took:.2f} s with a daemon that is {self.state}", flush=True)
        self.assertLess(took, TOO_LONG, "somebody waited for the daemon")

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
    state = "hanging"

    def setUp(self):
        super().setUp()
        pid = main_pid(DAEMON)
        self.addCleanup(os.kill, pid, signal.SIGCONT)
        os.kill(pid, signal.SIGSTOP)
        self.began = time.monotonic()


class APersonOfThisMachineWhoseDaemonCannotBeStarted(APersonOfThisMachine):
    """systemd starts it again and again, as each call does over D-Bus."""

    state = "restarted for ever"

    def setUp(self):
        super().setUp()
        output_of("systemctl", "stop", DAEMON)
        aside = PROGRAM.rename(PROGRAM.with_suffix(".aside"))
        self.addCleanup(aside.rename, PROGRAM)
        run("systemctl", "start", "--no-block", DAEMON)
        eventually(lambda: int(unit(DAEMON, "NRestarts")) > 1, "systemd tries again")
        self.began = time.monotonic()


class APersonOfThisMachineWithoutStateWhoseDaemonCannotBeStarted(APersonOfThisMachineWhoseDaemonCannotBeStarted):
    """Nobody can say then whom Loquet has."""

    state = "restarted for ever, without a directory of names"

    def setUp(self):
        super().setUp()
        aside = STATE.rename(STATE.with_suffix(".aside"))

        def bring_back():
            output_of("systemctl", "stop", DAEMON)
            output_of("rm", "--recursive", "--force", str(STATE))
            aside.rename(STATE)
        self.addCleanup(bring_back)
        self.began = time.monotonic()


class APersonOfThisMachineWhoseConfigurationIsBroken(APersonOfThisMachine):
    """And was never right: a first installation."""

    state = "up, and refuses every call"

    def setUp(self):
        super().setUp()
        output_of("systemctl", "stop", DAEMON)
        aside = STATE.rename(STATE.with_suffix(".aside"))
        broken = drop_in("a.toml", "profil = 'apart'\n")

        def bring_back():
            output_of("systemctl", "stop", DAEMON)
            broken.unlink()
            output_of("rm", "--recursive", "--force", str(STATE))
            aside.rename(STATE)
        self.addCleanup(bring_back)
        output_of("systemctl", "start", DAEMON)
        self.began = time.monotonic()


class AnOperator(unittest.TestCase):
    """What loquetctl says where there is no daemon."""

    def setUp(self):
        self.addCleanup(run, "systemctl", "start", DAEMON)

    def assert_told(self, *texts, commands=(("status",), ("account", "list"), ("account", "unlock", "local"), ("plugin", "list"))):
        for command in commands:
            told = run("loquetctl", *command, patience=60)
            self.assertEqual(told.returncode, 5, f"{command}: {told.stdout}")
            for text in ("loquetd does not run: ", *texts):
                self.assertIn(text, told.stderr)
            self.assertNotIn("org.freedesktop", told.stderr)

    def test_is_told_how_to_unmask_it(self):
        self.addCleanup(output_of, "systemctl", "unmask", DAEMON)
        output_of("systemctl", "mask", "--now", DAEMON)
        self.assert_told("it is masked", "systemctl unmask loquetd")

    def test_is_told_where_to_look_if_it_ends_as_often_as_it_is_started(self):
        output_of("systemctl", "stop", DAEMON)
        aside = PROGRAM.rename(PROGRAM.with_suffix(".aside"))
        self.addCleanup(aside.rename, PROGRAM)
        self.assert_told("it ends as often as it is started", "loquetctl config check", "journalctl -u loquetd",
                         commands=(("status",),))  # dbus-daemon waits 25 seconds for it


class APersonOfThisMachineWhoseModuleIsGone(APersonOfThisMachine):
    state = "well, but without its module"

    def setUp(self):
        super().setUp()
        module = next(pathlib.Path("/usr/lib").glob("*/security/pam_loquet.so"))
        aside = module.rename(module.with_suffix(".aside"))
        self.addCleanup(aside.rename, module)


if __name__ == "__main__":
    unittest.main()
