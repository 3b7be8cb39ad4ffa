# SPDX-License-Identifier: LGPL-2.1-or-later
"""People of the store: how an operator makes them, and how they come in."""
import json
import pwd

from machine import eventually, output_of, secret, with_secrets
from terminal import Terminal

FIRST = secret("password")
CHOSEN = secret("next_password")
WRONG = secret("wrong_password")

PROMPT = "Mot de passe : "
PRESENT = "Mot de passe actuel : "  # of who is about to change something
REFUSED = "Le couple identifiant/mot de passe est incorrect."
CODE_REFUSED = "Le code n'a pas été accepté. Veuillez recommencer."


def has_name(name):
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None


def add_newcomer(name, *options):
    """Somebody who must choose a password of their own at the first login. Returns when the machine knows the name."""
    made = with_secrets("loquetctl", "account", "add", name, "--display-name", name.capitalize(), *options, secrets=[FIRST])
    if made.returncode != 0:
        raise AssertionError(made.stderr)
    eventually(lambda: has_name(name), f"the machine knows the name {name}")


def add_person(name, *options):
    """Somebody who has done that: CHOSEN is the password."""
    add_newcomer(name, *options)
    changed = with_secrets("loquetctl", "passwd", name, secrets=[FIRST, CHOSEN], user=name)
    if changed.returncode != 0:
        raise AssertionError(changed.stderr)


def add_people(addresses):
    """Many at once, whose password is CHOSEN: `addresses` has for each name a dict with "mail", "phone" or both."""
    password = output_of("openssl", "passwd", "-6", "-stdin", typed=f"{CHOSEN}\n").strip()
    lines = (json.dumps({"name": name, "password_hash": password, "must_change": False, "confirmed": any(of.values())} | of)
             for name, of in addresses.items())
    output_of("loquetctl", "account", "import", "-", typed="\n".join(lines) + "\n")
    for name in addresses:
        eventually(lambda name=name: has_name(name), f"the machine knows the name {name}")


def allow_passwords_through_ssh():
    """By a dialog, as a site with a login of its own has it; Debian's default asks PAM for nothing but a password."""
    with open("/etc/ssh/sshd_config.d/booted.conf", "w", encoding="utf-8") as file:
        file.write("KbdInteractiveAuthentication yes\nPasswordAuthentication no\n")
    output_of("systemctl", "reload", "ssh")


def make_key(name):
    """A key of this person's that opens their own account."""
    output_of("su", "-", name, "-c", "umask 077; mkdir -p .ssh && ssh-keygen -q -t ed25519 -N '' -f .ssh/id_ed25519 "
              "&& cp .ssh/id_ed25519.pub .ssh/authorized_keys")


def ssh(name, *options):
    trusting = ("-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR")
    return ["ssh", *trusting, *options, f"{name}@localhost"]


def ssh_without_key(name):
    return ssh(name, "-o", "PubkeyAuthentication=no", "-o", "NumberOfPasswordPrompts=1")


def log_in(name, password, prompt=PROMPT):
    """At the console, with login. Returns the screen; what the password led to is still to be seen."""
    screen = Terminal("login", name)
    screen.answer(prompt, password)
    return screen
