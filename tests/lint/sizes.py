# SPDX-License-Identifier: LGPL-2.1-or-later
"""No source has more than 600 lines: what grows beyond that is two ideas, and each wants a file of its own."""

MOST = 600
TEXTS = (".h", ".hpp", ".c", ".cpp", ".py", ".sh", ".cmake", ".proto")


def findings(tree):
    for name in tree.files(*TEXTS):
        lines = tree.text(name).count("\n")
        if lines > MOST:
            yield f"{name}: {lines} lines, and {MOST} is the most; split it by idea"


EXAMPLES = [
    ({"lib/a.cpp": "int a;\n" * MOST}, None),
    ({"lib/a.cpp": "int a;\n" * (MOST + 1)}, f"{MOST + 1} lines"),
]
