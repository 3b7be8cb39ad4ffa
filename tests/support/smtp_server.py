#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""smtp_server.py FOLDER BEHAVIOUR: an SMTP server on a free port of the loopback, for the tests of plugins/smtp.

It says "PORT n" when it is ready. Of each session FOLDER/wire holds every octet that the client sent after TLS, and of
each message FOLDER/N.eml what DATA carried and FOLDER/N.fields what Python's parser of mails makes of it: one line
"Name: decoded value" a field, line ends shown as \\r and \\n, then an empty line and the decoded text. FOLDER/ca.pem is
whom to trust: certificates for "localhost" and (wrong_name) for "elsewhere.example".

"good" is aiosmtpd with STARTTLS and AUTH (otp, relay-pw); the others are scripts of what a server should not do. A
behaviour with "=" is a script of its own: "RCPT=550 5.1.1 no|QUIT=221 bye" has answers to CONNECT (the greeting), verbs
and "." (the text), a "^" between the lines of one; "-" is none at all (the server says nothing, and goes on), and "!" at
its end means that the server closes the connection then. AUTH=... also offers AUTH.
"""
import asyncio
import email
import email.policy
import ssl
import subprocess
import sys
from pathlib import Path

from aiosmtpd.smtp import SMTP, AuthResult


CUT = b"250 2.0.0 Ok: que"


def make_certificates(folder, name):
    def openssl(*words):
        subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)
    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    openssl("req", "-x509", *curve, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=throw-away CA")
    openssl("req", "-x509", *curve, "-CA", "ca.pem", "-CAkey", "ca.key", "-keyout", "key.pem", "-out", "cert.pem",
            "-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}", "-addext", "basicConstraints=CA:FALSE")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return context


class Mailbox:
    """Keeps what came, and answers as the behaviour says."""

    def __init__(self, folder):
        self.folder = folder
        self.count = 0

    def keep(self, content):
        parsed = email.message_from_bytes(content, policy=email.policy.default)
        fields = [f"{name}: {value}".replace("\r", "\\r").replace("\n", "\\n") for name, value in parsed.items()]
        (self.folder / f"{self.count}.eml").write_bytes(content)
        text = parsed.get_content().replace("\r\n", "\n")
        (self.folder / f"{self.count}.fields").write_text("\n".join(fields) + "\n\n" + text, newline="")
        self.count += 1
        return text

    async def handle_DATA(self, server, session, envelope):
        self.keep(envelope.original_content)
        return "250 2.0.0 Ok: queued as 4FZk1q0"


def authenticate(server, session, envelope, mechanism, data):
    good = data.login == b"otp" and data.password == b"relay-pw"
    return AuthResult(success=good, handled=good)


class Recorded(SMTP):
    """aiosmtpd, whose input is kept."""

    wire = None

    async def _handle_client(self):
        feed = self._reader.feed_data

        def keep(data):
            with Recorded.wire.open("ab") as file:
                file.write(data)
            feed(data)
        self._reader.feed_data = keep
        await super()._handle_client()


async def odd_session(reader, writer, behaviour, mailbox):
    """One that answers each command by its verb; `behaviour` replaces some of the answers."""
    async def say(line):
        writer.write(line.encode() + b"\r\n")
        await writer.drain()

    async def hear():
        line = await reader.readline()
        with (mailbox.folder / "wire").open("ab") as file:
            file.write(line)
        return line

    async def answer(line, **values):
        """False where the session is over with it."""
        if line is None:
            writer.transport.abort()
        elif line == CUT:
            writer.write(CUT)
            await writer.drain()
        elif line == "":
            await reader.read()
        elif line == "-":
            return True
        elif line.endswith("!"):
            if line != "!":
                await say(line[:-1].format(**values))
        else:
            await say(line.format(**values))
            return True
        return False

    if behaviour == "silent":
        await reader.read()
        return
    if behaviour == "garbage":
        while True:
            await say("\x01\x02 not smtp \xff" * 100)
    answers = {"CONNECT": "220 odd", "QUIT": "221 2.0.0 Bye", "EHLO": "250-odd\r\n250 DSN", "MAIL": "250 ok",
               "RCPT": "250 ok", "DATA": "354 go on", ".": "250 ok"}
    answers |= {  # None: it goes away instead; "": it says nothing any more; CUT: it goes away in the middle of a yes
        "drops_early": {"DATA": None},
        "refuses_rcpt": {"RCPT": "550 5.1.1 no such mailbox"},
        "defers_rcpt": {"RCPT": "451 4.7.1 greylisted"},
        "refuses_text": {".": "554 5.7.1 spam"},
        "defers_text": {".": "452 4.3.1 disk full"},
        "repeats_text": {".": "554 5.7.1 spam: {text}"},
        "wants_login": {"MAIL": "530 5.7.0 authentication required"},
        "drops": {".": None},
        "mute": {".": ""},
        "cuts": {".": CUT},
        "slow": {},
    }.get(behaviour, {})
    if "=" in behaviour:
        parts = (part.split("=", 1) for part in behaviour.split("|"))
        answers |= {verb: line.replace("^", "\r\n") for verb, line in parts}
        if "AUTH" in answers:
            answers["EHLO"] = "250-odd\r\n250 AUTH PLAIN"
    if not await answer(answers["CONNECT"]):
        return
    while line := await hear():
        verb = line[:4].decode("latin-1").strip().upper()
        if behaviour == "slow":
            await asyncio.sleep(0.05)
        if not await answer(answers.get(verb, "250 ok")) or verb == "QUIT":
            return
        if verb == "DATA" and answers["DATA"].startswith("354"):
            content = b""
            while not content.endswith(b"\r\n.\r\n") and (line := await hear()):
                content += line
            text = mailbox.keep(content.removesuffix(b".\r\n"))
            if behaviour == "mute_once" and mailbox.count == 1:
                answers["."] = ""
            if not await answer(answers["."], text=" ".join(text.split())):
                return


async def main(folder, behaviour):
    context = make_certificates(folder, "elsewhere.example" if behaviour.startswith("wrong_name") else "localhost")
    mailbox = Mailbox(folder)
    Recorded.wire = folder / "wire"
    loop = asyncio.get_running_loop()
    if behaviour in ("good", "wrong_name", "no_tls"):
        def session():
            tls = {} if behaviour == "no_tls" else {"tls_context": context, "require_starttls": True}
            login = {} if behaviour == "no_tls" else {"authenticator": authenticate, "auth_required": True}
            return Recorded(mailbox, hostname="test", loop=loop, **tls, **login)
        server = await loop.create_server(session, "127.0.0.1", 0)
    else:
        async def session(reader, writer):
            try:
                await odd_session(reader, writer, behaviour, mailbox)
            except ConnectionError:
                pass
            finally:
                writer.close()
        server = await asyncio.start_server(session, "127.0.0.1", 0, ssl=context)
    print("PORT", server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main(Path(sys.argv[1]), sys.argv[2]))
