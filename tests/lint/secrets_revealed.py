# SPDX-License-Identifier: LGPL-2.1-or-later
"""Only the files of tests/lint/reveals.txt, each with its reason, look into a Secret; a test may do so freely."""
import re

LIST = "tests/lint/reveals.txt"
HOME = ("lib/base/secret.h", "lib/base/secret.cpp")
REVEAL = re.compile(r"(?:\.|->|::)reveal\b")


def read_list(tree):
    allowed = {}
    for line in tree.text(LIST).splitlines():
        if line.strip() and not line.startswith("#"):
            name, _, reason = line.partition(":")
            allowed[name.strip()] = reason.strip()
    return allowed


def findings(tree):
    allowed = read_list(tree)
    revealing = set()
    for name in tree.sources():
        if name.startswith("tests/") or name.endswith("_test.cpp") or name in HOME:
            continue
        if REVEAL.search(tree.text(name)):
            revealing.add(name)
            if name not in allowed:
                yield f"{name}: looks into a Secret; if it must, give the reason in {LIST}"
    for name, reason in allowed.items():
        if name not in revealing:
            yield f"{LIST}: {name} looks into no Secret any more"
        elif not reason:
            yield f"{LIST}: {name} has no reason"


EXAMPLES = [
    ({LIST: "a.cpp: hashes it\n", "a.cpp": "f(s.reveal());", "tests/b_test.cpp": "s.reveal();", "c.cpp": "reveal_window();"}, None),
    ({LIST: "", "a.cpp": "f(s.reveal());"}, "looks into a Secret"),
    ({LIST: "", "a.cpp": "f(s->reveal());"}, "looks into a Secret"),
    ({LIST: "a.cpp: hashes it\n", "a.cpp": ""}, "no Secret any more"),
    ({LIST: "a.cpp:\n", "a.cpp": "s.reveal();"}, "has no reason"),
]
