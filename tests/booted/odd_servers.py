# SPDX-License-Identifier: LGPL-2.1-or-later
"""Servers that do what none should (tests/support), and what our channels need to know of them."""
import contextlib
import os
import pathlib
import shutil
import subprocess
import tempfile

from machine import PATIENCE, eventually

_SUPPORT = pathlib.Path(__file__).parents[1] / "support"


@contextlib.contextmanager
def _server(program, *words):
    """Runs one, and gives the folder with what it heard, and its port."""
    with tempfile.TemporaryDirectory(dir="/srv") as name:  # a channel has a /tmp of its own
        os.chmod(name, 0o755)  # and reads here whom to trust
        told = pathlib.Path(name, "told")
        with open(told, "wb") as output:
            server = subprocess.Popen(["/usr/bin/python3", "-B", _SUPPORT / program, name, *words],
                                      stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.DEVNULL)
        try:
            eventually(lambda: told.read_text(encoding="ascii").endswith("\n"), f"{program} listens")
            yield pathlib.Path(name), int(told.read_text(encoding="ascii").split()[1])
        finally:
            server.terminate()
            server.wait(PATIENCE)


@contextlib.contextmanager
def mail_server_that(behaviour):
    """Gives its folder, and the options of the channel smtp for it."""
    with _server("smtp_server.py", behaviour) as (folder, port):
        at_once = behaviour not in ("good", "wrong_name", "no_tls")  # TLS from the first octet on
        login = {} if at_once else {"user": "otp", "password_file": str(folder / "password")}
        (folder / "password").write_text("relay-pw\n", encoding="ascii")
        os.chmod(folder / "password", 0o640)
        shutil.chown(folder / "password", "root", "loquet-channel")
        yield folder, {"server": "localhost", "port": port, "ca_file": str(folder / "ca.pem"), "seconds": 2,
                       "security": "tls" if at_once else "starttls"} | login


@contextlib.contextmanager
def sms_gateway_that():
    """Gives its folder, and the options of the channel sms_http for a path, which says what it does."""
    with _server("http_server.py") as (folder, port):
        yield folder, lambda path: {"url": f"http://localhost:{port}{path}", "fields": ["to={number}", "text={text}"],
                                    "success": "^OK", "failure": "barred", "later": "full", "plain_http": True,
                                    "near_addresses": True, "seconds": 2}
