# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a person who forgot something sees and types at the console of a machine that speaks French."""
from people import PROMPT, REFUSED, log_in
from terminal import Terminal

NEXT_QUESTION = "kiosk (connexion|login)"
HINTED = "Mot de passe (Entrée : aide) : "
MENU = "1 mot de passe oublié  2 identifiant oublié  3 j'ai un code  4 aide : "
MEDIUM = "Où envoyer le code ? 1 courriel  2 SMS : "
CODE = "Code à 8 chiffres (Entrée : le recevoir à nouveau) : "
NEW = "Nouveau mot de passe : "
AGAIN = "Confirmez le nouveau mot de passe : "
# Each person's own: one that was used before is refused.
NEW_PASSWORD = "kanari-Quimbaz2-ostreph"
ADDRESS = "Adresse électronique : "
BACK = "Appuyez sur Entrée pour revenir au menu : "


def press_enter(screen, prompt):
    screen.wait_for(prompt)
    screen.type("")


def ask_for_a_code(name, medium):
    """At the console, up to the question for the code."""
    screen = Terminal("login", name)
    press_enter(screen, PROMPT)
    press_enter(screen, HINTED)
    screen.wait_for(MENU)
    screen.type("1")
    screen.wait_for(MEDIUM)
    screen.type(medium)
    screen.wait_for(CODE)
    return screen


def choose(screen, name, password=NEW_PASSWORD):
    """The new password, and the shell that follows."""
    screen.answer(NEW, password)
    screen.answer(AGAIN, password)
    screen.type_at_shell("echo I am $(id -un); exit")
    screen.wait_for(f"I am {name}")
    return screen.end()


def log_in_with(name, password):
    with log_in(name, password) as screen:
        screen.type_at_shell("echo I am $(id -un); exit")
        screen.wait_for(f"I am {name}")
        return screen.end()


def goes_on_though_out_of_time(test, name, code):
    """At each question behind the code, and then to the end with the same one."""
    with log_in(name, code) as screen:
        screen.wait_for(NEW)
        test.assertEqual(screen.run_out_of_time(), 0)
    with log_in(name, code) as screen:
        screen.answer(NEW, NEW_PASSWORD)
        screen.wait_for(AGAIN)
        test.assertEqual(screen.run_out_of_time(), 0)
    with log_in(name, code.replace(" ", "")) as screen:
        test.assertEqual(choose(screen, name), 0)
    with log_in(name, code) as screen:
        screen.wait_for(REFUSED)
