# SPDX-License-Identifier: LGPL-2.1-or-later
"""A person at a terminal: starts a program on a pseudo-terminal of its own, reads what it shows, and types. What was typed
as a secret must never be shown."""
import codecs
import os
import pathlib
import pty
import pwd
import re
import select
import signal
import termios
import time

from machine import PATIENCE


def machines_language():
    """The environment that getty gives to login: systemd's own, with the language of /etc/default/locale."""
    return {"PATH": os.environ["PATH"], "TERM": "linux", "LANG": os.environ["LANG"]}


class Terminal:
    """`with Terminal("login", "camille") as screen: screen.answer("Mot de passe : ", secret)`"""

    def __init__(self, *command, user="root", environment=None):
        self.command = " ".join(command)
        self.shown = ""
        self.exit_code = None
        self._found = None  # what was waited for last
        self._read = 0      # how much of what was shown has been waited for
        self._secrets = []
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        account = pwd.getpwnam(user)
        groups = os.getgrouplist(user, account.pw_gid)
        self._pid, self._screen = pty.fork()
        if self._pid == 0:
            try:
                os.chdir("/")
                os.setgroups(groups)
                os.setgid(account.pw_gid)
                os.setuid(account.pw_uid)
                os.execvpe(command[0], command, environment or machines_language())
            finally:
                os._exit(127)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.close(self._screen)  # as when the line is cut: a shell that is left hears SIGHUP
        if not self._has_ended():
            os.kill(self._pid, signal.SIGKILL)
            os.waitpid(self._pid, 0)
        for secret in self._secrets:
            if secret in self.shown:
                raise AssertionError(f"{self.command} showed a secret that was typed")

    def wait_for(self, text):
        """Waits until this is shown, after what was waited for before; returns what was shown up to it."""
        return self.wait_for_match(re.escape(text))

    def wait_for_match(self, pattern):
        deadline = time.monotonic() + PATIENCE
        while not (found := re.compile(pattern).search(self.shown, self._read)):
            if not self._take(deadline):
                raise AssertionError(f"{self.command} should have shown '{pattern}'; it showed:\n{self.shown}")
        before = self.shown[self._read:found.start()]
        self._found = found
        self._read = found.end()
        return before

    def wait_for_one_of(self, *patterns):
        """Waits until one of these is shown, and returns the number of the one that comes first."""
        self.wait_for_match("|".join(f"(?P<n{number}>{pattern})" for number, pattern in enumerate(patterns)))
        return next(number for number in range(len(patterns)) if self._found[f"n{number}"] is not None)

    def type(self, text):
        os.write(self._screen, f"{text}\n".encode())

    def type_at_shell(self, command):
        """Types a command once the shell's prompt stands; before, it would be thrown away."""
        self.wait_for_match(r"[$#] ")
        self.type(command)

    def answer(self, prompt, secret):
        """Types a secret once the prompt stands and the terminal hides what is typed."""
        self.wait_for(prompt)
        deadline = time.monotonic() + PATIENCE
        while termios.tcgetattr(self._screen)[3] & termios.ECHO:
            if time.monotonic() > deadline:
                raise AssertionError(f"{self.command} asks for a secret and would show it")
            time.sleep(0.01)
        self._secrets.append(secret)
        self.type(secret)

    def answer_unseen(self, text):
        """Types once the terminal hides it and the program in the foreground waits for it: some throw away what came before."""
        deadline = time.monotonic() + PATIENCE
        while termios.tcgetattr(self._screen)[3] & termios.ECHO or not self._is_waited_for():
            if time.monotonic() > deadline:
                raise AssertionError(f"nobody waits for what is typed; {self.command} showed:\n{self.shown}")
            time.sleep(0.01)
        self.type(text)

    def _is_waited_for(self):
        group = str(os.tcgetpgrp(self._screen))
        for process in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                if process.joinpath("stat").read_text(encoding="utf-8").rpartition(")")[2].split()[2] == group \
                        and re.search("poll|select|wait_woken|n_tty_read", process.joinpath("wchan").read_text(encoding="ascii")):
                    return True
            except (FileNotFoundError, ProcessLookupError):  # it has ended
                pass
        return False

    def run_out_of_time(self):
        """As when login(1)'s sixty seconds are over: its own alarm rings. Returns its exit code."""
        os.kill(self._pid, signal.SIGALRM)
        return self.end()

    def end(self):
        """Waits until the program ends, and returns its exit code."""
        self._read_to_the_end()
        return self.exit_code

    def _take(self, deadline):
        """Reads what is there; false at the end of the program or of all patience."""
        ready, _, _ = select.select([self._screen], [], [], max(0, deadline - time.monotonic()))
        if not ready:
            return False
        ended = self._has_ended()
        try:
            data = os.read(self._screen, 65536)
        except OSError:  # the other side is closed: for good, or while login of Debian 13 opens its terminal anew
            if ended or time.monotonic() > deadline:
                return False
            time.sleep(0.01)
            return True
        self.shown += self._decoder.decode(data).replace("\r\n", "\n")
        return bool(data)

    def _has_ended(self):
        if self.exit_code is None:
            pid, status = os.waitpid(self._pid, os.WNOHANG)
            if pid != 0:
                self.exit_code = os.waitstatus_to_exitcode(status)
        return self.exit_code is not None

    def _read_to_the_end(self):
        deadline = time.monotonic() + PATIENCE
        while self._take(deadline):
            pass
        while not self._has_ended():
            if time.monotonic() > deadline:
                raise AssertionError(f"{self.command} did not end; it showed:\n{self.shown}")
            time.sleep(0.01)
