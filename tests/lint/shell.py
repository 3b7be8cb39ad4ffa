# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every shell script is clean under shellcheck, and reads the build folders of those presets only that it builds."""
import re
import subprocess

BUILT = re.compile(r"build_preset (\w+)")
READ = re.compile(r"\$build_root/(\w+)(?=[\s\"/])")


def unbuilt(name, text):
    built = set(BUILT.findall(text))
    for folder in sorted(set(READ.findall(text)) - built if built else ()):
        yield f"{name}: reads $build_root/{folder}, and builds {', '.join(sorted(built))} only"


def findings(tree):
    for name in tree.files():
        if not name.endswith(".sh") and "." in name.rpartition("/")[2]:
            continue
        first = tree.text(name).partition("\n")[0]
        if name.endswith(".sh") or (first.startswith("#!") and first.endswith(("/sh", "/bash", "env bash", "env sh"))):
            result = subprocess.run(["shellcheck", "--external-sources", "--format=gcc", name], cwd=tree.root,
                                    capture_output=True, text=True)
            yield from result.stdout.splitlines()
            yield from unbuilt(name, tree.text(name))


EXAMPLES = [
    ({"scripts/a": "#!/bin/sh\nprintf '%s\\n' \"$1\"\n"}, None),
    ({"scripts/a": "#!/bin/sh\nrm $1/*\n"}, "SC2086"),
    ({"scripts/a": "#!/bin/bash\nbuild_root=/x\nbuild_preset bench\ncp \"$build_root/bench/x\" y\n"}, None),
    ({"scripts/a": "#!/bin/bash\nbuild_root=/x\nbuild_preset bench\ncp \"$build_root/release/x\" y\n"}, "reads $build_root/release"),
    ({"a.sh": "#!/bin/bash\ncd somewhere\n"}, "SC2164"),
]
