#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs clang-tidy over every source of ours, in parallel; every finding is an error.

A file that was clean is not looked at again until its text, its command line, the settings, or any header that it
includes changes: the digest of all these is kept as an empty file under BUILD/tidy.
"""
import argparse
import concurrent.futures
import hashlib
import json
import pathlib
import subprocess
import sys

TIDY = "clang-tidy-19"
# In a test the checks walk all of GoogleTest, which costs more than what they look for there; these are worth it.
IN_TESTS = ("--checks=-*,bugprone-use-after-move,misc-unused-using-decls,modernize-use-override,"
            "performance-no-automatic-move,readability-identifier-naming")
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


def key_of(entry, included, fingerprints, settings):
    digest = hashlib.sha256(settings)
    digest.update(entry["command"].encode())
    for name in sorted([entry["file"], *included.get(entry.get("output", ""), [])]):
        digest.update(f"{name} {fingerprints.of(name)}\n".encode())
    return digest.hexdigest()


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--build", type=pathlib.Path, required=True)
    arguments.add_argument("--jobs", type=int, default=2)
    arguments = arguments.parse_args()
    build = arguments.build.resolve()

    version = subprocess.run([TIDY, "--version"], check=True, capture_output=True).stdout
    settings = version + (SOURCE / ".clang-tidy").read_bytes() + pathlib.Path(__file__).read_bytes()
    included = included_by_object(build)
    fingerprints = Fingerprints(build)
    clean = build / "tidy"
    clean.mkdir(exist_ok=True)

    waiting = {}
    for entry in json.loads((build / "compile_commands.json").read_text()):
        path = pathlib.Path(entry["file"])
        if path.is_relative_to(SOURCE) and not path.is_relative_to(build):
            key = key_of(entry, included, fingerprints, settings)
            if not (clean / key).exists():
                waiting[path] = key

    def examine(path):
        options = [IN_TESTS] if path.is_relative_to(SOURCE / "tests") or path.stem.endswith("_test") else []
        result = subprocess.run([TIDY, "--quiet", *options, "-p", build, path], capture_output=True, text=True)
        return result.returncode == 0, result.stdout

    failed = 0
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        running = {pool.submit(examine, path): path for path in waiting}
        for done in concurrent.futures.as_completed(running):
            fine, output = done.result()
            if fine:
                (clean / waiting[running[done]]).touch()
            else:
                failed += 1
                print(output, flush=True)
    print(f"clang-tidy: looked at {len(waiting)} files, {failed} with findings")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
