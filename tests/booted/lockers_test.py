# SPDX-License-Identifier: LGPL-2.1-or-later
"""Alice's session is open, and Bob sits down at it: what asks for Alice's password there is not opened by what proves that he
is Bob. The same attempts against a stack that lets in everybody who proves to be somebody show that they could succeed."""
import contextlib
import os
import pathlib
import re
import unittest

from lockers import AtTheShell, I3lock, Vlock, Xscreensaver
from machine import answers, drop_in, eventually, journal, output_of, with_secrets
from people import CHOSEN, add_people, log_in
from screen import Screen
from site_with_codes import set_options
from terminal import Terminal

# Without capitals: xscreensaver looks whether Shift is held when it comes to a key, and not when that was pressed.
ALICES = "kanari-festun9-brodivan"
BOBS = "kanari-vostrok7-limpeda"
WANTED = "kanari-quimbaz2-ostreph"
NEW = "Nouveau mot de passe : "
_LETTERS = pathlib.Path("/var/lib/loquet-channel/file")
_NAIVE = pathlib.Path("/usr/local/sbin/lets-in-who-is-somebody")


def code_for_bob():
    output_of("loquetctl", "account", "reset", "bob", "--by", "mail")
    letter, = eventually(lambda: [path.read_text(encoding="utf-8") for path in _LETTERS.glob("*.message")], "the mail")
    return "".join(re.search(r"(?<!\d)(\d{4}) (\d{4})(?!\d)", letter).groups())


def setUpModule():
    # Nobody waits, nobody is locked: what is tried here is refused by itself.
    set_options("lockout", {"first_delay_ms": 0, "max_delay_ms": 0, "tries": 100, "tries_a_day": 1000})
    output_of("systemctl", "restart", "loquet-plugin@lockout")
    add_people({"alice": {"mail": "alice@kiosk.example"}, "bob": {"mail": "bob@kiosk.example"}})
    for name, password in (("alice", ALICES), ("bob", BOBS)):
        changed = with_secrets("loquetctl", "passwd", name, secrets=[CHOSEN, password], user=name)
        if changed.returncode != 0:
            raise AssertionError(changed.stderr)
    drop_in("lockers.toml", '[outbox]\nmail = ["file"]\n\n[plugins.file]\nkind = "channel"\n')
    output_of("systemctl", "start", "loquet-channel@file.socket")
    output_of("systemctl", "restart", "loquetd")
    eventually(answers, "the daemon answers")
    pathlib.Path("/etc/sudoers.d/alice").write_text("alice ALL=(ALL) ALL\n", encoding="ascii")
    pathlib.Path("/etc/polkit-1/rules.d/10-alice.rules").write_text(
        'polkit.addAdminRule(function() { return ["unix-user:alice"]; });\n', encoding="ascii")
    # Three seconds after each refusal, for i3lock too.
    output_of("sed", "--in-place", "/pam_faildelay/d", "/etc/pam.d/login")


@contextlib.contextmanager
def naive_stack(service, code):
    """A module that asks who somebody is, and not whose session it is."""
    _NAIVE.write_text(f'#!/bin/sh\n[ "$(tr -d "\\0")" = "{code}" ]\n', encoding="ascii")
    os.chmod(_NAIVE, 0o755)
    path = pathlib.Path("/etc/pam.d", service)
    before = path.read_text(encoding="utf-8") if path.exists() else None
    rest = before or "@include common-auth\n@include common-account\n@include common-session\n"
    path.write_text(f"auth sufficient pam_exec.so quiet expose_authtok {_NAIVE}\n{rest}", encoding="utf-8")
    try:
        yield
    finally:
        if before is None:
            path.unlink()
        else:
            path.write_text(before, encoding="utf-8")


class SomebodyElsesSession(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.code = code_for_bob()
        cls.screen = cls.enterClassContext(Screen())

    def shell(self):
        """Alice's, and its process."""
        shell = self.enterContext(log_in("alice", ALICES))
        shell.type_at_shell("echo I am $(id -un) $$")
        shell.wait_for("I am alice ")
        return shell, shell.wait_for("\n")

    def attempts(self):
        """What Bob tries: to recover, by the menu or by the code that he was sent, and to log in, all as Bob."""
        return (["", "", "1", self.code, WANTED, WANTED], [self.code, WANTED, WANTED], [BOBS])

    def stays_shut(self, program, attempts=None, owners=ALICES):
        for attempt in attempts or self.attempts():
            self.assertFalse(program.opens(attempt), attempt)
        self.assertTrue(program.opens([owners]), "its owner")
        with naive_stack(program.service, self.code):
            self.assertTrue(program.opens([self.code]), "these attempts open what does not look whose session it is")

    def test_T11_is_not_opened_by_somebody_else_at_vlock(self):
        self.stays_shut(Vlock(self.shell()[0]))

    def test_T11_is_not_opened_by_somebody_else_at_su(self):
        self.stays_shut(AtTheShell(self.shell()[0], "su", "su alice -c true"))

    def test_T11_lets_nobody_recover_as_whom_su_is_asked_for(self):
        recoveries = [*self.attempts()[:2], ["bob", self.code, WANTED, WANTED], [ALICES]]
        self.stays_shut(AtTheShell(self.shell()[0], "su", "su bob -c true"), recoveries, BOBS)

    def test_T11_is_not_opened_by_somebody_else_at_sudo(self):
        self.stays_shut(AtTheShell(self.shell()[0], "sudo", "sudo -k -u bob true"))

    def test_T11_is_not_opened_by_somebody_else_at_polkits_agent(self):
        shell, process = self.shell()
        agent = self.enterContext(Terminal("pkttyagent", "--process", process, user="alice"))
        eventually(lambda: f"Registered Authentication Agent for unix-process:{process}:" in journal(), "the agent is there")
        self.stays_shut(AtTheShell(shell, "polkit-1", "pkexec --disable-internal-agent true", agent))

    def test_T11_is_not_opened_by_somebody_else_at_i3lock(self):
        self.shell()
        locker = I3lock("alice", self.screen)
        self.addCleanup(locker.end)
        self.stays_shut(locker)

    def test_T11_is_not_opened_by_somebody_else_at_xscreensaver(self):
        self.shell()
        locker = Xscreensaver("alice", self.screen)
        self.addCleanup(locker.end)
        self.stays_shut(locker)

    @classmethod
    def tearDownClass(cls):
        """All the time the code was good: where it belongs, it opens the way to a new password."""
        with log_in("bob", cls.code) as screen:
            screen.wait_for(NEW)


if __name__ == "__main__":
    unittest.main()
