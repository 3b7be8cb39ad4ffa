#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs clang-tidy over every source of ours, in parallel; every finding is an error.

What was clean is not looked at again until its text, its command line, the settings, a header of ours that it includes,
or a package with headers changes: the digest of all these is kept as an empty file in the cache, which every clone and
build folder of a user shares. On a system without dpkg everything is looked at each time.

The tests of a folder are looked at as one, since most of what they cost is reading GoogleTest; where two of them have a
helper of the same name, in parts that compile.
"""
import argparse
import collections
import concurrent.futures
import dataclasses
import hashlib
import json
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

TIDY = "clang-tidy-22"
# The analyzer gives a function up after so many nodes: a third of its usual limit, which takes half the time.
ANALYZER_LIMIT = [f"--extra-arg={word}" for word in ("-Xclang", "-analyzer-config", "-Xclang", "max-nodes=75000")]
# In a test the checks walk all of GoogleTest, which costs more than what they look for there; these are worth it.
IN_TESTS = ("--checks=-*,bugprone-use-after-move,misc-unused-using-decls,modernize-use-override,"
            "performance-no-automatic-move,readability-identifier-naming")
TESTS_TOGETHER = 12
SOURCE = pathlib.Path(__file__).resolve().parents[2]


DPKG = pathlib.Path("/var/lib/dpkg")
HEADER_FOLDERS = ("/usr/include/", "/usr/lib/gcc/", "/usr/lib/llvm-")
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*[<"]([^>"]+)[>"]', re.MULTILINE)


def packages_with_headers(dpkg=DPKG):
    """Name and version of each installed package that has a header, sorted; nothing where there is no dpkg."""
    if shutil.which("dpkg-query") is None:
        return []
    listing = subprocess.run(["dpkg-query", f"--admindir={dpkg}", "--show",
                              "--showformat=${binary:Package} ${Version} ${db:Status-Status}\n"],
                             capture_output=True, text=True)
    found = []
    for line in sorted(listing.stdout.splitlines()):
        name, version, status = line.split(" ")
        files = [path for path in (dpkg / "info" / f"{name}.list", dpkg / "info" / f"{name.split(':')[0]}.list")
                 if path.exists()]
        if status == "installed" and files and any(folder in files[0].read_text() for folder in HEADER_FOLDERS):
            found.append(f"{name} {version}")
    return found


class Headers:
    """Which files of ours a source includes, by their text: also those that an #if leaves out."""

    def __init__(self, folders):
        self.folders = folders  # where an #include of ours begins
        self.direct = {}
        self.digests = {}

    def included_by(self, path):
        if path not in self.direct:
            content = path.read_bytes()
            self.digests[path] = hashlib.sha256(content).hexdigest()
            names = INCLUDE.findall(content.decode())
            self.direct[path] = [found for name in names for found in self.find(name, path.parent)]
        return self.direct[path]

    def find(self, name, beside):
        for folder in (beside, *self.folders):
            found = folder / name
            if found.is_file():
                return [found.resolve()]
        return []  # the system's, which the packages stand for

    def all_of(self, path):
        """The source and all that it includes, each with the digest of its text."""
        reached, waiting = set(), [path]
        while waiting:
            current = waiting.pop()
            if current not in reached:
                reached.add(current)
                waiting.extend(self.included_by(current))
        return {each: self.digests[each] for each in reached}


def for_clang(command):
    """Without GCC's own options, and without what GCC precompiled: so each file shows that it names the headers that it
    needs. Warnings are the compiler's to give."""
    words = shlex.split(command)
    while "-include" in words:
        at = words.index("-include")
        del words[at:at + 2]
    return shlex.join(word for word in words if not word.startswith("-W") and word != "-fpch-preprocess")


def object_of(entry):
    words = shlex.split(entry["command"])
    return words[words.index("-o") + 1]


class Keys:
    """What a source's cleanness stands on, as a digest that is the same in another clone and another build folder."""

    def __init__(self, build, settings, packages):
        self.build = build
        self.headers = Headers([SOURCE, SOURCE / "sdk" / "include", build])
        self.settings = settings + "\n".join(packages).encode()
        self.known = bool(packages)

    def portable(self, text):
        return text.replace(str(self.build), "BUILD").replace(str(SOURCE), "SOURCE")

    def of(self, entry):
        """Nothing where the system's headers are not known."""
        if not self.known:
            return None
        digest = hashlib.sha256(self.settings)
        digest.update(self.portable(entry["command"]).encode())
        texts = self.headers.all_of(pathlib.Path(entry["file"]))
        for line in sorted(f"{self.portable(str(path))} {content}\n" for path, content in texts.items()):
            digest.update(line.encode())
        return digest.hexdigest()


