# SPDX-License-Identifier: LGPL-2.1-or-later
"""People set a second factor up at a terminal, and come in with it: in the default profile, on a machine that speaks French."""
import base64
import hashlib
import hmac
import re
import time
import unittest

from machine import output_of
from people import CHOSEN, CODE_REFUSED, PRESENT, PROMPT, add_person, log_in
from terminal import Terminal

WHAT = "Que souhaitez-vous configurer ?"
CODE = "Code de votre application d'authentification : "
STEP = 30  # seconds for which a code is shown (RFC 6238, 5.2)


def setUpModule():
    for name in ("camille", "robin", "sacha"):
        add_person(name)


def code_at(key, seconds):
    """RFC 6238, with SHA-1 and six digits."""
    counter = int(seconds // STEP).to_bytes(8, "big")
    digest = hmac.new(base64.b32decode(key), counter, hashlib.sha1).digest()
    at = digest[-1] & 15
    number = int.from_bytes(digest[at:at + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**6:06}"


class Application:
    """An authenticator application, which shows a code once: the next one is of the next half minute."""

    def __init__(self, key):
        self.key = key
        self._last = 0

    def code(self):
        now = time.time()
        step = max(now // STEP, self._last + 1)  # a clock may be a step fast
        if step > now // STEP + 1:
            time.sleep((step - 1) * STEP - now)  # there is no other code before
        self._last = step
        return code_at(self.key, step * STEP)


def begin_to_enrol(screen, line):
    screen.answer(PRESENT, CHOSEN)
    screen.wait_for(WHAT)
    choice = re.search(rf"(\d)\. {line}", screen.wait_for("Votre choix"))
    screen.wait_for_match(r"\(1 à 2\) : ")
    screen.type(choice[1])


def enrol_application(name):
    """What `loquetctl enrol` shows is what an application is given."""
    with Terminal("loquetctl", "enrol", user=name) as screen:
        begin_to_enrol(screen, "Code de l'application d'authentification")
        picture = screen.wait_for("Clé : ")
        screen.wait_for("\n")
        key = re.search(r"Clé : ([A-Z2-7 ]+)", screen.shown)[1].replace(" ", "")
        application = Application(key)
        screen.answer("Code affiché par l'application : ", application.code())
        screen.wait_for(f"The second factor of {name} is set up.")
        assert screen.end() == 0
    assert picture.count("█") > 100, "a QR code is drawn"
    return application


class ASecondFactor(unittest.TestCase):
    def test_is_set_up_at_a_terminal_and_then_asked_for_at_the_console(self):
        application = enrol_application("camille")
        self.assertIn("totp", output_of("loquetctl", "account", "show", "camille"))
        with log_in("camille", CHOSEN) as screen:
            code = application.code()
            screen.answer(CODE, code)
            screen.type_at_shell("echo I am $(id -un); exit")
            screen.wait_for("I am camille")
            self.assertEqual(screen.end(), 0)
        with log_in("camille", CHOSEN) as screen:  # somebody who saw it cannot use it again
            screen.answer(CODE, code)
            screen.wait_for("Ce code a déjà été utilisé")
            screen.answer(CODE, "000000" if code != "000000" else "111111")
            screen.wait_for(CODE_REFUSED)

    def test_is_not_asked_of_who_has_none(self):
        with log_in("robin", CHOSEN) as screen:
            screen.type_at_shell("echo I am $(id -un); exit")
            screen.wait_for("I am robin")
            self.assertEqual(screen.end(), 0)

    def test_of_codes_on_paper_is_good_for_each_code_once(self):
        with Terminal("loquetctl", "enrol", user="sacha") as screen:
            begin_to_enrol(screen, "Code de secours")
            codes = re.findall(r"Code n° \d+ : (\S+)", screen.wait_for("Saisissez l'un d'eux"))
            self.assertEqual(len(set(codes)), 10)
            screen.wait_for("il reste valable) : ")
            screen.type(codes[3])  # which stands on the screen already
            screen.wait_for("The second factor of sacha is set up.")
        for code, comes_in in ((codes[3], True), (codes[3], False), (codes[0], True)):
            with Terminal("su", "sacha", "-c", "id -un", user="robin") as screen:
                screen.answer(PROMPT, CHOSEN)
                screen.answer("Code de secours : ", code)
                if comes_in:
                    screen.wait_for("sacha")
                self.assertEqual(screen.end() == 0, comes_in, code)


if __name__ == "__main__":
    unittest.main()
