# SPDX-License-Identifier: LGPL-2.1-or-later
"""People of the store come in through login, su and sshd, on a machine that speaks French."""
import os
import pwd
import re
import unittest

from machine import drop_in, eventually, output_of, run, with_secrets
from people import (CHOSEN, FIRST, PRESENT, PROMPT, REFUSED, WRONG, add_newcomer, add_person, allow_passwords_through_ssh, log_in,
                    make_key, ssh, ssh_without_key)
from terminal import Terminal

FIRST_LOGIN = "C'est votre première connexion. Veuillez créer votre mot de passe."


def setUpModule():
    allow_passwords_through_ssh()
    add_person("camille")
    add_person("robin")


def sessions_of(name):
    """Without that of the user's own systemd, which Debian 13 lists too."""
    return [line for line in output_of("loginctl", "list-sessions", "--no-legend").splitlines()
            if f" {name} " in line and " manager " not in line]


class APersonOfTheStore(unittest.TestCase):
    def test_logs_in_at_the_console_in_french_with_a_session_and_a_home_folder(self):
        add_person("claude")
        self.assertFalse(os.path.exists("/home/claude"))
        with log_in("claude", CHOSEN) as screen:
            screen.type_at_shell("echo I am $(id -un) in $PWD; ls -dl $PWD")
            screen.wait_for("I am claude in /home/claude")
            screen.wait_for("drwx------")
            self.assertEqual(len(sessions_of("claude")), 1)
            screen.type_at_shell("exit")
            self.assertEqual(screen.end(), 0)
        home = os.stat("/home/claude")
        self.assertEqual((home.st_uid, home.st_gid), (pwd.getpwnam("claude").pw_uid, pwd.getpwnam("claude").pw_gid))
        self.assertTrue(os.path.exists("/home/claude/.bashrc"))
        eventually(lambda: not sessions_of("claude"), "the session is over")

    def test_is_refused_in_french_at_the_console_for_a_wrong_password(self):
        with log_in("camille", WRONG) as screen:
            screen.wait_for(REFUSED)
            self.assertEqual(sessions_of("camille"), [])

    def test_becomes_another_with_su_and_is_asked_in_french(self):
        with Terminal("su", "robin", "-c", "id -un", user="camille") as screen:
            screen.answer(PROMPT, CHOSEN)
            screen.wait_for("robin")
            self.assertEqual(screen.end(), 0)

    def test_is_refused_by_su_for_a_wrong_password(self):
        with Terminal("su", "robin", "-c", "id -un", user="camille") as screen:
            screen.answer(PROMPT, WRONG)
            screen.wait_for(REFUSED)
            self.assertNotEqual(screen.end(), 0)

    def test_comes_in_through_ssh_by_a_dialog_in_french(self):
        with Terminal(*ssh_without_key("camille"), "id -un; pwd", user="robin") as screen:
            screen.answer(PROMPT, CHOSEN)
            screen.wait_for("camille")
            screen.wait_for("/home/camille")
            self.assertEqual(screen.end(), 0)

    def test_is_refused_by_ssh_for_a_wrong_password(self):
        with Terminal(*ssh_without_key("camille"), "id -un", user="robin") as screen:
            screen.answer(PROMPT, WRONG)
            self.assertNotEqual(screen.end(), 0)

    def test_comes_in_through_ssh_with_a_key(self):
        make_key("camille")
        self.assertEqual(output_of(*ssh("camille", "-o", "BatchMode=yes"), "id -un", user="camille"), "camille\n")

    def test_unlocks_their_own_screen_as_a_plain_user(self):
        asked = ("pamtester", "login", "camille", "authenticate")
        with Terminal(*asked, user="camille") as screen:
            screen.answer(PROMPT, CHOSEN)
            self.assertEqual(screen.end(), 0, screen.shown)
        with Terminal(*asked, user="camille") as screen:
            screen.answer(PROMPT, WRONG)
            self.assertNotEqual(screen.end(), 0)

    def test_changes_their_password_with_passwd_and_with_loquetctl(self):
        add_person("lou")
        with Terminal("passwd", user="lou") as screen:
            screen.answer(PRESENT, CHOSEN)
            screen.wait_for("Règles du nouveau mot de passe : au moins 15 caractères")
            screen.answer("Nouveau mot de passe : ", WRONG)
            screen.answer("Confirmez le nouveau mot de passe : ", WRONG)
            self.assertEqual(screen.end(), 0, screen.shown)
        changed = with_secrets("loquetctl", "passwd", secrets=[WRONG, CHOSEN + "!"], user="lou")
        self.assertEqual(changed.returncode, 0, changed.stderr)

    def test_who_is_locked_out_is_kept_out_with_a_password_and_with_a_key(self):
        add_person("sacha")
        make_key("sacha")
        output_of("loquetctl", "account", "lock", "sacha", "--reason", "a test")
        with log_in("sacha", CHOSEN) as screen:
            screen.wait_for(REFUSED)
        self.assertNotEqual(run(*ssh("sacha", "-o", "BatchMode=yes"), "true", user="sacha").returncode, 0)
        output_of("loquetctl", "account", "unlock", "sacha")
        self.assertEqual(run(*ssh("sacha", "-o", "BatchMode=yes"), "true", user="sacha").returncode, 0)

    def become(self, name, password):
        with Terminal("su", name, "-c", "id -un", user="camille") as screen:
            screen.answer(PROMPT, password)
            return screen.end()

    def test_who_failed_too_often_is_kept_out_until_the_helpdesk_opens(self):
        add_person("alex")
        for _ in range(5):
            self.assertNotEqual(self.become("alex", WRONG), 0)
        self.assertNotEqual(self.become("alex", CHOSEN), 0)
        self.assertEqual(self.become("robin", CHOSEN), 0, "somebody else at the same place")
        self.assertIn("too-many-failures", output_of("loquetctl", "account", "show", "alex"))
        output_of("loquetctl", "account", "unlock", "alex")
        self.assertEqual(self.become("alex", CHOSEN), 0)


