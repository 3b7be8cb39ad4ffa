# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every shell script is clean under shellcheck."""
import subprocess


def findings(tree):
    for name in tree.files():
        if not name.endswith(".sh") and "." in name.rpartition("/")[2]:
            continue
        first = tree.text(name).partition("\n")[0]
        if name.endswith(".sh") or (first.startswith("#!") and first.endswith(("/sh", "/bash", "env bash", "env sh"))):
            result = subprocess.run(["shellcheck", "--external-sources", "--format=gcc", name], cwd=tree.root,
                                    capture_output=True, text=True)
            yield from result.stdout.splitlines()


EXAMPLES = [
    ({"scripts/a": "#!/bin/sh\nprintf '%s\\n' \"$1\"\n"}, None),
    ({"scripts/a": "#!/bin/sh\nrm $1/*\n"}, "SC2086"),
    ({"a.sh": "#!/bin/bash\ncd somewhere\n"}, "SC2164"),
]
