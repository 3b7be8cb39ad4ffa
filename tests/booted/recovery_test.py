# SPDX-License-Identifier: LGPL-2.1-or-later
"""People who forgot their password get back in at the console of a machine that speaks French: a real mail server, a real
gateway, login under a terminal, and the helpdesk's command."""
import os
import pathlib
import re
import unittest

from mail_server import mails_to
from machine import eventually, output_of
from people import CHOSEN, PRESENT, PROMPT, REFUSED, WRONG, log_in
from recovery_dialogs import (ADDRESS, AGAIN, BACK, CODE, HINTED, MEDIUM, MENU, NEW, NEW_PASSWORD, NEXT_QUESTION, ask_for_a_code,
                              choose, goes_on_though_out_of_time, log_in_with, press_enter)
from recovery_site import RecoverySite
from site_with_codes import messages_for
from terminal import Terminal

NAMES = ("camille", "robin", "sacha", "lou", "maxime", "claude", "alex", "dominique", "charlie", "morgan",
         "jeanne", "andrea", "eden", "noemie", "ariane", "iris")
_PICTURES = os.environ.get("LOQUET_PICTURES")

site = None


def setUpModule():
    global site
    site = RecoverySite(NAMES)


def as_a_guide_shows_it(screen, name, code):
    """Without colours, the code, and what each release of Debian says by itself before and after."""
    text = re.sub(r"\x1b\[[?0-9;]*[A-Za-z]|\r", "", screen.shown).replace(code, "1234 5678")
    text = re.sub(rf"\A{NEXT_QUESTION}\s*:\s*", "kiosk connexion : ", text)
    before, _, shell = text.partition(AGAIN)
    command = re.search(r"^.*[$] id -un\n" + name + "\n", shell, re.MULTILINE)
    return f"{before}{AGAIN}\n{command[0]}"


def captures_in(path):
    """What stands in a document as shown by login(1)."""
    return re.findall(r"<!-- as login shows it -->\n```text\n(.*?)```", pathlib.Path(path).read_text(encoding="utf-8"), re.DOTALL)


