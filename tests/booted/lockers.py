# SPDX-License-Identifier: LGPL-2.1-or-later
"""Programs that ask for the password of a person whose session is open, and somebody else at the keyboard: lockers of
screens, and those that act in another name. Each has `opens(answers)`: whether it lets in who gives these answers, one at
each question, as far as it asks."""
import os
import pathlib
import pwd
import re
import subprocess

from machine import PATIENCE, eventually, manager, run, without_types

_QUESTION = r"(?:[Pp]asse|Password|Code|aide|Confirm[a-z]*)[^\n]*: "


def _ended_well(shell):
    shell.wait_for_match(r"ended with (?=\d)")
    return shell.wait_for("\n") == "0"


class AtTheShell:
    """A command that ends whatever it is told."""

    def __init__(self, shell, service, command, agent=None):
        self.service = service
        self._shell = shell
        self._command = command
        self._asks = agent or shell

    def opens(self, answers):
        self._shell.type_at_shell(f"{self._command}; echo ended with $?")
        left = list(answers)
        while not self._has_ended_before_a_question():
            self._asks.answer_unseen(left.pop(0) if left else "")
        return _ended_well(self._shell)

    def _has_ended_before_a_question(self):
        if self._asks is self._shell:
            return self._shell.wait_for_one_of(_QUESTION, r"(?=ended with \d)") == 1
        return self._asks.wait_for_one_of(_QUESTION, "AUTHENTICATION (?:COMPLETE|FAILED)") == 1


class Vlock:
    """It asks for the person's password, then for root's, and begins again."""
    service = "vlock"

    def __init__(self, shell):
        self._shell = shell
        self._runs = False

    def opens(self, answers):
        if not self._runs:
            self._shell.type_at_shell("vlock; echo ended with $?")
            self._shell.wait_for("[ENTER]")
        self._shell.answer_unseen("")
        self._runs = True
        left = list(answers)
        while True:
            seen = self._shell.wait_for_one_of(_QUESTION, r"\[ENTER\]", r"(?=ended with \d)")
            if seen == 1:
                return False
            if seen == 2:
                self._runs = False
                return _ended_well(self._shell)
            self._shell.answer_unseen(left.pop(0) if left else "")


def _of(name, screen):
    return {"DISPLAY": screen.display, "HOME": pwd.getpwnam(name).pw_dir, "PATH": os.environ["PATH"],
            "LANG": os.environ["LANG"], "USER": name}


def _start(name, screen, *command, **options):
    account = pwd.getpwnam(name)
    return subprocess.Popen(command, user=account.pw_uid, group=account.pw_gid, extra_groups=[], cwd="/",
                            env=_of(name, screen), stdin=subprocess.DEVNULL, **options)


def _refusals():
    records = [without_types(record) for record in manager("call", "ReadAudit", "tu", "0", "1000")[0]]
    return sum(record["what"] == "login" and not record["granted"] for record in records)


class I3lock:
    """It shows nothing and takes every text for the answer to every question."""
    service = "i3lock"

    def __init__(self, name, screen):
        self._name = name
        self._screen = screen
        self._bare = screen.picture()
        self._process = None

    def opens(self, answers):
        if not self._process:
            self._lock()
        for answer in answers:
            before = _refusals()
            self._screen.type(answer)
            # It says of an empty answer nothing to anybody.
            if answer:
                eventually(lambda before=before: self._process.poll() is not None or _refusals() > before, "i3lock has asked PAM")
            if self._process.poll() is not None:
                break
        if self._process.poll() is None:
            return False
        opened = self._process.returncode == 0
        self._process = None
        return opened

    def _lock(self):
        eventually(lambda: self._screen.picture() == self._bare, "nothing covers the screen")
        self._process = _start(self._name, self._screen, "i3lock", "--nofork")
        pictures = [self._bare]

        def covers():
            pictures.append(self._screen.picture())
            return self._bare != pictures[-1] == pictures[-2]
        eventually(covers, "i3lock covers the screen")

        def heard():
            self._screen.press("x")
            return self._screen.picture() != pictures[-1]
        eventually(heard, "i3lock hears the keyboard")
        self._screen.press("Escape")  # what was typed is forgotten

    def end(self):
        if self._process:
            self._process.kill()
            self._process.wait(PATIENCE)


class Xscreensaver:
    service = "xscreensaver"
    # What it says of itself with --verbose.
    _STEP = re.compile(r"pam_conversation \((?P<style>[A-Z_]+)=|pam_authenticate \(\.\.\.\) ==> (?P<result>\d+)")

    def __init__(self, name, screen):
        self._name = name
        self._screen = screen
        home = pathlib.Path(pwd.getpwnam(name).pw_dir)
        (home / ".xscreensaver").write_text("mode: blank\nfade: False\nunfade: False\n", encoding="ascii")
        self._told = home / "told"
        with open(self._told, "wb") as told:
            self._process = _start(name, screen, "xscreensaver", "--no-splash", "--verbose", stdout=told, stderr=told)
        eventually(lambda: self._state("--time"), "xscreensaver runs")
        self._read = 0

    def opens(self, answers):
        if "locked" not in self._state("--time"):
            self._state("--lock")
            eventually(lambda: "locked" in self._state("--time"), "xscreensaver locks")
        self._state("--deactivate")
        left = list(answers)
        while not (step := eventually(self._next, "xscreensaver asks or ends"))["result"]:
            asks = step["style"].startswith("ECHO")
            eventually(self._hears, "xscreensaver hears the keyboard")
            self._screen.type(left.pop(0) if asks and left else "")
        if step["result"] != "0":
            eventually(lambda: "authorization failed" in self._since(), "xscreensaver has shown that it refuses")
            return False
        eventually(lambda: "non-blanked" in self._state("--time"), "xscreensaver opens")
        return True

    def _next(self):
        """The first step after the last."""
        found = self._STEP.search(self._since())
        if found:
            self._read += found.end()
        return found

    def _hears(self):
        self._screen.press("BackSpace")
        return "XI RawKeyPress" in self._since() or self._STEP.search(self._since())

    def _since(self):
        return self._told.read_text(encoding="ascii", errors="replace")[self._read:]

    def _state(self, asked):
        return run("xscreensaver-command", asked, user=self._name, environment=_of(self._name, self._screen)).stdout

    def end(self):
        self._process.terminate()
        self._process.wait(PATIENCE)
