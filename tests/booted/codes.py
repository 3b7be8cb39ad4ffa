# SPDX-License-Identifier: LGPL-2.1-or-later
"""Codes as people receive them, and what a screen shows where one is asked."""
import re

from mail_server import mails_to
from machine import eventually
from people import CHOSEN, PROMPT
from terminal import Terminal

CODE = "Code à 8 chiffres reçu (laissez vide pour en recevoir un autre) : "


def become(name):
    """With su; the password is typed, and what comes after it is still to be seen. Unlike login and sshd, su does not set
    people a time."""
    screen = Terminal("su", name, "-c", "id -un", user="nobody")
    screen.answer(PROMPT, CHOSEN)
    return screen


def text_with_code(minutes):
    """The sentence of an SMS, as a pattern whose group is the code. A code that waited says fewer minutes."""
    return (rf"Votre code de connexion : (\d{{8}})\. Il est à usage unique et valable (?:{minutes}|[1-9]) minute\(s\)\. "
            r"Ne le communiquez à personne\.")


class Mailboxes:
    """What the people's telephones and mailboxes hold; the codes among it are remembered by `watch`."""

    def __init__(self, gateway, watch, minutes=10):
        self._gateway = gateway
        self._watch = watch
        self._sms = re.compile(text_with_code(minutes))
        self._mail = re.compile(text_with_code(minutes) + " Si vous ne l'avez pas demandé, quelqu'un connaît peut-être "
                                "votre mot de passe : changez-le.")

    def code_by_sms(self, number, count=1):
        """The code of the newest of so many messages to this number, once they are there."""
        texts = eventually(lambda: self._of(self._gateway.messages_to(number), count), f"SMS {count} for {number}")
        return self._code(self._sms, texts[-1])

    def code_by_mail(self, address, count=1):
        mails = eventually(lambda: self._of(mails_to(address), count), f"mail {count} for {address}")
        return self._code(self._mail, " ".join(mails[-1].get_content().split()))

    @staticmethod
    def _of(messages, count):
        if len(messages) > count:
            raise AssertionError(f"{len(messages)} messages, and {count} were to come")
        return messages if len(messages) == count else None

    def _code(self, pattern, text):
        found = pattern.fullmatch(text)
        if not found:
            raise AssertionError(f"this is no message with a code: {text}")
        return self._watch.remember(found[1])
