# SPDX-License-Identifier: LGPL-2.1-or-later
"""People log in with a password and a code that arrives by SMS or by mail: a real gateway, a real mail server, a machine
that speaks French."""
import pathlib
import subprocess
import unittest

import sms_gateway
from codes import CODE, Mailboxes, become
from mail_server import configure_mail_server, mails_to, queue_is_empty, start_mail_server, stop_mail_server
from machine import eventually, output_of, run
from people import CHOSEN, CODE_REFUSED, PROMPT, REFUSED, WRONG, add_people, allow_passwords_through_ssh, log_in, ssh_without_key
from site_with_codes import SMS_HTTP, SMTP, last_message_for, messages_for, open_site, send_at_last, set_channel
from sms_gateway import SmsGateway
from terminal import Terminal
from watch import Watch

PHONES = {"camille": "+33612345601", "robin": "+33612345602", "sacha": "+33612345603", "lou": "+33612345604",
          "maxime": "+33612345605"}
MAILS = {name: f"{name}@kiosk.example" for name in ("claude", "alex", "dominique", "charlie", "morgan", "lou")}
NEXT_QUESTION = "kiosk (connexion|login)"  # the console's own; of Debian 12 in French, of 13 in English

gateway = SmsGateway()
watch = Watch()
boxes = Mailboxes(gateway, watch)


def setUpModule():
    unittest.addModuleCleanup(watch.stop)
    configure_mail_server()
    start_mail_server()
    gateway.start()
    unittest.addModuleCleanup(gateway.stop)
    allow_passwords_through_ssh()
    add_people({name: {"phone": PHONES.get(name, ""), "mail": MAILS.get(name, "")} for name in PHONES | MAILS})
    open_site()


class APerson(unittest.TestCase):
    def test_APICIL3_logs_in_at_the_console_with_a_password_and_the_code_of_an_sms(self):
        with log_in("camille", CHOSEN) as screen:
            screen.answer(CODE, boxes.code_by_sms(PHONES["camille"]))
            screen.type_at_shell("echo I am $(id -un); exit")
            screen.wait_for("I am camille")
            self.assertEqual(screen.end(), 0)
        message = last_message_for("camille", "sent")
        self.assertEqual((message.medium, message.destination, message.channel, message.attempts, message.unknown),
                         ("sms", "+33*******01", "sms_http", 1, 0))
        self.assertEqual(message.said, "HTTP 202 0: Accepted for delivery")

    def test_APICIL3_becomes_another_with_a_password_and_the_code_of_an_sms(self):
        with become("robin") as screen:
            screen.answer(CODE, boxes.code_by_sms(PHONES["robin"]))
            screen.wait_for("robin")
            self.assertEqual(screen.end(), 0)

    def test_APICIL3_comes_in_through_ssh_with_a_password_and_the_code_of_a_mail(self):
        with Terminal(*ssh_without_key("claude"), "id -un", user="robin") as screen:
            screen.answer(PROMPT, CHOSEN)
            screen.answer(CODE, boxes.code_by_mail(MAILS["claude"]))
            screen.wait_for("claude\n")
            self.assertEqual(screen.end(), 0)

    def test_APICIL3_logs_in_at_the_console_with_a_password_and_the_code_of_a_mail(self):
        with log_in("alex", CHOSEN) as screen:
            screen.answer(CODE, boxes.code_by_mail(MAILS["alex"]))
            screen.type_at_shell("echo I am $(id -un); exit")
            screen.wait_for("I am alex")
            self.assertEqual(screen.end(), 0)
        message = last_message_for("alex", "sent")
        self.assertEqual((message.medium, message.destination, message.channel, message.attempts, message.unknown),
                         ("mail", "a***@k***.example", "smtp", 1, 0))
        mail, = mails_to(MAILS["alex"])
        self.assertEqual(mail["Subject"], "Votre code de connexion")
        self.assertEqual(mail["Auto-Submitted"], "auto-generated")
        self.assertEqual(mail["Message-ID"], f"<{message.reference}@kiosk.example>")
        self.assertIn(message.gateway_reference, mail["Received"])

    def test_T2_chooses_between_masked_addresses_and_the_code_goes_there_alone(self):
        question = "Où envoyer le code ? 1 : l***@k***.example, 2 : +33*******04 : "
        with become("lou") as screen:
            screen.wait_for(question)
            self.assertEqual(messages_for("lou"), [])
            screen.type("2")
            screen.answer(CODE, boxes.code_by_sms(PHONES["lou"]))
            self.assertEqual(screen.end(), 0)
        self.assertEqual(mails_to(MAILS["lou"]), [])
        with become("lou") as screen:
            screen.wait_for(question)
            screen.type("1")
            screen.answer(CODE, boxes.code_by_mail(MAILS["lou"]))
            self.assertEqual(screen.end(), 0)
        self.assertEqual(len(gateway.messages_to(PHONES["lou"])), 1)