class ANewcomer(unittest.TestCase):
    """Chooses a password of their own at the first login, wherever that is."""

    def choose(self, screen):
        screen.answer(PROMPT, FIRST)
        screen.wait_for(FIRST_LOGIN)
        screen.answer("Nouveau mot de passe : ", CHOSEN)
        screen.answer("Confirmez le nouveau mot de passe : ", CHOSEN)

    def test_chooses_a_password_at_the_console(self):
        add_newcomer("nouvelle")
        with Terminal("login", "nouvelle") as screen:
            self.choose(screen)
            screen.type_at_shell("echo I am $(id -un); exit")
            screen.wait_for("I am nouvelle")
            self.assertEqual(screen.end(), 0)

    def test_chooses_a_password_through_ssh(self):
        add_newcomer("nouveau")
        with Terminal(*ssh_without_key("nouveau"), "-t", "id -un", user="camille") as screen:
            self.choose(screen)
            screen.wait_for("nouveau\n")
            self.assertEqual(screen.end(), 0, screen.shown)

    def test_is_not_believed_with_a_weak_password(self):
        add_newcomer("faible")
        with Terminal("login", "faible") as screen:
            screen.answer(PROMPT, FIRST)
            screen.answer("Nouveau mot de passe : ", "password1")
            screen.answer("Confirmez le nouveau mot de passe : ", "password1")
            screen.wait_for_match(r"Mot de passe refusé\. Règles à respecter : au moins 15 caractères")


class APersonWhoIsAskedForASumFirst(unittest.TestCase):
    """What Loquet refuses before it asked for a password is not asked for one by pam_unix, which has none of theirs."""

    SUM = r"Combien font (\d+) [-+] (\d+) \? "
    WRONG_SUM = "La réponse n'a pas été acceptée."

    def setUp(self):
        flow = 'steps = ["arithmetic", "password", "expiry", "authorisation"]\n'
        site = drop_in("sum.toml", "[plugins.arithmetic]\nkind = \"step\"\n"
                       f"[flow.login.service.login]\n{flow}[flow.login.service.su]\n{flow}")
        output_of("systemctl", "start", "loquet-plugin@arithmetic.socket")
        output_of("systemctl", "reload", "loquetd")

        def undo():
            site.unlink()
            output_of("systemctl", "reload", "loquetd")
            output_of("systemctl", "stop", "loquet-plugin@arithmetic.socket", "loquet-plugin@arithmetic.service")
        self.addCleanup(undo)

    def test_is_refused_at_the_console_without_another_question(self):
        with Terminal("login", "camille") as screen:
            screen.wait_for_match(self.SUM)
            screen.type("1000")
            screen.wait_for(self.WRONG_SUM)
            self.assertNotRegex(screen.wait_for("Login incorrect"), "Mot de passe|Password")

    def test_is_refused_by_su_without_another_question(self):
        with Terminal("su", "robin", "-c", "id -un", user="camille") as screen:
            screen.wait_for_match(self.SUM)
            screen.type("1000")
            self.assertNotEqual(screen.end(), 0)
            self.assertIn(self.WRONG_SUM, screen.shown)
            self.assertNotRegex(screen.shown, "Mot de passe|Password")

    def test_becomes_another_with_the_right_sum_and_password(self):
        with Terminal("su", "robin", "-c", "id -un", user="camille") as screen:
            screen.wait_for_match(self.SUM)
            question = re.search(r"(\d+) ([-+]) (\d+)", screen.shown)
            sign = -1 if question[2] == "-" else 1
            screen.type(str(int(question[1]) + sign * int(question[3])))
            screen.answer(PROMPT, CHOSEN)
            screen.wait_for("robin")
            self.assertEqual(screen.end(), 0)


if __name__ == "__main__":
    unittest.main()
