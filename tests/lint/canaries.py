# SPDX-License-Identifier: LGPL-2.1-or-later
"""No secret that a test planted (tests/support/canaries.txt) is in anything that the tests left behind: captures of the
bus, logs, stores, command lines. Every test keeps such files below BUILD/artifacts; this runs after all of them."""
import base64

LIST = "tests/support/canaries.txt"


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
    canaries = [line.strip() for line in tree.text(LIST).splitlines() if line.strip() and not line.startswith("#")]
    if not canaries or any(len(canary) < 12 for canary in canaries):
        yield f"{LIST}: should list secrets of 12 characters or more, which stand nowhere by chance"
        return
    wanted = [(canary, shape) for canary in canaries for shape in shapes_of(canary)]
    artifacts = tree.build / "artifacts"
    for path in sorted(artifacts.rglob("*")):
        if not path.is_file() or path.is_symlink():
            continue
        content = path.read_bytes()
        for canary, shape in wanted:
            if shape in content:
                # Its beginning only: a report is an output too.
                yield f"{path}: holds the secret that begins with '{canary[:6]}'"


CANARY = "canary-Zebra-7431"
EXAMPLES = [
    ({LIST: CANARY, "build/artifacts/A.B/log": "canary-Zebra-7432, and no more"}, None),
    ({LIST: CANARY}, None),
    ({LIST: CANARY, "build/artifacts/A.B/log": "password=" + CANARY}, "holds the secret"),
    ({LIST: CANARY, "build/artifacts/A.B/log": CANARY.encode().hex()}, "holds the secret"),
    ({LIST: CANARY, "build/artifacts/A.B/log": base64.b64encode(b"ab" + CANARY.encode() + b"c").decode()}, "holds the secret"),
    ({LIST: CANARY, "build/artifacts/A.B/log": base64.b64encode(CANARY.encode()).decode()}, "holds the secret"),
    ({LIST: "short"}, "12 characters or more"),
]
