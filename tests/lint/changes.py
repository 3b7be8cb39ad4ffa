# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every note in changes/ has the shape that changes/README.md describes, because the next release is made of them."""
import re

NAME = re.compile(r"changes/\d{4}-[a-z0-9]+(?:-[a-z0-9]+)*\.md")
TEXT = re.compile(r"# [A-Z][^\n]{9,99}[^\n.]\n\nKind: (added|changed|fixed|removed|security)\nParts: [a-z, ]+\n\n\S.+", re.DOTALL)


def findings(tree):
    for name in tree.files(".md"):
        if not name.startswith("changes/") or name == "changes/README.md":
            continue
        if not NAME.fullmatch(name):
            yield f"{name}: should be called changes/NUMBER-some-words.md, the number with four digits"
        if not TEXT.fullmatch(tree.text(name)):
            yield f"{name}: should be '# Title', 'Kind:' and 'Parts:' lines and a text; see changes/README.md"


GOOD = "# Log people in through libpam\n\nKind: added\nParts: daemon, pam\n\nPeople can log in.\n"
EXAMPLES = [
    ({"changes/0002-the-spine.md": GOOD, "changes/README.md": "anything"}, None),
    ({"changes/spine.md": GOOD}, "should be called"),
    ({"changes/0002-spine.md": GOOD.replace("added", "nice")}, "should be '# Title'"),
    ({"changes/0002-spine.md": "# Log people in through libpam\n\nKind: added\nParts: daemon\n"}, "should be '# Title'"),
]
