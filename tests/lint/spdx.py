# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every file says its licence in line 1 or 2: MIT for what the writer of a plugin copies, LGPL-2.1-or-later for everything else."""
import re

LINE = re.compile(r"SPDX-License-Identifier: (\S+)")
# No place for a comment (JSON, pictures, seeds, recorded data), or prose that the LICENSE beside it covers.
WITHOUT = (".md", ".json", ".png", ".mdb", "/master-key", "LICENSE")
DATA_FOLDERS = ("corpus/", "data/", "fixtures/store/", "pam-configs/")
FOR_PLUGIN_WRITERS = ("sdk/include/", "sdk/example/badge", "sdk/plugin.map")


def findings(tree):
    for name in tree.files():
        if name.endswith(WITHOUT) or any("/" + folder in name for folder in DATA_FOLDERS):
            continue
        beginning = "\n".join(tree.text(name).split("\n", 2)[:2])
        found = LINE.search(beginning)
        wanted = "MIT" if name.startswith(FOR_PLUGIN_WRITERS) else "LGPL-2.1-or-later"
        if not found:
            yield f"{name}: line 1 or 2 should say `SPDX-License-Identifier: {wanted}`"
        elif found[1] != wanted:
            yield f"{name}: its licence is {wanted}, not {found[1]}"


GOOD = "// SPDX-License-" + "Identifier: LGPL-2.1-or-later\n"
EXAMPLES = [
    ({"lib/a.h": GOOD, "tests/fuzz/x/corpus/seed": "anything", "sdk/include/loquet/a.h": GOOD.replace("LGPL-2.1-or-later", "MIT")}, None),
    ({"lib/a.h": "#pragma once\n"}, "line 1 or 2"),
    ({"lib/a.h": "\n\n" + GOOD}, "line 1 or 2"),
    ({"sdk/include/loquet/a.h": GOOD}, "its licence is MIT"),
]
