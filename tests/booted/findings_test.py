# SPDX-License-Identifier: LGPL-2.1-or-later
"""What an operator is told of a machine that is installed and not used, or whose configuration is broken: each of these once
left everybody out while all looked well."""
import contextlib
import os
import pathlib
import unittest

from machine import answers, drop_in, eventually, is_active, journal, output_of, run, unit, with_secrets
from people import CHOSEN, add_person, log_in
from terminal import Terminal

DAEMON = "loquetd.service"
PAM = pathlib.Path("/etc/pam.d")
NSSWITCH = pathlib.Path("/etc/nsswitch.conf")
KEY = pathlib.Path("/etc/loquet/master.key")
KEPT = pathlib.Path("/var/lib/loquet/last-good-configuration")
IMPOSSIBLE = "La connexion est momentanément impossible."


def setUpModule():
    eventually(answers, "the daemon answers")
    add_person("camille")


def status():
    return run("loquetctl", "status")


@contextlib.contextmanager
def changed(path, change):
    """The file with another text, for as long as the block lasts."""
    before = path.read_text(encoding="utf-8")
    path.write_text(change(before), encoding="utf-8")
    try:
        yield
    finally:
        path.write_text(before, encoding="utf-8")


def without_loquet(text):
    return "".join(line for line in text.splitlines(keepends=True) if "pam_loquet" not in line)


class AStatus(unittest.TestCase):
    def assert_told(self, *texts):
        found = status()
        self.assertEqual(found.returncode, 1, found.stdout)
        self.assertIn("Health: not ok", found.stdout)
        for text in texts:
            self.assertIn(text, found.stdout)

    def assert_login_differs(self, *texts):
        tried = with_secrets("loquetctl", "try-login", "camille", secrets=[CHOSEN])
        self.assertEqual(tried.returncode, 1, tried.stdout + tried.stderr)
        for text in ("PAM_SUCCESS", "a real login does not reach it", *texts):
            self.assertIn(text, tried.stdout)

    def tearDown(self):
        found = status()
        self.assertEqual((found.returncode, found.stderr), (0, ""), found.stdout)
        self.assertIn("Health: ok", found.stdout)

    def test_tells_that_no_login_asks_because_pam_auth_update_gave_up(self):
        with contextlib.ExitStack() as stack:
            for file in PAM.glob("common-*"):
                stack.enter_context(changed(file, without_loquet))
            stack.enter_context(changed(PAM / "common-auth", lambda text: text.replace(
                "# here's the fallback if no module succeeds", "auth optional pam_echo.so\n# here's the fallback if no module succeeds")))
            given_up = run("pam-auth-update", "--package", environment={**os.environ, "DEBIAN_FRONTEND": "noninteractive"})
            self.assertEqual(given_up.returncode, 0)
            self.assertNotIn("pam_loquet", (PAM / "common-auth").read_text())
            self.assert_told("PAM does not ask Loquet for auth, account, password and session of login", "pam-auth-update --force",
                             "PAM does not ask Loquet for account of systemd-user")
            self.assert_login_differs("PAM does not ask Loquet for auth and account of login")

    def test_tells_that_loquet_is_in_auth_alone(self):
        with contextlib.ExitStack() as stack:
            for file in PAM.glob("common-*"):
                if file.name != "common-auth":
                    stack.enter_context(changed(file, without_loquet))
            self.assert_told("PAM does not ask Loquet for account, password and session of login")

    def test_tells_that_programs_do_not_ask_for_names(self):
        with changed(NSSWITCH, lambda text: text.replace(" loquet", "")):
            self.assert_told("'passwd' in /etc/nsswitch.conf does not name loquet", "'group' in /etc/nsswitch.conf")
            self.assert_login_differs("'passwd' in /etc/nsswitch.conf does not name loquet")
        with changed(NSSWITCH, lambda text: text.replace("files loquet", "files [NOTFOUND=return] loquet", 1)):
            self.assert_told("'passwd' in /etc/nsswitch.conf ends at 'files [NOTFOUND=return]'")

    def test_tells_that_the_key_is_open_to_others(self):
        KEY.chmod(0o644)
        try:
            self.assert_told("/etc/loquet/master.key can be read or written by others", "chmod 600")
        finally:
            KEY.chmod(0o600)

    def test_tells_that_a_plugin_which_a_login_needs_is_absent_before_anybody_needs_it(self):
        output_of("systemctl", "restart", DAEMON)
        output_of("systemctl", "stop", "loquet-plugin@totp.socket", "loquet-plugin@totp.service")
        try:
            found = status()
            self.assertEqual(found.returncode, 1)
            self.assertIn("the plugin totp, which flow.login needs, is absent", found.stdout)
            self.assertIn("'systemctl enable --now loquet-plugin@totp.socket' starts it", found.stdout)
        finally:
            output_of("systemctl", "start", "loquet-plugin@totp.socket")


class ADirectoryOfNames(unittest.TestCase):
    def test_whose_files_somebody_removed_comes_back_with_the_next_change(self):
        for file in pathlib.Path("/var/lib/loquet/directory").iterdir():
            file.unlink()
        self.assertNotEqual(run("id", "camille").returncode, 0, "a program that starts now knows nobody")
        add_person("robin")
        self.assertEqual(run("id", "camille").returncode, 0)
        self.assertIn("removed or changed by somebody else", journal("-u", DAEMON))
        self.assertEqual(status().returncode, 0)


