# SPDX-License-Identifier: LGPL-2.1-or-later
"""No secret that a test planted (tests/support/canary.h) is in anything that the tests left behind: captures of the
bus, logs, stores, command lines. Every test keeps such files below BUILD/artifacts; this runs after all of them."""
import base64
import re

LIST = "tests/support/canary.h"
CANARY = re.compile(r'constexpr std::string_view \w+ = "([^"]+)"')
BEGINNING = 12  # a secret that was cut is a secret; tests/support/canary.cpp looks for as much


def shapes_of(canary):
    """A secret as it is, and in the clothes in which it might slip out."""
    raw = canary.encode()
    yield raw
    yield raw.hex().encode()
    yield raw.hex().upper().encode()
    yield canary.encode("utf-16-le")
    # Whatever stands before it, two of the three alignments leave these characters untouched.
    for shift in range(3):
        encoded = base64.b64encode(b"\0" * shift + raw)
        yield encoded[(4 if shift else 0):len(encoded) // 4 * 4 - 4]


def findings(tree):
    canaries = CANARY.findall(tree.text(LIST))
    if not canaries or any(len(canary) < BEGINNING for canary in canaries):
        yield f"{LIST}: should list secrets of {BEGINNING} characters or more, which stand nowhere by chance"
        return
    wanted = [(canary, shape) for canary in canaries for shape in shapes_of(canary[:BEGINNING])]
    artifacts = tree.build / "artifacts"
    if artifacts.exists() and not any(path.is_file() for path in artifacts.rglob("*")):
        yield f"{artifacts}: no test left anything to be searched"
    for path in sorted(artifacts.rglob("*")):
        if not path.is_file() or path.is_symlink():
            continue
        content = path.read_bytes()
        for canary, shape in wanted:
            if shape in content:
                # Its beginning only: a report is an output too.
                yield f"{path}: holds the secret that begins with '{canary[:6]}'"


SECRET = "canary-Zebra-7431"
HEADER = f'inline constexpr std::string_view password = "{SECRET}"; ///< why\n'
EXAMPLES = [
    ({LIST: HEADER, "build/artifacts/A.B/log": "canary-Zebr, and no more"}, None),
    ({LIST: HEADER}, None),
    ({LIST: HEADER, "build/artifacts/A.B/log": "password=" + SECRET}, "holds the secret"),
    ({LIST: HEADER, "build/artifacts/A.B/log": "password=" + SECRET[:BEGINNING]}, "holds the secret"),
    ({LIST: HEADER, "build/artifacts/A.B/log": SECRET.encode().hex()}, "holds the secret"),
    ({LIST: HEADER, "build/artifacts/A.B/log": base64.b64encode(b"ab" + SECRET.encode() + b"c").decode()}, "holds the secret"),
    ({LIST: HEADER, "build/artifacts/A.B/log": base64.b64encode(SECRET.encode()).decode()}, "holds the secret"),
    ({LIST: HEADER.replace(SECRET, "short")}, "12 characters or more"),
    ({LIST: "nothing"}, "12 characters or more"),
]
