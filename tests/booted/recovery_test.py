# SPDX-License-Identifier: LGPL-2.1-or-later
"""People who forgot their password get back in at the console of a machine that speaks French: a real mail server, a real
gateway, login under a terminal, and the helpdesk's command."""
import re
import unittest

from mail_server import configure_mail_server, mails_to, start_mail_server
from machine import eventually, output_of
from people import CHOSEN, PROMPT, REFUSED, WRONG, add_people, log_in
from site_with_codes import messages_for, open_site_for_those_who_forgot
from sms_gateway import SmsGateway
from terminal import Terminal
from watch import Watch

NAMES = ("camille", "robin", "sacha", "lou", "maxime", "claude", "alex", "dominique", "charlie", "morgan")
PHONES = {name: f"+336123457{number:02}" for number, name in enumerate(NAMES)}
MAILS = {name: f"{name}@kiosk.example" for name in NAMES}
NEXT_QUESTION = "kiosk (connexion|login)"
HINTED = "Mot de passe (Entrée : aide) : "
MENU = "1 mot de passe oublié  2 identifiant oublié  3 j'ai un code  4 aide : "
MEDIUM = "Où envoyer le code ? 1 courriel  2 SMS : "
CODE = "Code à 8 chiffres (Entrée : le recevoir à nouveau) : "
NEW = "Nouveau mot de passe : "
AGAIN = "Confirmez le nouveau mot de passe : "
# Each person's own: one that was used before is refused.
NEW_PASSWORD = "kanari-Quimbaz2-ostreph"

gateway = SmsGateway()
watch = Watch()


def setUpModule():
    unittest.addModuleCleanup(watch.stop)
    configure_mail_server()
    start_mail_server()
    gateway.start()
    unittest.addModuleCleanup(gateway.stop)
    add_people({name: {"phone": PHONES[name], "mail": MAILS[name]} for name in NAMES})
    open_site_for_those_who_forgot()


def code_in(text):
    found = re.search(r"(?<!\d)(\d{4}) (\d{4})(?!\d)", text)
    if not found:
        raise AssertionError(f"this is no message with a code: {text}")
    watch.remember(found[1] + found[2])
    return watch.remember(found[0])


def _arrived(name, messages):
    """Notices arrive, too; one message has a code."""
    def found():
        return [text for text in messages() if re.search(r"(?<!\d)\d{4} \d{4}(?!\d)", text)]
    try:
        text, = eventually(found, f"a code for {name}")
    except AssertionError as error:
        raise AssertionError(f"{error}; the helpdesk sees {messages_for(name)}") from None
    return code_in(text)


def code_by_mail(name):
    return _arrived(name, lambda: [" ".join(mail.get_content().split()) for mail in mails_to(MAILS[name])])


def code_by_sms(name):
    return _arrived(name, lambda: gateway.messages_to(PHONES[name]))


def press_enter(screen, prompt):
    screen.wait_for(prompt)
    screen.type("")


def ask_for_a_code(name, medium):
    """At the console, up to the question for the code."""
    screen = Terminal("login", name)
    press_enter(screen, PROMPT)
    press_enter(screen, HINTED)
    screen.wait_for(MENU)
    screen.type("1")
    screen.wait_for(MEDIUM)
    screen.type(medium)
    screen.wait_for(CODE)
    return screen


def choose(screen, name, password=NEW_PASSWORD):
    """The new password, and the shell that follows."""
    screen.answer(NEW, password)
    screen.answer(AGAIN, password)
    screen.type_at_shell("echo I am $(id -un); exit")
    screen.wait_for(f"I am {name}")
    return screen.end()


def log_in_with(name, password):
    with log_in(name, password) as screen:
        screen.type_at_shell("echo I am $(id -un); exit")
        screen.wait_for(f"I am {name}")
        return screen.end()


class APersonWhoForgotThePassword(unittest.TestCase):
    def test_APART12_gets_in_with_the_code_of_a_mail_in_one_sitting(self):
        with ask_for_a_code("camille", "1") as screen:
            screen.type(code_by_mail("camille"))
            self.assertEqual(choose(screen, "camille"), 0)
        self.assertEqual(log_in_with("camille", NEW_PASSWORD), 0)
        with log_in("camille", CHOSEN) as screen:
            screen.wait_for(REFUSED)

    def test_APART15_gets_in_with_the_code_of_an_sms_in_one_sitting(self):
        with ask_for_a_code("robin", "2") as screen:
            screen.type(code_by_sms("robin"))
            self.assertEqual(choose(screen, "robin"), 0)
        self.assertEqual(mails_to(MAILS["robin"])[0]["Subject"], "À propos de votre compte", "the notice alone")

    def test_comes_back_later_and_types_the_code_in_place_of_the_password(self):
        with ask_for_a_code("sacha", "1"):
            code = code_by_mail("sacha")  # and the terminal is closed
        with log_in("sacha", code) as screen:
            self.assertEqual(choose(screen, "sacha"), 0)

    def test_goes_on_with_the_same_code_though_login_was_ended_at_each_prompt(self):
        with Terminal("login", "lou") as screen:
            press_enter(screen, PROMPT)
        with Terminal("login", "lou") as screen:
            press_enter(screen, PROMPT)
            press_enter(screen, HINTED)
            screen.wait_for(MENU)
        with ask_for_a_code("lou", "2"):
            code = code_by_sms("lou")
        with log_in("lou", code) as screen:
            screen.answer(NEW, NEW_PASSWORD)
        with log_in("lou", code) as screen:
            screen.wait_for(NEW)
        with log_in("lou", code.replace(" ", "")) as screen:
            self.assertEqual(choose(screen, "lou"), 0)
        with log_in("lou", code) as screen:
            screen.wait_for(REFUSED)
        self.assertEqual(len(gateway.messages_to(PHONES["lou"])), 2, "one code, and the notice")

    def test_BONUS18_gets_in_though_the_login_is_locked_by_failures(self):
        for _ in range(5):
            with Terminal("login", "maxime") as screen:
                screen.answer(PROMPT, WRONG)
                screen.wait_for_match(NEXT_QUESTION)
        with ask_for_a_code("maxime", "1") as screen:
            screen.type(code_by_mail("maxime"))
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
        code = code_by_sms("dominique")
        self.assertNotIn(code.replace(" ", ""), told.replace(" ", ""))
        self.assertEqual(log_in_with("dominique", CHOSEN), 0, "who did not forget it goes on as before")
        with log_in("dominique", code) as screen:
            self.assertEqual(choose(screen, "dominique"), 0)

    def test_APART11_finds_no_way_through_a_program_that_opens_somebody_elses_session(self):
        output_of("loquetctl", "account", "reset", "charlie", "--by", "mail")
        code = code_by_mail("charlie")
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
        code_by_mail("morgan")
        self.assertEqual(watch.finds(), [])
        rows = output_of("loquetctl", "--json", "message", "list")
        for code in watch.codes:
            self.assertNotIn(code, rows)


if __name__ == "__main__":
    unittest.main()