@dataclasses.dataclass
class Unit:
    """What one run of clang-tidy looks at: a source, or the tests of a folder."""

    command: str  # of the first source
    sources: list
    key: str | None
    is_test: bool


def is_test(path):
    return path.is_relative_to(SOURCE / "tests") or path.stem.endswith("_test")


def flags_of(entry):
    """The command line without what names this file alone."""
    return entry["command"].replace(entry["file"], "").replace(object_of(entry), "")


def entries_of(build):
    entries = json.loads((build / "compile_commands.json").read_text())
    return [{**entry, "command": for_clang(entry["command"])} for entry in entries]


def units_of(entries, build, keys):
    groups = collections.defaultdict(dict)
    for entry in entries:
        path = pathlib.Path(entry["file"])
        if path.is_relative_to(SOURCE) and not path.is_relative_to(build):
            together = (path.suffix, flags_of(entry)) if is_test(path) else path
            groups[together][path] = (entry["command"], keys.of(entry))
    for group in groups.values():
        sources = sorted(group)
        for first in range(0, len(sources), TESTS_TOGETHER):
            part = sources[first:first + TESTS_TOGETHER]
            parts = [group[path][1] for path in part]
            key = None if None in parts else hashlib.sha256("".join(parts).encode()).hexdigest()
            yield Unit(group[part[0]][0], part, key, is_test(part[0]))


def run_tidy(database, path, options):
    result = subprocess.run([TIDY, "--quiet", *options, "-p", database, path], capture_output=True, text=True)
    return result.returncode == 0, result.stdout


def examine_together(unit, sources, build, scratch, options):
    """Looks at the sources as one, and at those that do not compile beside the others as another one."""
    if len(sources) == 1:
        return [run_tidy(scratch, sources[0], options)]
    with tempfile.TemporaryDirectory(dir=scratch) as folder:
        together = pathlib.Path(folder) / f"together{sources[0].suffix}"
        together.write_text("".join(f'#include "{path}"\n' for path in sources))
        command = unit.command.replace(str(unit.sources[0]), shlex.quote(str(together)))
        (together.parent / "compile_commands.json").write_text(
            json.dumps([{"directory": str(build), "command": command, "file": str(together)}]))
        fine, output = run_tidy(folder, together, [*options, f"--config-file={SOURCE / '.clang-tidy'}"])
    broken = [line for line in output.splitlines() if "[clang-diagnostic-error" in line]
    if not broken:
        return [(fine, output)]
    apart = [path for path in sources if any(line.startswith(f"{path}:") for line in broken)] or sources[:1]
    others = [path for path in sources if path not in apart] or [apart.pop()]
    return [result for part in (others, apart) if part
            for result in examine_together(unit, part, build, scratch, options)]


def examine(unit, build, scratch):
    options = [IN_TESTS] if unit.is_test else ANALYZER_LIMIT
    results = examine_together(unit, unit.sources, build, scratch, options)
    return all(fine for fine, _ in results), "".join(output for _, output in results)


def default_cache():
    base = os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache"
    return pathlib.Path(base) / "loquet" / "tidy"


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--build", type=pathlib.Path, required=True)
    arguments.add_argument("--jobs", type=int, default=2)
    arguments.add_argument("--cache", type=pathlib.Path, default=default_cache(), help="what was clean (%(default)s)")
    arguments = arguments.parse_args()
    build = arguments.build.resolve()

    version = subprocess.run([TIDY, "--version"], check=True, capture_output=True).stdout
    settings = version + (SOURCE / ".clang-tidy").read_bytes() + pathlib.Path(__file__).read_bytes()
    clean = arguments.cache
    clean.mkdir(parents=True, exist_ok=True)
    entries = entries_of(build)
    keys = Keys(build, settings, packages_with_headers())
    waiting = [unit for unit in units_of(entries, build, keys) if not (unit.key and (clean / unit.key).exists())]

    failed = 0
    with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        scratch = pathlib.Path(folder)
        (scratch / "compile_commands.json").write_text(json.dumps(entries))
        running = {pool.submit(examine, unit, build, scratch): unit for unit in waiting}
        for done in concurrent.futures.as_completed(running):
            fine, output = done.result()
            if fine and running[done].key:
                (clean / running[done].key).touch()
            elif not fine:
                failed += 1
                print(output, flush=True)
    print(f"clang-tidy: looked at {sum(len(unit.sources) for unit in waiting)} files, {failed} runs with findings")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
