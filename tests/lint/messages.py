# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every message id that is logged has its paragraph in docs/messages.md, and every paragraph an id that exists."""
import re

IDS = "lib/base/log.h"
PAGE = "docs/messages.md"
ID = re.compile(r'Id \w+\{"([^"]+)", "([^"]+)"\}')
PARAGRAPH = re.compile(r"^## (\S+)\n+`([^`]+)`\n+(\S.{39,})", re.MULTILINE)
HEADING = re.compile(r"^## (\S+)$", re.MULTILINE)


def findings(tree):
    ids = ID.findall(tree.text(IDS))
    page = tree.text(PAGE)
    explained = {name: uuid for name, uuid, _ in PARAGRAPH.findall(page)}
    uuids = [uuid for _, uuid in ids]
    for name, uuid in ids:
        if not re.fullmatch(r"[0-9a-f]{32}", uuid):
            yield f"{IDS}: {name} should have 32 hexadecimal digits"
        if uuids.count(uuid) > 1:
            yield f"{IDS}: {name} shares its digits with another message"
        if name not in explained:
            yield f"{PAGE}: '## {name}', then `{uuid}`, then what happened and what to do about it, is missing"
        elif explained[name] != uuid:
            yield f"{PAGE}: {name} has `{explained[name]}` there and {uuid} in {IDS}"
    for name in HEADING.findall(page):
        if name not in dict(ids):
            yield f"{PAGE}: no message is called {name}"


A = 'inline constexpr Id a{"a", "' + "0" * 32 + '"};\n'
B = 'inline constexpr Id b{"b", "' + "0" * 32 + '"};\n'
TEXT = "## a\n\n`" + "0" * 32 + "`\n\nSomething happened, and here is what to do about it.\n"
EXAMPLES = [
    ({IDS: A, PAGE: TEXT}, None),
    ({IDS: A, PAGE: ""}, "is missing"),
    ({IDS: A, PAGE: TEXT.replace("000`", "001`")}, "has `0"),
    ({IDS: A, PAGE: TEXT.replace("Something happened, and here is what to do about it.", "Bad.")}, "is missing"),
    ({IDS: A, PAGE: TEXT + "## c\n"}, "no message is called c"),
    ({IDS: A + B, PAGE: TEXT}, "shares its digits"),
]