class APersonWhoForgotThePassword(unittest.TestCase):
    def test_APART12_APART14_gets_in_with_the_code_of_a_mail_in_one_sitting(self):
        with ask_for_a_code("camille", "1") as screen:
            screen.type(site.code_by_mail("camille"))
            self.assertEqual(choose(screen, "camille"), 0)
        self.assertEqual(log_in_with("camille", NEW_PASSWORD), 0)
        with log_in("camille", CHOSEN) as screen:
            screen.wait_for(REFUSED)

    def test_sees_what_the_guide_shows(self):
        with Terminal("login") as screen:
            screen.wait_for_match(NEXT_QUESTION + r"\s*:")
            screen.type("jeanne")
            press_enter(screen, PROMPT)
            press_enter(screen, HINTED)
            screen.wait_for(MENU)
            screen.type("1")
            screen.wait_for(MEDIUM)
            screen.type("1")
            screen.wait_for(CODE)
            code = site.code_by_mail("jeanne")
            screen.type(code)
            screen.answer(NEW, NEW_PASSWORD)
            screen.answer(AGAIN, NEW_PASSWORD)
            screen.type_at_shell("id -un")
            screen.wait_for("jeanne\n")
        shown = as_a_guide_shows_it(screen, "jeanne", code)
        if _PICTURES:
            pathlib.Path(_PICTURES).mkdir(parents=True, exist_ok=True)
            pathlib.Path(_PICTURES, "login.txt").write_text(shown, encoding="utf-8")
        self.assertEqual(captures_in("/usr/src/loquet/docs/when-somebody-forgot.md"), [shown])
        for shorter in captures_in("/usr/src/loquet/README.md"):
            lines = iter(shown.splitlines())
            self.assertEqual([line for line in shorter.splitlines() if line not in lines], [], "in this order")

    def test_APART15_gets_in_with_the_code_of_an_sms_in_one_sitting(self):
        with ask_for_a_code("robin", "2") as screen:
            screen.type(site.code_by_sms("robin"))
            self.assertEqual(choose(screen, "robin"), 0)
        self.assertEqual(mails_to(site.mails["robin"])[0]["Subject"], "À propos de votre compte", "the notice alone")

    def test_comes_back_later_and_types_the_code_in_place_of_the_password(self):
        with ask_for_a_code("sacha", "1"):
            code = site.code_by_mail("sacha")  # and the terminal is closed
        with log_in("sacha", code) as screen:
            self.assertEqual(choose(screen, "sacha"), 0)

    def out_of_time_at_each_question_before_the_code(self, name, medium):
        """login's time is over at one question after the other, until a code was asked for."""
        for answered, prompt in enumerate((PROMPT, HINTED, MENU, MEDIUM)):
            with Terminal("login", name) as screen:
                for question, answer in ((PROMPT, ""), (HINTED, ""), (MENU, "1"))[:answered]:
                    screen.wait_for(question)
                    screen.type(answer)
                screen.wait_for(prompt)
                self.assertEqual(screen.run_out_of_time(), 0)
        with ask_for_a_code(name, medium) as screen:
            self.assertEqual(screen.run_out_of_time(), 0)

    def test_goes_on_with_the_same_code_of_a_mail_though_login_runs_out_of_time_at_each_question(self):
        self.out_of_time_at_each_question_before_the_code("andrea", "1")
        goes_on_though_out_of_time(self, "andrea", site.code_by_mail("andrea"))

    def test_goes_on_with_the_same_code_of_an_sms_though_login_runs_out_of_time_at_each_question(self):
        self.out_of_time_at_each_question_before_the_code("lou", "2")
        goes_on_though_out_of_time(self, "lou", site.code_by_sms("lou"))
        self.assertEqual(len(site.gateway.messages_to(site.phones["lou"])), 2, "one code, and the notice")

    def test_goes_on_with_the_same_code_of_the_helpdesk_though_login_runs_out_of_time_at_each_question(self):
        output_of("loquetctl", "account", "reset", "eden", "--by", "mail")
        goes_on_though_out_of_time(self, "eden", site.code_by_mail("eden"))

    def test_APART9_APART10_APART11_gets_the_name_by_mail_then_a_new_password_and_is_in(self):
        with Terminal("login") as screen:
            screen.wait_for_match(NEXT_QUESTION + r"\s*:")
            screen.type("aide")
            screen.wait_for(MENU)
            screen.type("2")
            screen.wait_for(ADDRESS)
            screen.type(site.mails["noemie"])
            screen.wait_for(BACK)
            eventually(lambda: any("noemie" in mail.get_content() for mail in mails_to(site.mails["noemie"])), "the name arrives")
            screen.type("")
            screen.wait_for(MENU)
            screen.type("1")
            screen.wait_for(MEDIUM)
            screen.type("1")
            screen.wait_for(CODE)
            screen.type(site.code_by_mail("noemie"))
            self.assertEqual(choose(screen, "noemie"), 0)
        self.assertEqual(log_in_with("noemie", NEW_PASSWORD), 0)

    def test_gets_the_name_and_goes_on_though_login_runs_out_of_time_at_each_question(self):
        answers = ((MENU, "2"), (ADDRESS, site.mails["ariane"]), (BACK, ""), (MENU, "1"), (MEDIUM, "1"), (CODE, None))
        for answered, (last, _) in enumerate(answers):
            with Terminal("login") as screen:
                screen.wait_for_match(NEXT_QUESTION + r"\s*:")
                screen.type("aide")
                for question, answer in answers[:answered]:
                    screen.wait_for(question)
                    screen.type(answer)
                screen.wait_for(last)
                self.assertEqual(screen.run_out_of_time(), 0)
        self.assertTrue(any("ariane" in mail.get_content() for mail in mails_to(site.mails["ariane"])))
        goes_on_though_out_of_time(self, "ariane", site.code_by_mail("ariane"))

    def test_BONUS18_gets_in_though_the_login_is_locked_by_failures(self):
        for _ in range(5):
            with Terminal("login", "maxime") as screen:
                screen.answer(PROMPT, WRONG)
                screen.wait_for_match(NEXT_QUESTION)
        with ask_for_a_code("maxime", "1") as screen:
            screen.type(site.code_by_mail("maxime"))
            self.assertEqual(choose(screen, "maxime"), 0)
        self.assertEqual(log_in_with("maxime", NEW_PASSWORD), 0)

    def test_APART13_is_told_whom_to_call(self):
        with Terminal("login", "claude") as screen:
            press_enter(screen, PROMPT)
            press_enter(screen, HINTED)
            screen.wait_for(MENU)
            screen.type("aide")
            screen.wait_for("01 23 45 67 89")
            screen.wait_for(MENU)

    def test_T15_sees_what_nobody_sees(self):
        def seen(name):
            with ask_for_a_code(name, "1") as screen:
                screen.type("0000 0000")
                screen.wait_for_match(NEXT_QUESTION)
                return screen.shown.replace(name, "NAME")
        self.assertEqual(seen("alex"), seen("nobody-of-that-name"))
        self.assertEqual([message.text for message in messages_for("alex")], ["ticket.recover_mail"])

    def test_gets_in_with_the_code_that_the_helpdesk_sends(self):
        told = output_of("loquetctl", "account", "reset", "dominique", "--by", "sms")
        self.assertIn("in place of the password", told)
        code = site.code_by_sms("dominique")
        self.assertNotIn(code.replace(" ", ""), told.replace(" ", ""))
        self.assertEqual(log_in_with("dominique", CHOSEN), 0, "who did not forget it goes on as before")
        with log_in("dominique", code) as screen:
            self.assertEqual(choose(screen, "dominique"), 0)

    def test_APART11_finds_no_way_through_a_program_that_opens_somebody_elses_session(self):
        output_of("loquetctl", "account", "reset", "charlie", "--by", "mail")
        code = site.code_by_mail("charlie")
        with Terminal("su", "charlie", "-c", "id -un", user="nobody") as screen:
            screen.answer(PROMPT, code)
            screen.wait_for("su: ")
            self.assertNotEqual(screen.end(), 0)
        with Terminal("su", "charlie", "-c", "id -un", user="nobody") as screen:
            press_enter(screen, PROMPT)
            self.assertNotEqual(screen.end(), 0)
            self.assertNotIn("aide", screen.shown)