class ACode(unittest.TestCase):
    def refusal(self, name, password):
        """All that the console shows from the last answer on to its next question."""
        with log_in(name, password) as screen:
            return screen.wait_for_match(NEXT_QUESTION)

    def test_T8_that_is_wrong_is_not_called_a_wrong_password_and_the_next_dialog_asks_for_the_same(self):
        self.assertIn(REFUSED, self.refusal("sacha", WRONG))
        with log_in("sacha", CHOSEN) as screen:
            code = boxes.code_by_sms(PHONES["sacha"])
            screen.answer(CODE, f"{(int(code) + 1) % 10**8:08}")
            self.assertIn(CODE_REFUSED, screen.wait_for_match(NEXT_QUESTION))
        with become("sacha") as screen:
            screen.answer(CODE, code)
            self.assertEqual(screen.end(), 0)
        self.assertEqual(len(messages_for("sacha")), 1)

    def test_T9_is_good_once(self):
        with become("dominique") as first, become("dominique") as second:
            code = boxes.code_by_mail(MAILS["dominique"])
            second.wait_for(CODE)
            first.answer(CODE, code)
            self.assertEqual(first.end(), 0)
            second.answer("", code)  # its question stands already
            second.wait_for(CODE_REFUSED)
            self.assertNotEqual(second.end(), 0)
        self.assertEqual(len(messages_for("dominique")), 1)


class AMailServer(unittest.TestCase):
    def test_T23_with_another_name_gets_no_code_and_the_helpdesk_sees_why(self):
        set_channel("smtp", SMTP | {"server": "localhost"})
        self.addCleanup(set_channel, "smtp", SMTP)
        with become("charlie") as screen:
            message = last_message_for("charlie", "deferred")
            self.assertEqual((message.why, message.channel, message.unknown), ("gateway", "smtp", 0))
            self.assertRegex(message.said, "certificate.* 'localhost'")
            self.assertEqual(mails_to(MAILS["charlie"]), [])
            set_channel("smtp", SMTP)
            send_at_last("charlie")
            screen.answer(CODE, boxes.code_by_mail(MAILS["charlie"]))
            self.assertEqual(screen.end(), 0)

    def test_T29_that_is_down_for_a_while_gets_the_code_once_when_it_is_up(self):
        stop_mail_server()
        self.addCleanup(start_mail_server)
        with become("morgan") as screen:
            waiting = last_message_for("morgan", "deferred")
            self.assertEqual((waiting.why, waiting.unknown), ("gateway", 0))
            self.assertIn("port 587", waiting.said)
            start_mail_server()
            screen.answer(CODE, boxes.code_by_mail(MAILS["morgan"]))
            self.assertEqual(screen.end(), 0)
        sent = last_message_for("morgan", "sent")
        self.assertEqual((sent.number, sent.unknown), (waiting.number, 0))
        self.assertGreater(sent.attempts, 1)
        eventually(queue_is_empty, "Postfix has nothing in its queue")
        self.assertEqual(len(mails_to(MAILS["morgan"])), 1)


class AnSmsGateway(unittest.TestCase):
    def test_T23_with_another_name_gets_no_code_and_the_helpdesk_sees_why(self):
        set_channel("sms_http", SMS_HTTP | {"url": f"https://localhost:{sms_gateway.PORT}/cgi-bin/sendsms"})
        self.addCleanup(set_channel, "sms_http", SMS_HTTP)
        with become("maxime") as screen:
            message = last_message_for("maxime", "deferred")
            self.assertEqual((message.why, message.channel, message.unknown), ("gateway", "sms_http", 0))
            self.assertRegex(message.said, "certificate.* 'localhost'")
            self.assertEqual(gateway.messages_to(PHONES["maxime"]), [])
            set_channel("sms_http", SMS_HTTP)
            send_at_last("maxime")
            screen.answer(CODE, boxes.code_by_sms(PHONES["maxime"]))
            self.assertEqual(screen.end(), 0)


class ZNobody(unittest.TestCase):
    """At the end, when all codes are known."""

    def test_T18_sees_a_code_on_the_bus_in_the_journal_in_the_store_or_among_processes(self):
        self.assertGreaterEqual(len(watch.codes), 11)
        self.assertEqual(watch.finds(), [])

    def test_T18_sees_with_which_password_a_channel_logs_in(self):
        self.assertEqual(watch.places_now(sms_gateway.PASSWORD), set())

    def test_T18_could_show_one_without_being_found(self):
        planted = "90817263"
        kept = pathlib.Path("/var/lib/loquet/planted")
        kept.write_text(planted, encoding="ascii")
        self.addCleanup(kept.unlink)
        output_of("logger", f"the code is {planted}")
        run("busctl", "call", "org.loquet.Auth1", "/org/loquet/Auth1", "org.loquet.Auth1.Manager", "FindAccount", "s",
            planted)
        everywhere = {str(kept), "the journal", "the bus", "a process's cmdline", "a process's environ"}
        with subprocess.Popen(["cat", "-", planted], stdin=subprocess.PIPE, env={"CODE": planted}) as process:
            eventually(lambda: watch.places_now(planted) == everywhere, f"it is seen in {everywhere}")
            process.terminate()


if __name__ == "__main__":
    unittest.main()
