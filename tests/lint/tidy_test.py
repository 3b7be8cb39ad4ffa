# SPDX-License-Identifier: LGPL-2.1-or-later
"""When scripts/lib/tidy.py looks at a source again: what its digest of a clean source stands on."""
import os
import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "scripts" / "lib"))
import tidy  # noqa: E402


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


class ACleanSource(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.addCleanup(setattr, tidy, "SOURCE", tidy.SOURCE)
        self.clone = self.make_clone("clone", "clone/build/dev")
        self.packages = ["libc6-dev 2.36"]
        self.settings = b"version 22"
        self.before = self.key()

    def make_clone(self, name, build):
        clone = self.folder / name
        write(clone / "lib/a.cpp", '#include "lib/a.h"\n#include <vector>\n')
        write(clone / "lib/a.h", '#  include "lib/b.h"\n#include <loquet/step.h>\n#include "made/c.pb.h"\n')
        write(clone / "lib/b.h", "int b();\n")
        write(clone / "lib/other.h", "int other();\n")
        write(clone / "sdk/include/loquet/step.h", "int step();\n")
        self.build = self.folder / build
        write(self.build / "made/c.pb.h", "int c();\n")
        return clone

    def key(self, options=""):
        tidy.SOURCE = self.clone
        source = self.clone / "lib/a.cpp"
        entry = {"file": str(source), "command": f"c++ -I{self.clone} -I{self.build}{options} -o lib/a.o -c {source}"}
        return tidy.Keys(self.build, self.settings, self.packages).of(entry)

    def change(self, name):
        write(self.clone / name, "changed\n")

    def test_is_looked_at_again_when_its_text_changes(self):
        self.change("lib/a.cpp")
        self.assertNotEqual(self.key(), self.before)

    def test_is_looked_at_again_when_a_header_of_a_header_changes(self):
        self.change("lib/b.h")
        self.assertNotEqual(self.key(), self.before)

    def test_is_looked_at_again_when_a_header_in_angle_brackets_changes(self):
        self.change("sdk/include/loquet/step.h")
        self.assertNotEqual(self.key(), self.before)

    def test_is_looked_at_again_when_a_generated_header_changes(self):
        write(self.build / "made/c.pb.h", "changed\n")
        self.assertNotEqual(self.key(), self.before)

    def test_is_looked_at_again_when_a_package_settings_or_options_change(self):
        self.packages = ["libc6-dev 2.41"]
        other_package = self.key()
        self.packages, self.settings = ["libc6-dev 2.36"], b"version 23"
        other_settings = self.key()
        self.settings = b"version 22"
        self.assertEqual(len({self.before, other_package, other_settings, self.key(" -DX")}), 4)

    def test_is_not_looked_at_again_when_only_a_time_or_another_header_changes(self):
        os.utime(self.clone / "lib/b.h", (1, 1))
        self.change("lib/other.h")
        self.assertEqual(self.key(), self.before)

    def test_is_not_looked_at_again_in_another_clone_with_its_build_folder_elsewhere(self):
        self.clone = self.make_clone("zz/another", "aa/elsewhere")
        self.assertEqual(self.key(), self.before)

    def test_is_looked_at_each_time_where_the_packages_are_not_known(self):
        self.packages = []
        self.assertIsNone(self.key())


class PackagesWithHeaders(unittest.TestCase):
    def test_are_the_installed_ones_alone_with_their_versions(self):
        with tempfile.TemporaryDirectory() as folder:
            admin = pathlib.Path(folder)
            write(admin / "status", "".join(
                f"Package: {name}\nStatus: {status}\nArchitecture: amd64\nMulti-Arch: {multi}\nVersion: {version}\n"
                "Maintainer: x <x@x>\nDescription: x\n\n"
                for name, status, multi, version in (
                    ("liba-dev", "install ok installed", "no", "1.0-2"),
                    ("libb-dev", "install ok installed", "same", "3"),
                    ("libold-dev", "deinstall ok config-files", "no", "1"),
                    ("tzdata", "install ok installed", "no", "2026"))))
            write(admin / "info/liba-dev.list", "/.\n/usr/include/a.h\n")
            write(admin / "info/libb-dev:amd64.list", "/.\n/usr/include/b.h\n")
            write(admin / "info/libold-dev.list", "/usr/include/old.h\n")
            write(admin / "info/tzdata.list", "/usr/share/zoneinfo/Europe/Paris\n")
            self.assertEqual(tidy.packages_with_headers(admin), ["liba-dev 1.0-2", "libb-dev:amd64 3"])

    def test_are_none_without_dpkg(self):
        with tempfile.TemporaryDirectory() as folder:
            self.assertEqual(tidy.packages_with_headers(pathlib.Path(folder) / "absent"), [])


if __name__ == "__main__":
    unittest.main()
