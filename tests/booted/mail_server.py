# SPDX-License-Identifier: LGPL-2.1-or-later
"""The site's mail server: Postfix, which takes mail by submission alone, with STARTTLS and a login, and keeps it all in one
folder. What a person would see in a mailbox is read from there."""
import contextlib
import email
import email.policy
import pathlib
import shutil
import socket

from certificates import CERTIFICATE, KEY, SERVER, make_certificates
from machine import eventually, output_of, secret

PORT = 587
USER = "loquet"
PASSWORD = secret("gateway_password")
DOMAIN = "kiosk.example"  # all its addresses exist
_MAILS = pathlib.Path("/var/spool/booted-mails")
_UNIT = "mail-server.service"

_MAIN = {
    "myhostname": SERVER,
    "inet_interfaces": "loopback-only",
    "inet_protocols": "ipv4",
    "mydestination": "",
    "smtpd_tls_cert_file": str(CERTIFICATE),
    "smtpd_tls_key_file": str(KEY),
    "smtpd_tls_auth_only": "yes",
    "smtpd_sasl_path": "smtpd",
    "smtpd_sasl_local_domain": SERVER,
    "smtpd_relay_restrictions": "permit_sasl_authenticated, reject",
    "virtual_mailbox_domains": DOMAIN,
    "virtual_mailbox_base": str(_MAILS.parent),
    "virtual_mailbox_maps": f"static:{_MAILS.name}/",
}
_SUBMISSION = {
    "smtpd_tls_security_level": "encrypt",
    "smtpd_sasl_auth_enable": "yes",
    "smtpd_client_restrictions": "permit_sasl_authenticated,reject",
}


def configure_mail_server():
    """Once, before it starts."""
    make_certificates()
    owner = int(output_of("id", "-u", "mail")), int(output_of("id", "-g", "mail"))
    _MAILS.mkdir()
    shutil.chown(_MAILS, *owner)
    ids = {"virtual_minimum_uid": "1", "virtual_uid_maps": f"static:{owner[0]}", "virtual_gid_maps": f"static:{owner[1]}"}
    output_of("postconf", "-e", *(f"{key}={value}" for key, value in (_MAIN | ids).items()))
    output_of("postconf", "-MX", "smtp/inet")
    output_of("postconf", "-M", f"{PORT}/inet={PORT} inet n - n - - smtpd")
    output_of("postconf", "-F", "*/*/chroot=n")  # which would need a copy of half a system
    output_of("postconf", "-P", *(f"{PORT}/inet/{key}={value}" for key, value in _SUBMISSION.items()))
    sasl = pathlib.Path("/etc/postfix/sasl/smtpd.conf")
    sasl.write_text("pwcheck_method: auxprop\nauxprop_plugin: sasldb\nmech_list: PLAIN\n", encoding="ascii")
    output_of("saslpasswd2", "-p", "-c", "-u", SERVER, USER, typed=PASSWORD)
    shutil.chown("/etc/sasldb2", "root", "postfix")
    pathlib.Path("/etc/sasldb2").chmod(0o640)


def _listens():
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", PORT), timeout=1):
        return True
    return False


def start_mail_server():
    """Where it does not run. Postfix's own script looks at all its files first, which takes seconds; this is what it starts
    then."""
    if _listens():
        return
    output_of("systemd-run", "--collect", f"--unit={_UNIT}", "/usr/lib/postfix/sbin/master", "-d", "-c", "/etc/postfix")
    eventually(_listens, "Postfix listens")


def stop_mail_server():
    output_of("systemctl", "stop", _UNIT)
    eventually(lambda: not _listens(), "Postfix is gone")


def mails_to(address):
    """All that came for this address, the oldest first, as Python's parser understands them."""
    mails = (email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
             for path in sorted(_MAILS.glob("new/*"), key=lambda path: path.stat().st_mtime_ns))
    return [mail for mail in mails if mail["Delivered-To"] == address]


def queue_is_empty():
    """Asked of its folders: Postfix's own program fails where a mail leaves meanwhile."""
    return not any(path.is_file() for folder in ("maildrop", "incoming", "active", "deferred")
                   for path in pathlib.Path("/var/spool/postfix", folder).rglob("*"))

