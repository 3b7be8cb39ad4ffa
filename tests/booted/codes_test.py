# SPDX-License-Identifier: LGPL-2.1-or-later
"""People log in with a password and a code that arrives by SMS or by mail."""
import unittest

import sms_gateway
from machine import eventually
from people import CHOSEN, add_person, log_in
from site_with_codes import last_message_for, open_site
from sms_gateway import SmsGateway

CODE = "Code à 8 chiffres qui vous a été envoyé (vide : en envoyer un autre) : "
gateway = SmsGateway()


def setUpModule():
    gateway.start()
    unittest.addModuleCleanup(gateway.stop)
    add_person("camille", "--phone", "+33612345678")
    open_site()


class APerson(unittest.TestCase):
    def test_APICIL3_logs_in_at_the_console_with_a_password_and_the_code_of_an_sms(self):
        with log_in("camille", CHOSEN) as screen:
            screen.wait_for(CODE)
            print(last_message_for("camille", "sent", "deferred", "refused"))
            print(gateway.messages_to("+33612345678"))


if __name__ == "__main__":
    unittest.main()
