# SPDX-License-Identifier: LGPL-2.1-or-later
"""The site's SMS gateway: Kannel, whose smsbox takes messages over HTTPS and whose bearerbox hands them to a telephone
network, of which a program of Kannel's plays the part. What a telephone would show is read from what that one prints."""
import contextlib
import pathlib
import re
import socket
import subprocess
import tempfile
import urllib.parse

from certificates import CERTIFICATE, KEY, make_certificates
from machine import PATIENCE, eventually, secret

PORT = 13013
USER = "loquet"
PASSWORD = secret("gateway_password")
_ADMIN, _BOXES, _NETWORK = 13000, 13001, 10000
_CONFIGURATION = f"""
group = core
admin-port = {_ADMIN}
admin-interface = 127.0.0.1
admin-password = {PASSWORD}
smsbox-port = {_BOXES}
smsbox-interface = 127.0.0.1
box-allow-ip = 127.0.0.1
ssl-server-cert-file = {CERTIFICATE}
ssl-server-key-file = {KEY}

group = smsc
smsc = fake
smsc-id = network
port = {_NETWORK}
connect-allow-ip = 127.0.0.1

group = smsbox
bearerbox-host = 127.0.0.1
bearerbox-port = {_BOXES}
sendsms-port = {PORT}
sendsms-port-ssl = yes
sendsms-interface = 127.0.0.1

group = sendsms-user
username = {USER}
password = {PASSWORD}
user-allow-ip = 127.0.0.1
max-messages = 3
concatenation = true

group = sms-service
keyword = default
text = nobody answers
"""


def _listens(port):
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


class SmsGateway:
    """`with SmsGateway() as gateway:`; its processes print the messages, so what they print stays out of the journal."""

    def __init__(self):
        make_certificates()
        self._folder = tempfile.TemporaryDirectory()
        self._place = pathlib.Path(self._folder.name)
        self._configuration = self._place / "kannel.conf"
        self._configuration.write_text(_CONFIGURATION, encoding="ascii")
        self._programs = []

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()
        self._folder.cleanup()

    def start(self):
        self._run("/usr/sbin/bearerbox", "-v", "1", self._configuration)
        eventually(lambda: _listens(_BOXES) and _listens(_NETWORK), "bearerbox listens")
        self._run("/usr/lib/kannel/test/fakesmsc", "-H", "127.0.0.1", "-r", str(_NETWORK), "-m", "0", "1 2 text none")
        self._run("/usr/sbin/smsbox", "-v", "1", self._configuration)
        eventually(lambda: _listens(PORT), "smsbox listens")

    def stop(self):
        for program in reversed(self._programs):
            program.terminate()
            program.wait(PATIENCE)
        self._programs.clear()

    def messages_to(self, number):
        """The texts that came to this telephone, the oldest first."""
        shown = (self._place / "fakesmsc").read_text(encoding="utf-8", errors="replace")
        texts = []
        for kind, content in re.findall(rf"Got message \d+: <\S+ {re.escape(number)} (text|udh) (.*)>", shown):
            if kind == "text":
                texts.append(content)
                continue
            header, part = (urllib.parse.unquote_to_bytes(word) for word in content.split(" ", 1))
            if header[-1] == 1:  # the number of this part of a longer message (3GPP TS 23.040, 9.2.3.24.1)
                texts.append("")
            texts[-1] += part.replace(b"+", b" ").decode("latin-1")
        return texts

    def _run(self, program, *words):
        with open(self._place / pathlib.Path(program).name, "ab") as output:
            self._programs.append(subprocess.Popen([program, *words], stdin=subprocess.DEVNULL, stdout=output,
                                                   stderr=output, cwd=self._place))

