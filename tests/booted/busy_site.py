# SPDX-License-Identifier: LGPL-2.1-or-later
"""A site at its busiest: people log in all the time, change their passwords, and an operator adds accounts. Remembers what
each of them was told, so that a test can hold it against what is there afterwards."""
import collections
import concurrent.futures
import dataclasses
import itertools
import json
import multiprocessing
import threading

import pam
from machine import output_of, run, with_secrets
from people import CHOSEN, FIRST, WRONG, add_people

LOGINS_A_SECOND = 20
SERVICE = "busy"
FAILED, UNAVAILABLE = 1, 5  # loquetctl's exit codes
_TRIES = 20           # of one thing, with a restart in the middle of each
_AT_ONCE = 16         # programs that log somebody in
_MOST_IN_FLIGHT = 64  # logins; the next ones are left out while so many wait
_OPERATORS = 4        # commands at once
_MOST_WRONG = 10      # wrong passwords of one person, each at another place: nothing locks
_TOLD = {(pam.SUCCESS, pam.SUCCESS): "granted", (pam.SUCCESS, pam.NEW_AUTHTOK_REQD): "granted",
         (pam.AUTH_ERR,): "refused", (pam.AUTHINFO_UNAVAIL,): "unavailable"}


@dataclasses.dataclass(frozen=True)
class Login:
    name: str
    place: str
    right: bool | None  # None: nobody can know yet whether this is the password
    told: str           # "granted", "refused", "unavailable", or PAM's numbers where they are none of these


@dataclasses.dataclass
class Changer:
    """Somebody who changes their password again and again."""
    name: str
    password: str
    former: str = ""
    changes_told: int = 0
    wrong: int = 0


