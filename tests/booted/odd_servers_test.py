# SPDX-License-Identifier: LGPL-2.1-or-later
"""Mail servers and SMS gateways that refuse, defer, drop, dawdle, babble or never answer: the person's screen is the same
as ever, the helpdesk sees what happened, and what waits goes out as soon as a server does its work."""
import dataclasses
import json
import re
import unittest

import mail_server
from codes import CODE, become
from machine import PATIENCE, eventually, journal, output_of, run
from odd_servers import mail_server_that, sms_gateway_that
from people import CODE_REFUSED, add_people
from site_with_codes import SMS_HTTP, SMTP, health, last_message_for, open_site, send_at_last, set_channel
from watch import Watch

WRONG_CODE = "00000000"


@dataclasses.dataclass(frozen=True)
class Case:
    """What a server does, and what the helpdesk sees of a message that it got."""
    server: str
    state: str
    said: str  # a pattern for all of it
    kept: int = 0  # how many messages it has seen to their end
    lost: bool = False  # its answer to what it has seen: it may have taken it


MAIL = {
    "mickael": Case("refuses_rcpt", "refused", r"550 5\.1\.1 no such mailbox"),
    "refus": Case("refuses_text", "deferred", r"554 5\.7\.1 spam \(the server does not take this text.*\)", kept=1),
    "echo": Case("repeats_text", "deferred", r"\(it repeats the message, and is not quoted\) \(.+\)", kept=1),
    "attente": Case("defers_rcpt", "deferred", r"451 4\.7\.1 greylisted"),
    "plein": Case("defers_text", "deferred", r"452 4\.3\.1 disk full", kept=1),
    "coupure": Case("drops", "deferred", ".+", kept=1, lost=True),
    "oubli": Case("mute", "deferred", ".+", kept=1, lost=True),
    "lent": Case("slow", "sent", "250 ok", kept=1),
    "bruit": Case("garbage", "deferred", ".+"),
    "muet": Case("silent", "deferred", ".*timed out.*"),
    "cle": Case("wants_login", "deferred", r"530 5\.7\.0 authentication required \(look at user.*\)"),
    "nom": Case("wrong_name", "deferred", ".*certificate.*'localhost'.*"),
    "clair": Case("no_tls", "deferred", ".+"),
}
SMS = {
    "rejet": Case("/400/bad", "refused", "HTTP 400 bad", kept=1),
    "barre": Case("/200/OK%20barred", "refused", "HTTP 200 OK barred", kept=1),
    "redit": Case("/echo", "refused", r"HTTP 200 \(it repeats the message, and is not quoted\)", kept=1),
    "panne": Case("/500/oops", "deferred", "HTTP 500 oops", kept=1),
    "tard": Case("/200/full", "deferred", "HTTP 200 full", kept=1),
    "jeton": Case("/401/no", "deferred", r"HTTP 401: the gateway does not accept who we are \(no\)", kept=1),
    "ailleurs": Case("/redirect", "deferred", "HTTP 302: a redirect, which is not followed", kept=1),
    "chute": Case("/drop", "deferred", ".+", kept=1, lost=True),
    "goutte": Case("/slow", "sent", "HTTP 200 OK", kept=1),
    "charabia": Case("/garbage", "deferred", ".+", kept=1, lost=True),
    "sansfin": Case("/endless", "deferred", ".+", kept=1, lost=True),
    "silence": Case("/silent", "deferred", ".*timed out.*", kept=1, lost=True),
}
watch = Watch()


def setUpModule():
    unittest.addModuleCleanup(watch.stop)
    add_people({name: {"mail": f"{name}@kiosk.example"} for name in ("bonmail", "alex", *MAIL)}
               | {name: {"phone": f"+336123457{number:02}"} for number, name in enumerate(("bonsms", *SMS))})
    open_site()


def remember_codes(texts):
    for text in texts:
        watch.remember(re.search(r"Votre code de connexion : (\d{8})\.", text)[1])
    return texts


