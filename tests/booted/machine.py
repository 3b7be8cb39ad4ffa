# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a test asks of the machine that it runs in: commands, units, the journal, secrets that nothing may show. The machine
was booted for the tests of one file and is thrown away after them, so they may change it; each undoes what would disturb
the next."""
import json
import os
import pathlib
import pwd
import re
import subprocess
import time

PATIENCE = 30  # seconds; a test that waits longer has failed
ENGLISH = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "HOME": "/root"}
MANAGER = ("org.loquet.Auth1", "/org/loquet/Auth1", "org.loquet.Auth1.Manager")
_CANARIES = pathlib.Path(__file__).parents[1] / "support" / "canary.h"


def secret(name):
    """One of the secrets that lint.canaries looks for in everything that the tests leave behind."""
    return re.search(rf'string_view {name} = "([^"]+)"', _CANARIES.read_text())[1]


def run(*command, user="root", typed=None, environment=None, patience=PATIENCE):
    """Runs a command as this user, and returns when it has ended; output and errors are text. Speaks English unless the
    environment says otherwise. `typed` is its standard input."""
    account = pwd.getpwnam(user)
    return subprocess.run(command, input=typed, stdin=None if typed is not None else subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=patience, cwd="/", env=environment or ENGLISH,
                          user=account.pw_uid, group=account.pw_gid,
                          extra_groups=os.getgrouplist(user, account.pw_gid))


def output_of(*command, **options):
    """The same, for a command that must not fail."""
    done = run(*command, **options)
    if done.returncode != 0:
        raise AssertionError(f"{' '.join(command)} ended with {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def with_secrets(*command, secrets, user="root"):
    """Runs a command that reads secrets, one a line, from the descriptor of its option --password-fd."""
    return run(*command, "--password-fd", "0", user=user, typed="".join(f"{line}\n" for line in secrets))


def eventually(condition, what, patience=PATIENCE):
    """Returns the first true value of `condition()`."""
    deadline = time.monotonic() + patience
    while not (value := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"did not happen within {patience} s: {what}")
        time.sleep(0.02)
    return value


def unit(name, prop):
    """A property of a unit, as systemctl shows it."""
    return output_of("systemctl", "show", "--value", "--property", prop, name).strip()


def main_pid(name):
    return int(unit(name, "MainPID"))


def is_active(name):
    return run("systemctl", "is-active", "--quiet", name).returncode == 0


def process_status(pid):
    """The fields of /proc/PID/status."""
    lines = pathlib.Path(f"/proc/{pid}/status").read_text().splitlines()
    return {key: value.strip() for key, _, value in (line.partition(":") for line in lines)}


def journal(*matches):
    return output_of("journalctl", "--no-pager", "--output=cat", *matches)


def answers():
    """Whether the daemon answers on the bus."""
    return run("busctl", "call", "org.loquet.Auth1", "/org/loquet/Auth1", "org.freedesktop.DBus.Peer", "Ping").returncode == 0


def manager(verb, member, *arguments):
    """What the daemon answers to a call of its Manager ("call"), or a property of it ("get-property")."""
    return json.loads(output_of("busctl", "--json=short", verb, *MANAGER, member, *arguments))["data"]


def without_types(dictionary):
    """An a{sv} that busctl shows."""
    return {key: value["data"] for key, value in dictionary.items()}


def drop_in(name, text):
    """Adds a file to the daemon's configuration."""
    path = pathlib.Path("/etc/loquet/loquet.toml.d", name)
    path.write_text(text)
    return path