class BusySite:
    def __init__(self, people=60, changers=24):
        self.logins = []
        self.left_out = 0
        self.there = []      # accounts of which the operator was told that they are there
        self.imports = 0
        self.disturbed = collections.Counter()  # what a command said that did not do what it was asked to
        self.untold = collections.Counter()     # what was done, though the command could not say so
        self.faults = []
        self.changers = [Changer(f"changer{number}", CHOSEN) for number in range(changers)]
        self._people = [f"person{number}" for number in range(people)]
        self._wrong = collections.Counter()
        self._numbers = itertools.count(1)
        self._idle_changers = collections.deque(self.changers)
        self._lock = threading.Lock()
        self._importing = threading.Lock()  # the service takes one import at a time
        self._ending = threading.Event()
        self._room = threading.Semaphore(_MOST_IN_FLIGHT)
        self._futures = []
        self._hash = output_of("openssl", "passwd", "-6", "-stdin", typed=f"{CHOSEN}\n").strip()
        pam.add_service(SERVICE, "auth required pam_loquet.so", "account required pam_loquet.so")
        add_people({name: {} for name in (*self._people, *(changer.name for changer in self.changers))})
        self._programs = concurrent.futures.ProcessPoolExecutor(_AT_ONCE, multiprocessing.get_context("fork"))
        self._programs.submit(int).result()  # forks them all, before there are threads
        self._commands = concurrent.futures.ThreadPoolExecutor(_OPERATORS)
        self._operators = threading.Semaphore(_OPERATORS)
        self._ticker = threading.Thread(target=self._open)

    def start(self):
        self._ticker.start()

    def count(self, told, right=None):
        with self._lock:
            return sum(login.told == told and right in (None, login.right) for login in self.logins)

    def close(self):
        """Lets what was begun come to its end."""
        self._ending.set()
        self._ticker.join()
        for future in self._futures:
            future.result()
        self._commands.shutdown()

    def log_in(self, name, password, right):
        """Returns what the person was told."""
        return self.begin_login(name, password, right).result()

    def begin_login(self, name, password, right):
        """Somebody logs in from a place where nobody was before; what they were told is the future's result."""
        number = next(self._numbers)
        place = f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}"
        told = concurrent.futures.Future()

        def note(done):
            try:
                results = done.result()
                login = Login(name, place, right, _TOLD.get(results, f"PAM {results}"))
                with self._lock:
                    self.logins.append(login)
                told.set_result(login.told)
            except Exception as error:  # a program that was killed: told to who waits for it
                told.set_exception(error)

        self._programs.submit(pam.log_in, SERVICE, name, password, place).add_done_callback(note)
        return told

    def _open(self):
        for tick in itertools.count():
            if self._ending.wait(1 / LOGINS_A_SECOND):
                return
            self._let_somebody_in(tick)
            if tick % 10 == 0:
                self._command(self._change, tick)
            if tick % 10 == 3:
                self._command(self._add, f"added{tick}")
            if tick % 20 == 7:
                self._command(self._import, [f"imported{tick}-{line}" for line in range(5)])

    def _command(self, function, argument):
        if not self._operators.acquire(blocking=False):
            return
        future = self._commands.submit(function, argument)
        future.add_done_callback(lambda _: self._operators.release())
        self._futures.append(future)

    def _let_somebody_in(self, tick):
        if not self._room.acquire(blocking=False):
            self.left_out += 1
            return
        name = self._people[tick % len(self._people)]
        wrong = tick % 7 == 0 and self._wrong[name] < _MOST_WRONG
        self._wrong[name] += wrong
        told = self.begin_login(name, WRONG if wrong else CHOSEN, not wrong)
        told.add_done_callback(lambda _: self._room.release())
        self._futures.append(told)

    def _change(self, tick):
        try:
            changer = self._idle_changers.popleft()
        except IndexError:  # all are at it, or had to try too often
            return
        wanted = f"{CHOSEN} {tick}"
        done = with_secrets("loquetctl", "passwd", changer.name, secrets=[changer.password, wanted], user=changer.name)
        if done.returncode == 0:
            changer.former, changer.password = changer.password, wanted
            changer.changes_told += 1
        else:
            self._note_if_disturbed("passwd", done)
            self._find_out(changer, wanted)
        if changer.wrong < _MOST_WRONG:
            self._idle_changers.append(changer)

    def _find_out(self, changer, wanted):
        """Somebody who was not told that the password was changed tries the new one, and then the old one."""
        if self._know(changer.name, wanted, None) == "granted":
            changer.former, changer.password = changer.password, wanted
            self.untold["passwords"] += 1
            return
        changer.wrong += 1
        if self._know(changer.name, changer.password, True) != "granted":
            self.faults.append(f"neither the old nor the new password of {changer.name} is right")

    def _know(self, name, password, right):
        """What they are told in the end."""
        return self._insist(lambda: self.log_in(name, password, right), lambda told: told != "unavailable",
                            f"{name} logs in")

    def _add(self, name):
        def is_there(done):
            return done.returncode == 0 or (done.returncode == FAILED and "is taken" in done.stderr)

        def add():
            done = with_secrets("loquetctl", "account", "add", name, secrets=[FIRST])
            return done if is_there(done) else self._note_if_disturbed("account add", done)

        done = self._insist(add, is_there, f"{name} is added")
        if done.returncode != 0:
            self.untold["accounts"] += 1
        self.there.append((name, FIRST))

    def _import(self, names):
        lines = "".join(json.dumps({"name": name, "password_hash": self._hash, "must_change": False}) + "\n" for name in names)

        def add():
            return self._note_if_disturbed("account import", run("loquetctl", "account", "import", "-", typed=lines))

        with self._importing:
            self._insist(add, lambda done: done.returncode == 0, f"{names[0]} is imported")
        self.imports += 1
        self.there += ((name, CHOSEN) for name in names)

    @staticmethod
    def _insist(attempt, is_enough, what):
        """As people do when the service is not there: once more."""
        for _ in range(_TRIES):
            if is_enough(result := attempt()):
                return result
        raise AssertionError(f"{_TRIES} times in vain: {what}: {result}")

    def _note_if_disturbed(self, command, done):
        if done.returncode != 0:
            with self._lock:
                self.disturbed[command, done.returncode, done.stderr.strip().rpartition("\n")[2]] += 1
        return done
