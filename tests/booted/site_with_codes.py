# SPDX-License-Identifier: LGPL-2.1-or-later
"""A site that asks a code at each login (the profile apicil): its configuration, and what its helpdesk sees of messages."""
import dataclasses
import json
import os
import pathlib

import mail_server
import sms_gateway
from certificates import AUTHORITY, SERVER, make_certificates
from machine import MANAGER, PATIENCE, answers, drop_in, eventually, manager, output_of, run, without_types

_PLUGINS = pathlib.Path("/etc/loquet/plugins")
_CREDENTIALS = pathlib.Path("/etc/credstore")

# The step has time to answer on a busy machine.
_SITE = """
profile = "apicil"

[plugins.one_time_code]
deadline_ms = 10000
"""
_SITE_WITH_CHANNELS = """
[outbox]
mail = ["smtp"]
sms = ["sms_http"]
organisation = "Ville de Rouen"

[support]
contact = "Assistance : 01 23 45 67 89"

[plugins.smtp]
kind = "channel"

[plugins.sms_http]
kind = "channel"
"""
# Eight digits stand nowhere by chance (watch.py).
ONE_TIME_CODE = {"digits": 8}
SMTP = {"server": SERVER, "port": mail_server.PORT, "ca_file": str(AUTHORITY), "user": mail_server.USER,
        "from": f"loquet@{mail_server.DOMAIN}", "dsn": True}
# Kannel's XML, so that no code stands in a URL.
SMS_HTTP = {"url": f"https://{SERVER}:{sms_gateway.PORT}/cgi-bin/sendsms", "notation": "xml",
            "fields": ["message.submit.da.number={number}", "message.submit.oa.number=LOQUET", "message.submit.ud={text}",
                       f"message.submit.from.username={sms_gateway.USER}", "message.submit.from.password={secret}"],
            "success": "^(0: Accepted|3: Queued)", "ca_file": str(AUTHORITY), "near_addresses": True}


def set_options(plugin, options):
    """Writes the plugin's file; its process reads it at the next start."""
    lines = (f"{name} = {json.dumps(value)}\n" for name, value in options.items())  # JSON's values are TOML's
    (_PLUGINS / f"{plugin}.toml").write_text("".join(lines), encoding="ascii")
    output_of("loquetctl", "plugin", "check", plugin)


def set_channel(channel, options):
    """The same for a channel, which begins anew with them at the next message."""
    set_options(channel, options)
    output_of("systemctl", "stop", f"loquet-channel@{channel}.service")


def _give_secret(channel, value):
    _CREDENTIALS.mkdir(mode=0o700, exist_ok=True)
    path = _CREDENTIALS / f"loquet-channel.{channel}"
    path.write_text(value, encoding="ascii")
    os.chmod(path, 0o600)


def open_site(one_time_code=None):
    """From here on each login asks a code; people are made before."""
    set_options("one_time_code", ONE_TIME_CODE | (one_time_code or {}))
    output_of("systemctl", "start", "loquet-plugin@one_time_code.socket")
    _open(_SITE, {"lockout", "one_time_code", "smtp", "sms_http"})


def open_site_for_those_who_forgot():
    """From here on the default profile's recovery sends its codes; logins ask for a password alone."""
    _open(_SITE_WITH_CHANNELS, {"lockout", "password_rules", "smtp", "sms_http"})


def _open(configuration, plugins):
    make_certificates()
    _give_secret("smtp", mail_server.PASSWORD)
    _give_secret("sms_http", sms_gateway.PASSWORD)
    set_channel("smtp", SMTP)
    set_channel("sms_http", SMS_HTTP)
    drop_in("site.toml", configuration)
    output_of("systemctl", "start", "loquet-channel@smtp.socket", "loquet-channel@sms_http.socket")
    output_of("systemctl", "restart", "loquetd")
    eventually(answers, "the daemon answers")
    eventually(lambda: _are_ready(plugins), "the plugins are ready", 4 * PATIENCE)


@dataclasses.dataclass(frozen=True)
class Message:
    """A row of Manager.ListMessages."""
    number: int
    state: str
    medium: str
    account: int
    destination: str
    text: str
    step: str
    why: str
    said: str
    channel: str
    gateway_reference: str
    reference: str
    attempts: int
    unknown: int
    created: int
    changed: int
    due: int
    expires: int


def _are_ready(needed):
    """Those that a login needs; others are connected when somebody does."""
    plugins = [without_types(plugin) for plugin in manager("get-property", "Plugins")]
    return {plugin["instance"] for plugin in plugins if plugin["state"] == "ready"} >= needed


def health():
    """What the daemon says of itself."""
    return manager("get-property", "Health")


def messages_for(name):
    """All messages to this person, the oldest first, as the helpdesk sees them."""
    rows, _ = manager("call", "ListMessages", "tua{sv}", "0", "1000", "1", "account", "s", name)
    return [Message(**without_types(row)) for row in rows]


def last_message_for(name, *states, patience=PATIENCE):
    """The newest message to this person once it is in one of these states."""
    messages = []

    def found():
        messages[:] = messages_for(name)
        return messages[-1] if messages and messages[-1].state in states else None
    try:
        return eventually(found, f"a message for {name} is {' or '.join(states)}", patience)
    except AssertionError as error:
        raise AssertionError(f"{error}; the helpdesk sees {messages}") from None


def send_at_last(name):
    """What the helpdesk may ask for: the newest message to this person is due at once, as often as it has to wait again."""
    def sent():
        message = messages_for(name)[-1]
        if message.state == "deferred":
            asked = run("busctl", "call", *MANAGER, "RetryMessage", "t", str(message.number))
            if asked.returncode != 0 and "only a deferred message" not in asked.stderr:  # it is being sent
                raise AssertionError(asked.stderr)
        return message if message.state == "sent" else None
    return eventually(sent, f"the message for {name} is sent", 2 * PATIENCE)
