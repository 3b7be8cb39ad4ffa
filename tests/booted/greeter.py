# SPDX-License-Identifier: LGPL-2.1-or-later
"""LightDM and its greeter on a screen that nobody has to look at: a person types a name and answers what is asked."""
import os
import pathlib
import re

from machine import eventually, output_of
from screen import read_picture, server_script, type_at

_FOLDER = pathlib.Path("/run/booted-screen")
_SERVER = pathlib.Path("/usr/local/bin/booted-screen")
_SESSION = pathlib.Path("/usr/local/bin/booted-session")
_ENTERED = pathlib.Path("/run/booted-entered")
_LOG = pathlib.Path("/var/log/lightdm/lightdm.log")
_ASKS = re.compile(r"Prompt greeter with (\d+) message")
_CONFIGURATION = f"""
[LightDM]
logind-check-graphical=false

[Seat:*]
xserver-command={_SERVER}
greeter-session=lightdm-gtk-greeter
greeter-hide-users=true
session-wrapper={_SESSION}
user-session=lightdm-xsession
"""
# Nothing moves by itself.
_LOOKS = """
[greeter]
background=#2e5266
user-background=false
hide-user-image=true
indicators=~host
"""


def configure_greeter():
    _FOLDER.mkdir()
    _ENTERED.mkdir(mode=0o777)
    os.chmod(_ENTERED, 0o777)
    for path, text in ((_SERVER, server_script(_FOLDER)), (_SESSION, f"#!/bin/sh\nid -un >{_ENTERED}/$(id -un)\n")):
        path.write_text(text, encoding="ascii")
        path.chmod(0o755)
    pathlib.Path("/etc/lightdm/lightdm.conf").write_text(_CONFIGURATION, encoding="ascii")
    pathlib.Path("/etc/lightdm/lightdm-gtk-greeter.conf").write_text(_LOOKS, encoding="ascii")
    pathlib.Path("/etc/gtk-3.0").mkdir(exist_ok=True)
    pathlib.Path("/etc/gtk-3.0/settings.ini").write_text("[Settings]\ngtk-cursor-blink=false\ngtk-enable-animations=false\n",
                                                         encoding="ascii")


class Greeter:
    """`with Greeter() as greeter:` from the name on. Ends with the session, which is over at once."""

    def __enter__(self):
        _LOG.unlink(missing_ok=True)
        for path in _ENTERED.iterdir():
            path.unlink()
        output_of("systemctl", "start", "lightdm")
        self._asked = 0
        self._seen = self._latest = None
        return self

    def __exit__(self, *_):
        output_of("systemctl", "stop", "lightdm")

    def wait_for_question(self):
        """Waits for the next one, and until it is drawn; returns the picture. One message to the greeter may hold several."""
        self._asked += 1
        eventually(lambda: sum(map(int, _ASKS.findall(self._log()))) >= self._asked, f"question {self._asked} of the greeter")
        self._seen = eventually(self._drawn, "the greeter draws it")
        return self._seen

    def type(self, text):
        type_at(":0", text, {"PATH": os.environ["PATH"], "XAUTHORITY": "/var/run/lightdm/root/:0", "LC_ALL": "C.UTF-8"})

    def answer(self, text):
        picture = self.wait_for_question()
        self.type(text)
        return picture

    def wait_for_session(self, name):
        eventually((_ENTERED / name).exists, f"a session of {name}")

    def _drawn(self):
        """Another picture than the last, and the same twice."""
        now = read_picture(_FOLDER)
        was, self._latest = self._latest, now
        return now if now == was and now != self._seen else None

    @staticmethod
    def _log():
        return _LOG.read_text(encoding="utf-8", errors="replace") if _LOG.exists() else ""
