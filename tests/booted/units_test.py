# SPDX-License-Identifier: LGPL-2.1-or-later
"""The units, the bus policy and the folders, as systemd 252 and the kernel make them of what we install."""
import functools
import json
import os
import pathlib
import re
import signal
import unittest

from machine import (answers, drop_in, eventually, is_active, journal, main_pid, output_of, process_status, run, unit)

DAEMON = "loquetd.service"
PLUGINS = ("lockout", "password_rules")


def setUpModule():
    eventually(answers, "the daemon answers")


def status_of(service, program):
    """The status of the service's process once it is this program: for systemd a service is active when it has forked."""
    pid = main_pid(service)
    status = process_status(pid) if pid else {"Name": ""}
    return status if status["Name"] == program else None


class TheMachine(unittest.TestCase):
    def test_is_running_without_a_failed_unit(self):
        self.assertEqual(output_of("systemctl", "list-units", "--failed", "--no-legend"), "")
        self.assertEqual(output_of("systemctl", "is-system-running").strip(), "running")

    def test_finds_nothing_wrong_with_our_units(self):
        found = run("systemd-analyze", "verify", "--man=no", DAEMON, *(f"loquet-plugin@{name}.socket" for name in PLUGINS),
                    *(f"loquet-plugin@{name}.service" for name in PLUGINS), "loquet-channel@file.socket",
                    "loquet-channel@file.service")
        self.assertEqual((found.returncode, found.stdout + found.stderr), (0, ""))

    def test_reads_our_bus_policy_without_a_complaint(self):
        told = journal("--boot", "-u", "dbus.service", "--grep=loquet").splitlines()
        self.assertEqual([line for line in told if not re.search("Activating|Successfully activated", line)], [])


class TheDaemon(unittest.TestCase):
    def setUp(self):
        run("systemctl", "start", DAEMON)
        eventually(answers, "the daemon answers")

    def test_is_a_user_of_its_own_without_a_capability(self):
        status = process_status(main_pid(DAEMON))
        uid = int(output_of("id", "-u", "loquet"))
        self.assertNotEqual(uid, 0)
        self.assertEqual(status["Uid"].split(), [str(uid)] * 4)
        for capabilities in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
            self.assertEqual(int(status[capabilities], 16), 0, capabilities)
        self.assertEqual(status["NoNewPrivs"], "1")
        self.assertEqual(status["Seccomp"], "2")

    def test_sees_no_network_and_can_write_nothing_but_its_own_folder(self):
        def inside(*command):
            return run("nsenter", "--target", str(main_pid(DAEMON)), "--mount", "--net", "--", *command)
        devices = inside("cat", "/proc/net/dev").stdout
        self.assertEqual([line.split(":")[0].strip() for line in devices.splitlines()[2:]], ["lo"])
        for folder in ("/etc", "/usr", "/var/log", "/home"):
            self.assertIn("Read-only file system", inside("touch", f"{folder}/ours").stderr)
        self.assertEqual(inside("touch", "/var/lib/loquet/ours").returncode, 0)
        os.unlink("/var/lib/loquet/ours")
        self.assertEqual(inside("ls", "-A", "/home").stdout, "")

    def test_keeps_the_store_and_the_key_from_everybody_else(self):
        store = os.stat("/var/lib/loquet/store")
        self.assertEqual(store.st_mode & 0o777, 0o700)
        self.assertEqual(store.st_uid, int(output_of("id", "-u", "loquet")))
        key = os.stat("/etc/loquet/master.key")
        self.assertEqual((key.st_mode & 0o777, key.st_uid), (0o600, 0))
        for path in ("/var/lib/loquet/store/data.mdb", "/etc/loquet/master.key",
                     "/run/credentials/loquetd.service/master-key"):
            for outsider in ("nobody", "loquet-plugin"):
                self.assertIn("Permission denied", run("cat", path, user=outsider).stderr, f"{outsider} reads {path}")

    def test_is_exposed_little_as_systemd_counts_it(self):
        for name, most in ((DAEMON, 5), ("loquet-plugin@lockout.service", 5)):
            found = run("systemd-analyze", "security", f"--threshold={most}", "--no-pager", name)
            print(found.stdout.splitlines()[-1], flush=True)
            self.assertEqual(found.returncode, 0, found.stdout)

    def test_is_started_by_a_call_on_the_bus(self):
        output_of("systemctl", "stop", DAEMON)
        self.assertFalse(is_active(DAEMON))
        self.assertEqual(unit(DAEMON, "Result"), "success")
        self.assertTrue(answers())
        self.assertTrue(is_active(DAEMON))

    def test_comes_back_after_it_was_killed(self):
        killed = main_pid(DAEMON)
        output_of("systemctl", "kill", "--signal=SIGKILL", DAEMON)
        eventually(lambda: main_pid(DAEMON) not in (0, killed), "the daemon is another process")
        eventually(answers, "the daemon answers again")
        self.assertEqual(run("loquetctl", "account", "list").returncode, 0)

    def test_takes_a_new_configuration_when_it_is_reloaded_and_keeps_the_old_one_for_a_mistake(self):
        before = main_pid(DAEMON)
        added = drop_in("50-booted.toml", 'profile = "portail"\n')
        self.addCleanup(lambda: (added.unlink(missing_ok=True), run("systemctl", "reload", DAEMON)))
        output_of("systemctl", "reload", DAEMON)
        eventually(lambda: self.profile() == "portail", "the new profile holds")
        added.write_text('profile = "portail"\nprofil = "apart"\n')
        self.assertNotEqual(run("systemctl", "reload", DAEMON).returncode, 0)
        eventually(lambda: f"{added}:2:1" in journal("-u", DAEMON), "the journal names the mistake")
        self.assertEqual(self.profile(), "portail")
        self.assertEqual(main_pid(DAEMON), before)

    def profile(self):
        return json.loads(run("loquetctl", "--json", "status").stdout)["profile"]


