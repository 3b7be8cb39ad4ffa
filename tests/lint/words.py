# SPDX-License-Identifier: LGPL-2.1-or-later
"""Words that have no place in the tree: promises to finish something later, paths of one person's machine, and pronouns
where a reader wants to know who it is."""
import re

# Written in two halves, so that this file does not hold them.
FORBIDDEN = {
    r"\bTO" r"DO\b": "a promise to finish later; finish it, or open an issue",
    r"\bFIX" r"ME\b": "a promise to finish later; finish it, or open an issue",
    r"\bXX" r"X\b": "a promise to finish later; finish it, or open an issue",
    r"\bHA" r"CK\b": "a promise to finish later; finish it, or open an issue",
    r"(?<![\w$}).*])/wo" r"rk/": "a path of one machine",
    r"(?<![\w$}).*])/Us" r"ers/": "a path of one machine",
    r"(?i)who" r"ever": "vague; name the person or the program",
}


def findings(tree):
    for name in tree.files():
        if name == "LICENSE" or "/corpus/" in name:
            continue
        for number, line in enumerate(tree.text(name).splitlines(), 1):
            for word, why in FORBIDDEN.items():
                found = re.search(word, line)
                if found:
                    yield f"{name}:{number}: '{found[0]}' is {why}"


EXAMPLES = [
    ({"a.cpp": "mkdtemp(\"loquet-XXXXXX\"); // methodology, $HOME/work/x, todo_list\n"}, None),
    ({"a.cpp": "// TO" "DO: all of it\n"}, "finish later"),
    ({"a.md": "see /wo" "rk/notes.md\n"}, "a path of one machine"),
    ({"scripts/a": "# FIX" "ME\n"}, "finish later"),
    ({"a_test.cpp": "TEST(AReply, IsTheSameForWho" "everAsks)\n"}, "name the person"),
]