class ACodeOfARecovery(unittest.TestCase):
    def test_is_seen_nowhere_but_where_it_was_sent(self):
        output_of("loquetctl", "account", "reset", "morgan", "--by", "mail")
        site.code_by_mail("morgan")
        self.assertEqual(site.watch.finds(), [])
        rows = output_of("loquetctl", "--json", "message", "list")
        for code in site.watch.codes:
            self.assertNotIn(code, rows)


class AnOwner(unittest.TestCase):
    def test_APICIL18_changes_the_mail_address_at_the_shell(self):
        former = site.mails["iris"]
        site.mails["iris"] = "iris.neuve@kiosk.example"
        with log_in("iris", CHOSEN) as screen:
            screen.type_at_shell("loquetctl change-address; exit")
            screen.answer(PRESENT, CHOSEN)
            screen.wait_for("1 adresse électronique  2 téléphone : ")
            screen.type("1")
            screen.wait_for("Nouvelle adresse électronique (Entrée : ne rien changer) : ")
            screen.type(site.mails["iris"])
            screen.wait_for(CODE)
            screen.type(site.code_by_mail("iris"))
            screen.wait_for(f"Vos messages iront désormais à {site.mails['iris']}")
            self.assertEqual(screen.end(), 0)
        told, = eventually(lambda: mails_to(former), "the former address is told")
        self.assertRegex(" ".join(told.get_content().split()), "les coordonnées du compte iris ont été modifiées")
        with ask_for_a_code("iris", "1"):
            eventually(lambda: messages_for("iris")[-1].why == "held", "no code goes to the new address yet")
        with log_in("iris", CHOSEN) as screen:
            screen.wait_for("votre adresse électronique ou votre téléphone a été")
            screen.type_at_shell("exit")
            self.assertEqual(screen.end(), 0)


if __name__ == "__main__":
    unittest.main()
