# SPDX-License-Identifier: LGPL-2.1-or-later
"""Codes that come too late, or are typed too late. A code lives for a minute at least, so both minutes run together, from
the beginning of this file on."""
import time
import unittest

from codes import CODE, Mailboxes, become
from mail_server import configure_mail_server, mails_to, queue_is_empty, start_mail_server
from machine import eventually
from people import CODE_REFUSED, add_people
from site_with_codes import last_message_for, messages_for, open_site
from sms_gateway import SmsGateway
from watch import Watch

PHONE, MAIL = "+33612345701", "perdue@kiosk.example"
A_MINUTE = 90  # seconds for it to pass on a busy machine, and what follows from it to happen

gateway = SmsGateway()
watch = Watch()
boxes = Mailboxes(gateway, watch, minutes=1)
dialogs = {}


def setUpModule():
    unittest.addModuleCleanup(watch.stop)
    configure_mail_server()
    gateway.start()
    unittest.addModuleCleanup(gateway.stop)
    add_people({"lente": {"phone": PHONE}, "perdue": {"mail": MAIL}})
    open_site({"mail_minutes": 1, "sms_minutes": 1})
    for name in ("lente", "perdue"):
        dialogs[name] = unittest.enterModuleContext(become(name))
        dialogs[name].wait_for(CODE)


class ACode(unittest.TestCase):
    def test_that_is_older_than_its_minute_is_refused_as_a_wrong_one_is(self):
        code = boxes.code_by_sms(PHONE)
        expires = last_message_for("lente", "sent").expires
        eventually(lambda: time.time() > expires / 1e6, "the code is over", A_MINUTE)
        screen = dialogs["lente"]
        screen.answer("", code)
        screen.wait_for(CODE_REFUSED)
        self.assertNotEqual(screen.end(), 0)

    def test_T29_whose_server_came_back_too_late_is_never_sent_and_the_next_one_is(self):
        self.assertEqual(last_message_for("perdue", "deferred").why, "gateway")
        late = last_message_for("perdue", "expired", patience=A_MINUTE)
        self.assertGreaterEqual(late.changed, late.expires)
        start_mail_server()
        with become("perdue") as screen:
            screen.answer(CODE, boxes.code_by_mail(MAIL))
            self.assertEqual(screen.end(), 0)
        eventually(queue_is_empty, "Postfix has nothing in its queue")
        self.assertEqual([message.state for message in messages_for("perdue")], ["expired", "sent"])
        mail, = mails_to(MAIL)
        self.assertNotIn(late.reference, mail["Message-ID"])


class ZNobody(unittest.TestCase):
    """At the end, when all codes are known."""

    def test_T18_sees_a_code_that_was_late(self):
        self.assertEqual(len(watch.codes), 2)
        self.assertEqual(watch.finds(), [])


if __name__ == "__main__":
    unittest.main()
