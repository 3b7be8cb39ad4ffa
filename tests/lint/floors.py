# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every #include stays on its own floor or goes to one that the folder names in USES (ARCHITECTURE.md, the tree).

Only floors named by the folder itself count: what a named floor uses is that floor's own business. Tests may look
everywhere. Libraries that belong to few folders (LMDB to the store, CLI11 to the command line) are kept there too.
"""
import re

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)
SDK = "sdk"

# A header's beginning, and the folders that may include it.
LIBRARIES = {
    "lmdb.h": ("daemon/store",),
    "openssl/": ("daemon/store", "lib/base", "lib/factor", "plugins"),
    "google/protobuf/": ("daemon/store",),
    "CLI/": ("cli",),
    "xxhash.h": ("lib/directory",),
    "toml++/": ("lib/messages", "daemon/config", "plugin_host"),
    "crypt.h": ("daemon/work",),
    "curl/": ("lib/delivery", "plugins/smtp", "plugins/sms_http"),
    "zxcvbn": ("plugins/password_rules",),
    "security/": ("pam_module",),
    "dlfcn.h": ("plugin_host", "sdk/conformance", "pam_module"),  # the last asks libnss_loquet, as the C library does
}


def read_floors(tree):
    floors = {}
    for line in (tree.build / "floors.txt").read_text().splitlines():
        if line.strip():
            folder, _, uses = line.partition(":")
            floors[folder.strip()] = set(uses.split())
    floors.setdefault(SDK, set())
    return floors


def is_test(name):
    return name.startswith("tests/") or name.endswith("_test.cpp")


def floor_of(name, floors):
    """The longest declared folder above the file; a plugin that declares none has the sdk alone below it."""
    folder = name.rpartition("/")[0]
    while folder:
        if folder in floors:
            return folder, floors[folder]
        if folder.startswith("plugins/") and folder.count("/") == 1:
            return folder, {SDK}
        folder = folder.rpartition("/")[0]
    return None, None


def target_of(bracket, path, name, tree, floors):
    """The folder that an include leads to, or None where it leaves the project."""
    if path.startswith("loquet/"):
        return SDK
    if bracket == '"' or tree.has(path):
        beside = name.rpartition("/")[0] + "/" + path
        if "/" not in path and tree.has(beside):
            path = beside
        return floor_of(path, floors)[0]
    return None


def library_findings(name, path):
    for beginning, folders in LIBRARIES.items():
        if path.startswith(beginning) and not any(name.startswith(folder + "/") for folder in folders):
            yield f"{name}: <{path}> belongs to {' and '.join(folders)}"
    if path.startswith("fmt/") and not name.endswith(".cpp"):
        yield f"{name}: <{path}> is for .cpp files only"


def findings(tree):
    floors = read_floors(tree)
    for name in tree.sources():
        if is_test(name):
            continue
        folder, uses = floor_of(name, floors)
        if folder is None:
            yield f"{name}: its folder declares no floor (loquet_floor or loquet_note_floor)"
            continue
        for bracket, path in INCLUDE.findall(tree.text(name)):
            target = target_of(bracket, path, name, tree, floors)
            if bracket == '"' and target is None:
                yield f'{name}: "{path}" is in no floor'
            elif target is None:
                yield from library_findings(name, path)
            elif target != folder and target not in uses:
                yield f"{name}: {path} is in {target}, which {folder} does not name in USES"


FLOORS = "lib/base: \nlib/bus: lib/base\ndaemon/model: lib/bus\n"
EXAMPLES = [
    ({"build/floors.txt": FLOORS, "lib/base/a.h": "", "lib/bus/b.h": '#include "lib/base/a.h"\n#include <string>'}, None),
    ({"build/floors.txt": FLOORS, "lib/bus/b.h": "", "lib/base/a.h": '#include "lib/bus/b.h"'}, "does not name"),
    ({"build/floors.txt": FLOORS, "lib/base/a.h": "", "daemon/model/m.h": '#include "lib/base/a.h"'}, "does not name"),
    ({"build/floors.txt": FLOORS, "plugins/x/x.cpp": "#include <loquet/step.h>"}, None),
    ({"build/floors.txt": FLOORS, "lib/base/a.h": "", "plugins/x/x.cpp": '#include "lib/base/a.h"'}, "does not name"),
    ({"build/floors.txt": FLOORS, "lib/bus/b.h": "#include <lmdb.h>"}, "belongs to daemon/store"),
    ({"build/floors.txt": FLOORS, "lib/bus/b.h": "#include <fmt/format.h>"}, ".cpp files only"),
    ({"build/floors.txt": FLOORS, "lib/nowhere/b.h": ""}, "declares no floor"),
    ({"build/floors.txt": FLOORS, "tests/unit/a_test.cpp": '#include "anything/at/all.h"'}, None),
]
