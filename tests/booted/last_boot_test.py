# SPDX-License-Identifier: LGPL-2.1-or-later
"""A boot whose machine is kept: people of the store with keys and jobs, for dead_daemon_test.py to find."""
import pathlib
import unittest

from machine import output_of, run
from people import add_newcomer, add_person, make_key, ssh


class TheLastBoot(unittest.TestCase):
    def test_leaves_people_with_keys_and_jobs(self):
        add_person("camille")
        make_key("camille")
        self.assertEqual(run(*ssh("camille", "-o", "BatchMode=yes"), "true", user="camille").returncode, 0)
        output_of("crontab", "-", user="camille", typed="@reboot id -un >/tmp/job-of-camille\n")
        add_newcomer("nouvelle")
        pathlib.Path("/srv/of-camille").touch()
        output_of("chown", "camille:camille", "/srv/of-camille")


if __name__ == "__main__":
    unittest.main()