class ABrokenConfiguration(unittest.TestCase):
    def setUp(self):
        umask = os.umask(0o077)
        self.began = output_of("date", "+%F %T.%6N").strip()
        self.broken = drop_in("a.toml", 'disclose = ["locked"]\n')  # which the daemon's user cannot read
        os.umask(umask)
        self.addCleanup(eventually, answers, "the daemon answers")
        self.addCleanup(output_of, "systemctl", "restart", DAEMON)
        self.addCleanup(self.broken.unlink, missing_ok=True)

    def told(self):
        found = status()
        return found.returncode == 1 and f"{self.broken}" in found.stdout

    def test_makes_the_reload_fail_and_is_named_until_one_is_read(self):
        self.assertNotEqual(run("systemctl", "reload", DAEMON).returncode, 0)
        self.assertTrue(is_active(DAEMON))
        eventually(self.told, "the status names the file")
        self.assertIn(f"{self.broken}: cannot open", status().stdout)
        self.assertIn(f"{self.broken}", output_of("systemctl", "status", "--no-pager", "--lines=0", DAEMON))
        self.broken.chmod(0o644)
        self.broken.write_text("disclose = [\n'locket']\n")
        self.assertNotEqual(run("systemctl", "reload", DAEMON).returncode, 0)
        eventually(lambda: f"{self.broken}:2:1: disclose" in status().stdout, "the status names line and column")
        self.broken.write_text("disclose = ['locked']\n")
        output_of("systemctl", "reload", DAEMON)
        eventually(lambda: status().returncode == 0, "all is well again")

    def test_is_found_by_the_check_as_the_daemons_user(self):
        checked = run("loquetctl", "config", "check")
        self.assertEqual(checked.returncode, 1)
        self.assertIn(f"{self.broken}: cannot open", checked.stdout)
        self.assertNotEqual(run("/usr/libexec/loquet/loquetd", "--check").returncode, 0)
        self.broken.unlink()
        self.assertEqual(output_of("loquetctl", "config", "check"), "ok\n")

    def test_keeps_nobody_out_at_a_start(self):
        output_of("systemctl", "restart", DAEMON)
        self.assertTrue(self.told())
        self.assertIn("the last good one is in force", status().stdout)
        with log_in("camille", CHOSEN) as screen:
            screen.type_at_shell("echo I am $(id -un); exit")
            screen.wait_for("I am camille")

    def test_is_told_to_people_where_there_was_never_a_good_one_and_to_the_operator_and_is_read_without_a_restart(self):
        output_of("systemctl", "stop", DAEMON)
        KEPT.unlink()
        self.broken.chmod(0o644)
        self.broken.write_text("disclose = [\n'locket']\nprofil = 'apart'\n")
        output_of("systemctl", "start", DAEMON)
        with Terminal("login", "camille") as screen:
            screen.wait_for(IMPOSSIBLE)
            self.assertNotIn("Mot de passe", screen.wait_for("Login incorrect"), "nobody below knows a password of camille's")
        for command in (("status",), ("account", "list"), ("account", "show", "camille"), ("message", "list")):
            told = run("loquetctl", *command)
            self.assertEqual(told.returncode, 5, told.stdout)
            for text in ("the service takes no logins", "loquetctl config check", f"{self.broken}:2:1: disclose"):
                self.assertIn(text, told.stderr)
        self.assertNotIn(str(self.broken), run("loquetctl", "account", "list", user="nobody").stderr)
        self.assertIn(f"{self.broken}:2:1", output_of("systemctl", "status", "--no-pager", "--lines=0", DAEMON))
        logged = journal("-u", DAEMON, "--since", self.began, "MESSAGE_ID=1d1ec9a7b4c74f5a9a35ab0f1f3a1003").splitlines()
        self.assertEqual([line.partition(": ")[0] for line in logged], [f"{self.broken}:2:1", f"{self.broken}:3:1"],
                         "each mistake once, and in a line of its own")
        self.broken.write_text("disclose = ['locked']\n")
        output_of("systemctl", "reload", DAEMON)
        eventually(lambda: status().returncode == 0, "all is well again")
        self.assertEqual(unit(DAEMON, "NRestarts"), "0")

    def test_is_no_master_key_and_is_told_and_mended_by_a_restart(self):
        self.broken.unlink()
        aside = KEY.rename(KEY.with_suffix(".aside"))
        self.addCleanup(lambda: aside.exists() and (aside.rename(KEY), output_of("systemctl", "restart", DAEMON)))
        output_of("systemctl", "restart", DAEMON)
        with Terminal("login", "camille") as screen:
            screen.wait_for(IMPOSSIBLE)
            screen.wait_for("Login incorrect")
        told = run("loquetctl", "status")
        self.assertEqual(told.returncode, 5, told.stdout)
        for text in ("a master key has 32 bytes", str(KEY), "systemctl restart loquetd"):
            self.assertIn(text, told.stderr)
        aside.rename(KEY)
        self.assertNotEqual(run("systemctl", "reload", DAEMON).returncode, 0, "systemd hands it over at a start")
        output_of("systemctl", "restart", DAEMON)
        eventually(lambda: status().returncode == 0, "all is well again")

    def test_is_logged_once_by_a_reload(self):
        self.broken.chmod(0o644)
        self.broken.write_text("disclose = [\n'locket']\nprofil = 'apart'\n")
        self.assertNotEqual(run("systemctl", "reload", DAEMON).returncode, 0)
        eventually(self.told, "the status names the file")
        logged = journal("-u", DAEMON, "--since", self.began)
        self.assertEqual(logged.count(f"{self.broken}:2:1: "), 1, logged)
        self.assertEqual(logged.count(f"{self.broken}:3:1: "), 1, logged)
        self.assertNotIn("x0a", logged)


if __name__ == "__main__":
    unittest.main()
