# SPDX-License-Identifier: LGPL-2.1-or-later
"""A plugin that is not installed, has no socket, or refuses the file of its options: what a reload, the check and the status say,
who still logs in, and that what was mended is well without a login."""
import pathlib
import re
import unittest

from machine import answers, drop_in, eventually, journal, manager, output_of, run, with_secrets
from people import CHOSEN, add_person

DAEMON = "loquetd.service"
RULES = pathlib.Path("/etc/loquet/plugins/password_rules.toml")
FLOW = '[plugins.{0}]\nkind = "step"\n[flow.login]\nsteps = ["{0}", "password", "expiry", "authorisation"]\n'
LONGER_THAN_A_PAUSE = 90  # seconds: the daemon asks again at least every 30


def setUpModule():
    eventually(answers, "the daemon answers")
    add_person("camille")


def status():
    return run("loquetctl", "status")


def is_well():
    return status().returncode == 0


class APlugin(unittest.TestCase):
    def setUp(self):
        eventually(is_well, "all is well", LONGER_THAN_A_PAUSE)

    def name(self, plugin):
        file = drop_in("50-booted.toml", FLOW.format(plugin))
        self.addCleanup(lambda: (file.unlink(missing_ok=True), output_of("systemctl", "reload", DAEMON)))
        return f"{file}:4:10: flow.login: the plugin \"{plugin}\" "

    def assert_refused(self, place, *texts):
        self.assertNotEqual(run("systemctl", "reload", DAEMON).returncode, 0)
        checked = run("loquetctl", "config", "check")
        self.assertEqual(checked.returncode, 1)
        shown = status()
        self.assertEqual(shown.returncode, 1)
        for text in (place, *texts):
            self.assertIn(text, checked.stdout)
            self.assertIn(text, shown.stdout)
            self.assertIn(text, journal("-u", DAEMON))
        self.assertIn("the former one is in force", shown.stdout)
        tried = with_secrets("loquetctl", "try-login", "camille", secrets=[CHOSEN])
        self.assertEqual(tried.returncode, 0, tried.stdout + tried.stderr)

    def test_that_is_not_installed_makes_the_reload_fail_and_people_log_in(self):
        place = self.name("retina")
        self.assert_refused(place, "there is no module ", "/loquet/plugins/retina.so: install it")

    def test_without_a_socket_makes_the_reload_fail_until_the_command_that_is_told_was_run(self):
        place = self.name("arithmetic")
        command = "systemctl enable --now loquet-plugin@arithmetic.socket"
        self.assert_refused(place, "there is no socket /run/loquet/plugins/arithmetic.sock", command)
        output_of(*command.split())
        self.addCleanup(output_of, "systemctl", "disable", "--now", "loquet-plugin@arithmetic.socket",
                        "loquet-plugin@arithmetic.service")
        self.assertEqual(output_of("loquetctl", "config", "check"), "ok\n")
        output_of("systemctl", "reload", DAEMON)
        self.assertTrue(is_well(), "without a login")
        self.assertRegex(output_of("loquetctl", "plugin", "list"), r"arithmetic\s+step\s+\S+\s+ready")

    def test_that_refuses_its_options_is_named_with_the_line_and_is_well_once_that_is_mended(self):
        before = RULES.read_text(encoding="utf-8")
        self.addCleanup(RULES.write_text, before, encoding="utf-8")
        RULES.write_text("no_such_option = 1\n", encoding="utf-8")
        run("systemctl", "restart", "loquet-plugin@password_rules.service")
        mistake = f"{RULES}:1:1: unknown option no_such_option"
        eventually(lambda: mistake in run("loquetctl", "--json", "status").stdout, "the status names the line",
                   LONGER_THAN_A_PAUSE)
        self.assertEqual(status().returncode, 1)
        told = re.compile("the plugin password_rules, which password.rules needs, is .*" + re.escape(mistake))
        eventually(lambda: told.search(manager("get-property", "Health")), "the daemon says it by itself", LONGER_THAN_A_PAUSE)
        RULES.write_text(before, encoding="utf-8")
        eventually(is_well, "the status is well without a login", LONGER_THAN_A_PAUSE)


if __name__ == "__main__":
    unittest.main()
