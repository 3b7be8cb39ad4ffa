# SPDX-License-Identifier: LGPL-2.1-or-later
"""People who forgot their password get back in at LightDM's greeter on a machine that speaks French. Its pictures are written to
the folder $LOQUET_PICTURES, where that is set: those of docs/pictures."""
import os
import pathlib
import re
import unittest

from greeter import Greeter, configure_greeter
from machine import output_of
from people import CHOSEN, REFUSED, log_in
from recovery_site import RecoverySite
from screen import write_png

NAMES = ("camille", "robin", "sacha", "lou", "noemie", "maxime")
NEW_PASSWORD = "kanari-Quimbaz2-ostreph"
_PICTURES = os.environ.get("LOQUET_PICTURES")

site = None
kept = set()


def setUpModule():
    global site
    site = RecoverySite(NAMES)
    configure_greeter()


def keep(name, picture):
    """The first of this name."""
    if _PICTURES and name not in kept:
        kept.add(name)
        pathlib.Path(_PICTURES).mkdir(parents=True, exist_ok=True)
        write_png(pathlib.Path(_PICTURES, f"greeter-{name}.png"), picture)


class AGreeter(unittest.TestCase):
    def begin(self, name):
        """Up to the question for the password."""
        greeter = self.enterContext(Greeter())
        greeter.answer(name)
        return greeter

    @staticmethod
    def ask_for_a_code(greeter, medium):
        greeter.answer("")
        greeter.answer("")
        keep("menu", greeter.answer("1"))
        greeter.answer(medium)
        keep("code", greeter.wait_for_question())

    def choose(self, greeter, name):
        keep("new-password", greeter.answer(NEW_PASSWORD))
        greeter.answer(NEW_PASSWORD)
        greeter.wait_for_session(name)

    def test_opens_the_session_of_who_types_a_password(self):
        greeter = self.begin("lou")
        greeter.answer(CHOSEN)
        greeter.wait_for_session("lou")

    def test_APART12_lets_in_who_forgot_the_password_with_the_code_of_a_mail(self):
        greeter = self.begin("camille")
        self.ask_for_a_code(greeter, "1")
        greeter.type(site.code_by_mail("camille"))
        self.choose(greeter, "camille")
        with log_in("camille", CHOSEN) as screen:
            screen.wait_for(REFUSED)

    def test_APART15_lets_in_who_forgot_the_password_with_the_code_of_an_sms(self):
        greeter = self.begin("robin")
        self.ask_for_a_code(greeter, "2")
        greeter.type(site.code_by_sms("robin"))
        self.choose(greeter, "robin")

    def test_takes_the_code_in_place_of_the_password_later(self):
        with Greeter() as greeter:
            greeter.answer("sacha")
            self.ask_for_a_code(greeter, "1")
            code = site.code_by_mail("sacha")  # and the machine is switched off
        greeter = self.begin("sacha")
        greeter.answer(code)
        self.choose(greeter, "sacha")

    def test_APART9_lets_in_who_forgot_the_name_too(self):
        greeter = self.begin("aide")
        greeter.answer("2")
        keep("address", greeter.answer(site.mails["noemie"]))
        keep("names-sent", greeter.answer(""))
        greeter.answer("1")
        greeter.answer("1")
        greeter.wait_for_question()
        greeter.type(site.code_by_mail("noemie"))
        self.choose(greeter, "noemie")

    def test_takes_the_code_that_the_helpdesk_reads_out(self):
        code, = re.findall(r"\d{4} \d{4}", output_of("loquetctl", "account", "reset", "maxime", "--by", "code"))
        site.watch.remember(code)
        greeter = self.begin("maxime")
        greeter.answer(code)
        self.choose(greeter, "maxime")


if __name__ == "__main__":
    unittest.main()
