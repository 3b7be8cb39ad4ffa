#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs clang-tidy over every source of ours, in parallel; every finding is an error.

What was clean is not looked at again until its text, its command line, the settings, or any header that it includes
changes: the digest of all these is kept as an empty file under BUILD/tidy. What was never built there, so that nobody
knows its headers, is looked at each time.

The tests of a folder are looked at as one, since most of what they cost is reading GoogleTest; where two of them have a
helper of the same name, in parts that compile.
"""
import argparse
import collections
import concurrent.futures
import dataclasses
import hashlib
import json
import pathlib
import shlex
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


def included_by_object(build):
    """What ninja knows each object file to have been made of."""
    listing = subprocess.run(["ninja", "-C", build, "-t", "deps"], check=True, capture_output=True, text=True).stdout
    included, current = {}, None
    for line in listing.splitlines():
        if line.startswith("    "):
            current.append(line.strip())
        elif line and not line.startswith("ninja:"):
            current = included.setdefault(line.split(": #deps")[0], [])
    return included


class Fingerprints:
    """Digests of files, each read once; a system header stands for itself by size and time."""

    def __init__(self, build):
        self.build = build
        self.known = {}

    def of(self, name):
        if name not in self.known:
            path = self.build / name
            if not path.exists():
                self.known[name] = "absent"
            elif path.resolve().is_relative_to(SOURCE):
                self.known[name] = hashlib.sha256(path.read_bytes()).hexdigest()
            else:
                status = path.stat()
                self.known[name] = f"{status.st_size} {status.st_mtime_ns}"
        return self.known[name]


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


def key_of(entry, included, fingerprints, settings):
    """Nothing where the headers are not known."""
    if object_of(entry) not in included:
        return None
    digest = hashlib.sha256(settings)
    digest.update(entry["command"].encode())
    for name in sorted([entry["file"], *included[object_of(entry)]]):
        digest.update(f"{name} {fingerprints.of(name)}\n".encode())
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


def units_of(entries, build, settings):
    included = included_by_object(build)
    fingerprints = Fingerprints(build)
    groups = collections.defaultdict(dict)
    for entry in entries:
        path = pathlib.Path(entry["file"])
        if path.is_relative_to(SOURCE) and not path.is_relative_to(build):
            together = (path.suffix, flags_of(entry)) if is_test(path) else path
            groups[together][path] = (entry["command"], key_of(entry, included, fingerprints, settings))
    for group in groups.values():
        sources = sorted(group)
        for first in range(0, len(sources), TESTS_TOGETHER):
            part = sources[first:first + TESTS_TOGETHER]
            keys = [group[path][1] for path in part]
            key = None if None in keys else hashlib.sha256("".join(keys).encode()).hexdigest()
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


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--build", type=pathlib.Path, required=True)
    arguments.add_argument("--jobs", type=int, default=2)
    arguments = arguments.parse_args()
    build = arguments.build.resolve()

    version = subprocess.run([TIDY, "--version"], check=True, capture_output=True).stdout
    settings = version + (SOURCE / ".clang-tidy").read_bytes() + pathlib.Path(__file__).read_bytes()
    clean = build / "tidy"
    clean.mkdir(exist_ok=True)
    entries = entries_of(build)
    waiting = [unit for unit in units_of(entries, build, settings) if not (unit.key and (clean / unit.key).exists())]

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
