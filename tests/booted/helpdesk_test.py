# SPDX-License-Identifier: LGPL-2.1-or-later
"""A helpdesk at work, from the call to the login: plain users of the group "helpdesk" with the rules file that is documented, in
by ssh; and the caller at the console of a machine that speaks French, with a real mail server and a real gateway."""
import re
import shutil
import unittest

from factors_test import enrol_application
from mail_server import mails_to, start_mail_server, stop_mail_server
from machine import eventually, output_of, run
from people import CHOSEN, PROMPT, log_in, make_key, ssh
from recovery_dialogs import (HINTED, MENU, NEW_PASSWORD, ask_for_a_code, choose, goes_on_though_out_of_time, log_in_with,
                              press_enter)
from recovery_site import RecoverySite
from site_with_codes import messages_for
from terminal import Terminal

NAMES = ("camille", "robin", "sacha", "lou", "maxime", "noa")
_CODE = re.compile(r"\d{4} \d{4}")

site = None


class Worker:
    """Of the helpdesk: no account of Loquet, and no rights but those of the group."""

    def __init__(self, name):
        self.name = name
        output_of("useradd", "--create-home", "--groups", "helpdesk", "--shell", "/bin/bash", name)
        make_key(name)

    def _command(self, command, *options):
        return [*ssh(self.name, "-o", "BatchMode=yes", *options), f"LC_ALL=C.UTF-8 loquetctl {command}"]

    def does(self, command):
        return output_of(*self._command(command), user=self.name)

    def is_refused(self, command):
        """What the command says then."""
        done = run(*self._command(command), user=self.name)
        if done.returncode == 0:
            raise AssertionError(f"loquetctl {command} by {self.name} alone did it:\n{done.stdout}")
        return done.stderr

    def verifies(self, name, medium, code):
        """The caller reads what `code()` returns from their mail or telephone."""
        with Terminal(*self._command(f"account verify {name} --by {medium}", "-t"), user=self.name) as screen:
            screen.wait_for("Code that the caller reads: ")
            screen.type(code())
            screen.wait_for(f"The caller is verified as {name}")
            screen.end()

    def approves(self, name):
        with Terminal(*self._command(f"account approve {name}", "-t"), user=self.name) as screen:
            approve_at(screen)


def approve_at(screen):
    screen.wait_for("approve it? [y/N] ")
    screen.type("y")
    screen.wait_for("Approved: ")
    screen.end()


worker = colleague = None


def setUpModule():
    global site, worker, colleague
    site = RecoverySite(NAMES)
    output_of("groupadd", "helpdesk")
    shutil.copy("/usr/share/doc/loquet/examples/50-loquet-helpdesk.rules", "/etc/polkit-1/rules.d/")
    worker, colleague = Worker("nadia"), Worker("olivier")


def code_in(told):
    code, = _CODE.findall(told)
    return site.watch.remember(code)