class APlugin(unittest.TestCase):
    def test_is_started_by_its_socket_as_a_user_of_its_own(self):
        for name in PLUGINS:
            service = f"loquet-plugin@{name}.service"
            self.assertTrue(is_active(f"loquet-plugin@{name}.socket"))
            output_of("systemctl", "stop", DAEMON, service)
            output_of("systemctl", "start", DAEMON)
            status = eventually(functools.partial(status_of, service, "loquet-plugin"), f"{service} runs")
            self.assertEqual(status["Uid"].split(), [output_of("id", "-u", "loquet-plugin").strip()] * 4)
            self.assertEqual(int(status["CapEff"], 16), 0)
            self.assertEqual(status["NoNewPrivs"], "1")
            self.assertEqual(status["Seccomp"], "2")

    def test_is_not_to_be_reached_by_anybody_but_the_daemon(self):
        for name in PLUGINS:
            path = pathlib.Path(f"/run/loquet/plugins/{name}.sock")
            self.assertEqual((path.stat().st_mode & 0o777, path.owner()), (0o600, "loquet"))

    def test_comes_back_after_it_was_killed_and_the_daemon_says_that_all_is_well(self):
        service = "loquet-plugin@lockout.service"
        output_of("systemctl", "restart", DAEMON)
        killed = eventually(lambda: main_pid(service), "the plugin runs")
        os.kill(killed, signal.SIGKILL)
        eventually(lambda: main_pid(service) not in (0, killed), "the plugin is another process")
        eventually(lambda: "Health: ok" in run("loquetctl", "status").stdout, "the daemon finds nothing wrong")
        self.assertEqual(run("loquetctl", "status").returncode, 0)


class AChannel(unittest.TestCase):
    def test_is_started_by_its_socket_as_a_user_of_its_own_with_the_network(self):
        dropped = pathlib.Path("/etc/loquet/loquet.toml.d/file.toml")
        dropped.write_text('[plugins.file]\nkind = "channel"\n')
        self.addCleanup(output_of, "systemctl", "restart", DAEMON)
        self.addCleanup(dropped.unlink)
        output_of("systemctl", "start", "loquet-channel@file.socket")
        self.addCleanup(output_of, "systemctl", "stop", "loquet-channel@file.socket")
        output_of("systemctl", "restart", DAEMON)
        status = eventually(functools.partial(status_of, "loquet-channel@file.service", "loquet-plugin"), "the channel runs")
        self.assertEqual(status["Uid"].split(), [output_of("id", "-u", "loquet-channel").strip()] * 4)
        self.assertEqual(int(status["CapEff"], 16), 0)
        self.assertEqual(status["Seccomp"], "2")
        here = os.readlink("/proc/self/ns/net")
        self.assertEqual(os.readlink(f"/proc/{main_pid('loquet-channel@file.service')}/ns/net"), here)
        folder = pathlib.Path("/var/lib/loquet-channel")
        self.assertEqual((folder.stat().st_mode & 0o777, folder.owner()), (0o700, "loquet-channel"))
        listed = eventually(lambda: "ready" in run("loquetctl", "plugin", "list").stdout.split("file", 1)[-1], "it is ready")
        self.assertTrue(listed)


if __name__ == "__main__":
    unittest.main()
