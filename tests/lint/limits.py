# SPDX-License-Identifier: LGPL-2.1-or-later
"""A limit that nothing enforces is a wish: every constant of lib/base/limits.h is named somewhere else, in the code that
keeps to it or in the test that goes one beyond it."""
import re

HEADER = "lib/base/limits.h"
CONSTANT = re.compile(r"^(?:inline )?constexpr [\w: ]+? (\w+) =", re.MULTILINE)
WORD = re.compile(r"\blimits::(\w+)")


def findings(tree):
    named = set()
    for name in tree.sources():
        if name != HEADER:
            named.update(WORD.findall(tree.text(name)))
    for constant in CONSTANT.findall(tree.text(HEADER)):
        if constant not in named:
            yield f"{HEADER}: nothing names limits::{constant}"


TEXT = "namespace loquet::limits {\nconstexpr std::size_t some = 16; ///< why\n}\n"
EXAMPLES = [
    ({HEADER: TEXT, "tests/unit/a_test.cpp": "EXPECT_THROW(f(limits::some + 1));"}, None),
    ({HEADER: TEXT, "tests/unit/a_test.cpp": "EXPECT_THROW(f(limits::some_other));"}, "names limits::some"),
    ({HEADER: TEXT}, "nothing names"),
]