class ACall(unittest.TestCase):
    def test_of_who_forgot_the_password_ends_in_the_login(self):
        self.assertIn("camille", worker.does("account find camille@kiosk.example"))
        self.assertTrue(worker.does("account show camille").startswith("camille can log in here.\n"))
        told = worker.does("account reset camille --by mail")
        self.assertIn("in place of the password", told)
        self.assertEqual(_CODE.findall(told), [], "the helpdesk never sees it")
        self.assertIn("waiting", worker.does("--json account show camille"))
        with log_in("camille", site.code_by_mail("camille")) as screen:
            self.assertEqual(choose(screen, "camille"), 0)
        self.assertEqual(log_in_with("camille", NEW_PASSWORD), 0)

    def test_of_whom_no_mail_reaches_ends_in_the_login_with_the_code_that_is_read_out(self):
        stop_mail_server()
        self.addCleanup(start_mail_server)
        worker.does("account reset robin --by mail")
        eventually(lambda: messages_for("robin")[-1].state == "deferred", "the mail waits")
        self.assertIn("deferred", worker.does("account show robin"))
        self.assertIn("the caller is not verified", worker.is_refused("account reset robin --by code"))
        worker.verifies("robin", "sms", lambda: site.code_by_sms("robin"))
        told = worker.does("account reset robin --by code")
        self.assertIn("Type your name at the login prompt", told)
        goes_on_though_out_of_time(self, "robin", code_in(told))

    def test_of_whom_nothing_reaches_takes_a_colleague_and_ends_in_the_login_through_the_menu(self):
        refused = worker.is_refused("account reset lou --by code")
        self.assertIn("loquetctl account approve lou", refused)
        self.assertIn("yourself", worker.is_refused("account approve lou --request 1"))
        colleague.approves("lou")
        code = code_in(worker.does("account reset lou --by code"))
        for answered in range(3):  # login's time is over at one question after the other
            with Terminal("login", "lou") as screen:
                for question, answer in ((PROMPT, ""), (HINTED, ""))[:answered]:
                    screen.wait_for(question)
                    screen.type(answer)
                screen.wait_for((PROMPT, HINTED, MENU)[answered])
                self.assertEqual(screen.run_out_of_time(), 0)
        with Terminal("login", "lou") as screen:
            press_enter(screen, PROMPT)
            press_enter(screen, HINTED)
            screen.wait_for(MENU)
            screen.type("3")
            screen.wait_for("Code à 8 chiffres : ")
            screen.type(code)
            self.assertEqual(choose(screen, "lou"), 0)
        with log_in("lou", NEW_PASSWORD) as screen:
            screen.wait_for("l'assistance (UID ")
            screen.type_at_shell("exit")
            self.assertEqual(screen.end(), 0)

    def test_of_who_lost_the_telephone_ends_in_the_login_and_a_new_password_then_takes_two(self):
        enrol_application("sacha")
        self.assertIn("totp", worker.does("account factor list sacha"))
        removal = "account factor remove sacha totp --reason 'telephone lost'"
        self.assertIn("not verified", worker.is_refused(removal))
        worker.verifies("sacha", "mail", lambda: site.code_by_mail("sacha"))
        worker.does(removal)
        with log_in("sacha", CHOSEN) as screen:
            screen.wait_for("l'assistance (UID ")
            screen.type_at_shell("echo I am $(id -un); exit")
            screen.wait_for("I am sacha")
            self.assertEqual(screen.end(), 0)
        self.assertIn("two people", worker.is_refused("account reset sacha --by code"))
        colleague.approves("sacha")
        with log_in("sacha", code_in(worker.does("account reset sacha --by code"))) as screen:
            self.assertEqual(choose(screen, "sacha"), 0)

    def test_of_who_has_rights_over_the_machine_takes_an_administrator(self):
        output_of("gpasswd", "--add", "noa", "adm")
        with ask_for_a_code("noa", "1") as screen:
            self.assertEqual(screen.run_out_of_time(), 0)
        mail, = eventually(lambda: [" ".join(mail.get_content().split()) for mail in mails_to(site.mails["noa"])],
                           "a mail for noa")
        self.assertIn("Votre compte a des droits sur la machine", mail)
        self.assertEqual(_CODE.findall(mail), [])
        self.assertIn("takes two: it has rights", worker.does("account show noa"))
        self.assertIn("rights over the machine", worker.is_refused("account reset noa --by mail"))
        colleague.is_refused("account approve noa --request 1")
        with Terminal("loquetctl", "account", "approve", "noa") as screen:
            approve_at(screen)
        worker.does("account reset noa --by mail")
        with log_in("noa", site.code_by_mail("noa")) as screen:
            self.assertEqual(choose(screen, "noa"), 0)

    def test_leaves_no_code_where_it_was_not_sent_or_read_out(self):
        worker.does("account reset maxime --by sms")
        site.code_by_sms("maxime")
        self.assertEqual(site.watch.finds(), [])
        rows = worker.does("--json account show maxime") + worker.does("--json message list --account maxime")
        for code in site.watch.codes:
            self.assertNotIn(code, rows)


if __name__ == "__main__":
    unittest.main()
