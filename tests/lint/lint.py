#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs one lint over the tree, or its self-test: `lint.py NAME [--source DIR] [--build DIR] [--self-test]`.

A lint is a module of this folder with two things: `findings(tree)`, which yields a sentence for each violation, and
EXAMPLES, a list of (files, words), where files is a small tree and words must be in a finding (None: nothing is found).
The self-test runs every example, so that a lint that has gone blind is itself a failure.
"""
import argparse
import importlib
import os
import pathlib
import sys
import tempfile

SOURCES = (".h", ".hpp", ".c", ".cpp")


class Tree:
    """The files of the project: everything below the root but the git folder and build folders."""

    def __init__(self, root, build):
        self.root = pathlib.Path(root).resolve()
        self.build = pathlib.Path(build).resolve()

    def files(self, *suffixes):
        for folder, subfolders, names in os.walk(self.root):
            here = pathlib.Path(folder)
            subfolders[:] = sorted(name for name in subfolders if self._is_ours(here / name))
            for name in sorted(set(names) - {".git"}):
                if not suffixes or name.endswith(suffixes):
                    yield (here / name).relative_to(self.root).as_posix()

    def sources(self):
        return self.files(*SOURCES)

    def text(self, name):
        return (self.root / name).read_text(encoding="utf-8", errors="replace")

    def has(self, name):
        return (self.root / name).exists()

    def _is_ours(self, folder):
        if folder.name in (".git", "__pycache__") or folder == self.root / "build":
            return False
        return not (folder / "CMakeCache.txt").exists() and folder != self.build


def self_test(lint):
    if not any(words for _, words in lint.EXAMPLES):
        return ["the lint has no example of a violation"]
    wrong = []
    for number, (files, words) in enumerate(lint.EXAMPLES, 1):
        with tempfile.TemporaryDirectory() as root:
            for name, text in files.items():
                path = pathlib.Path(root, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
            tree = Tree(root, pathlib.Path(root, "build"))
            if hasattr(lint, "prepare"):
                lint.prepare(tree)
            found = list(lint.findings(tree))
        if words is None and found:
            wrong.append(f"example {number} is clean, but was reported: {found}")
        if words is not None and not any(words in finding for finding in found):
            wrong.append(f"example {number} should be reported with '{words}', but got: {found}")
    return wrong


def main():
    root = pathlib.Path(__file__).resolve().parents[2]
    arguments = argparse.ArgumentParser()
    arguments.add_argument("name")
    arguments.add_argument("--source", default=root)
    arguments.add_argument("--build", default=root / "build" / "dev")
    arguments.add_argument("--self-test", action="store_true")
    arguments = arguments.parse_args()

    lint = importlib.import_module(arguments.name)
    if arguments.self_test:
        found = self_test(lint)
    else:
        found = list(lint.findings(Tree(arguments.source, arguments.build)))
    for finding in found:
        print(finding)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
