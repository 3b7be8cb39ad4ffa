# SPDX-License-Identifier: LGPL-2.1-or-later
"""A site whose people may recover their passwords: a real mail server, a real gateway, and what each person is sent."""
import re
import unittest

from mail_server import configure_mail_server, mails_to, start_mail_server
from machine import eventually
from people import add_people
from site_with_codes import messages_for, open_site_for_those_who_forgot
from sms_gateway import SmsGateway
from watch import Watch

_CODE = re.compile(r"(?<!\d)(\d{4}) (\d{4})(?!\d)")


class RecoverySite:
    """Of people with these names, each with a mailbox and a telephone. Made in setUpModule()."""

    def __init__(self, names):
        self.mails = {name: f"{name}@kiosk.example" for name in names}
        self.phones = {name: f"+336123457{number:02}" for number, name in enumerate(names)}
        self.gateway = SmsGateway()
        self.watch = Watch()
        unittest.addModuleCleanup(self.watch.stop)
        configure_mail_server()
        start_mail_server()
        self.gateway.start()
        unittest.addModuleCleanup(self.gateway.stop)
        add_people({name: {"phone": self.phones[name], "mail": self.mails[name]} for name in names})
        open_site_for_those_who_forgot()

    def code_by_mail(self, name):
        return self._arrived(name, lambda: [" ".join(mail.get_content().split()) for mail in mails_to(self.mails[name])])

    def code_by_sms(self, name):
        return self._arrived(name, lambda: self.gateway.messages_to(self.phones[name]))

    def _arrived(self, name, messages):
        """Notices arrive, too; one message has a code."""
        try:
            text, = eventually(lambda: [text for text in messages() if _CODE.search(text)], f"a code for {name}")
        except AssertionError as error:
            raise AssertionError(f"{error}; the helpdesk sees {messages_for(name)}") from None
        found = _CODE.search(text)
        self.watch.remember(found[1] + found[2])
        return self.watch.remember(found[0])