def mails_in(folder):
    """What a server of tests/support kept: the fields of each mail, and its text."""
    return remember_codes([path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.fields"))])


def texts_in(folder):
    """The texts of all requests that the gateway of tests/support heard."""
    path = folder / "requests"
    requests = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return remember_codes([dict(json.loads(request)["fields"])["text"] for request in requests])


class AServer(unittest.TestCase):
    """Test by test: what the screen shows with a good server, and that it is the same with each odd one."""

    def screen_and_message(self, name, *states):
        """Logs in with a wrong code once the message is in one of these states; all that was shown, and the message."""
        with become(name) as screen:
            screen.wait_for(CODE)
            message = last_message_for(name, *states)
            screen.answer("", WRONG_CODE)
            self.assertNotEqual(screen.end(), 0)
            return screen.shown, message

    def assert_truth(self, case, message):
        self.assertEqual(message.state, case.state, message)
        self.assertEqual(message.why, "" if case.state == "sent" else "answer-lost" if case.lost else "gateway")
        self.assertGreaterEqual(message.attempts, 1)
        self.assertEqual(message.unknown, message.attempts if case.lost else 0, "attempts that may have arrived")
        self.assertRegex(message.said, f"^{case.said}$")

    def try_odd(self, name, case, good_screen):
        shown, message = self.screen_and_message(name, "sent", "deferred", "refused")
        self.assertEqual(shown, good_screen)
        self.assert_truth(case, message)
        return message

    def recover(self, name, message):
        """What waited goes out by itself, or as soon as the helpdesk wishes, with the next server."""
        if message.state == "deferred":
            sent = send_at_last(name)
            self.assertEqual((sent.number, sent.reference), (message.number, message.reference))
            self.assertGreaterEqual(sent.attempts, 2)
            self.assertGreaterEqual(sent.unknown, message.unknown)

    def test_T14_T29_for_mail_changes_nothing_on_the_screen_and_the_helpdesk_sees_the_truth(self):
        self.addCleanup(set_channel, "smtp", SMTP)
        with mail_server_that("good") as (good_folder, good):
            set_channel("smtp", good)
            good_screen, _ = self.screen_and_message("bonmail", "sent")
            self.assertIn(CODE_REFUSED, good_screen)
            for name, case in MAIL.items():
                with self.subTest(case.server), mail_server_that(case.server) as (folder, options):
                    set_channel("smtp", options)
                    message = self.try_odd(name, case, good_screen)
                    self.assertGreaterEqual(len(mails_in(folder)), case.kept)
                    if case.kept == 0:
                        self.assertEqual(mails_in(folder), [])
                    set_channel("smtp", good)
                    self.recover(name, message)
                    arrived = [mail for mail in mails_in(good_folder) if message.reference in mail]
                    self.assertEqual(len(arrived), 1 if case.state == "deferred" else 0)

    def test_T14_T23_T29_for_sms_changes_nothing_on_the_screen_and_the_helpdesk_sees_the_truth(self):
        self.addCleanup(set_channel, "sms_http", SMS_HTTP)
        with sms_gateway_that() as (folder, options):
            set_channel("sms_http", options("/200/OK"))
            good_screen, _ = self.screen_and_message("bonsms", "sent")
            self.assertIn(CODE_REFUSED, good_screen)
            for name, case in SMS.items():
                with self.subTest(case.server):
                    set_channel("sms_http", options(case.server))
                    before = len(texts_in(folder))
                    message = self.try_odd(name, case, good_screen)
                    self.assertGreaterEqual(len(texts_in(folder)) - before, case.kept)
                    set_channel("sms_http", options("/200/OK"))
                    self.recover(name, message)


class PostfixThatWantsAFullName(unittest.TestCase):
    """A server of a site whose setting, or ours, is wrong: no code is lost, and everybody who can mend it is told."""

    def test_T29_is_quoted_to_the_helpdesk_and_the_operator_and_takes_the_code_once_the_name_is_right(self):
        mail_server.configure_mail_server()
        output_of("postconf", "-P", f"{mail_server.PORT}/inet/smtpd_helo_restrictions=reject_non_fqdn_helo_hostname")
        mail_server.start_mail_server()
        self.addCleanup(mail_server.stop_mail_server)
        self.addCleanup(set_channel, "smtp", SMTP)
        set_channel("smtp", SMTP | {"our_name": "kiosk"})
        checked = run("loquetctl", "plugin", "check", "smtp")
        self.assertIn('our_name is "kiosk", without a domain', checked.stdout + checked.stderr)
        said = r"504 5\.5\.2 <kiosk>: Helo command rejected: need fully-qualified hostname \(set our_name.*\)"
        with become("alex") as screen:
            screen.wait_for(CODE)
            message = last_message_for("alex", "deferred", "refused")
            self.assertEqual((message.state, message.why), ("deferred", "gateway"))
            self.assertRegex(message.said, f"^{said}$")
        sick = "the channel smtp takes no messages: "
        eventually(lambda: sick in health(), "Health tells of the channel", 3 * PATIENCE)
        self.assertRegex(health(), sick + said)
        self.assertEqual(run("loquetctl", "status").returncode, 1)
        told = [line for line in journal("-u", "loquetd").splitlines() if sick in line and "504" in line]
        self.assertEqual(len(told), 1, told)
        self.assertNotIn("alex@", journal("-u", "loquetd", "-u", "loquet-channel@smtp"), "as Postfix's own lines have it")
        set_channel("smtp", SMTP)  # our_name is empty: the machine's name, with the domain of the sender
        checked = run("loquetctl", "plugin", "check", "smtp")
        self.assertIn(f'the server is told "kiosk.{mail_server.DOMAIN}"', checked.stdout + checked.stderr)
        sent = send_at_last("alex")
        self.assertEqual((sent.number, sent.unknown), (message.number, 0))
        eventually(lambda: health() == "ok", "Health is well again")


class ZNobody(unittest.TestCase):
    """At the end, when all codes are known."""

    def test_T18_sees_a_code_that_a_server_got(self):
        self.assertGreaterEqual(len(watch.codes), len(MAIL) + len(SMS) - 3)
        self.assertEqual(watch.finds(), [])


if __name__ == "__main__":
    unittest.main()
