# SPDX-License-Identifier: LGPL-2.1-or-later
"""What we give others to load exports its entry points and nothing else, so that it cannot meddle with their symbols."""
import re
import subprocess

# A module's path below the build folder, and what it may export.
MODULES = (
    (re.compile(r"pam_module/pam_loquet\.so"), re.compile(r"pam_sm_\w+")),
    (re.compile(r"nss_module/libnss_loquet\.so\.2"),
     re.compile(r"_nss_loquet_((get(pw(nam|uid)|gr(nam|gid))_r)|(set|end)(pw|gr)ent|get(pw|gr)ent_r|initgroups_dyn)")),
    (re.compile(r"plugins/\w+\.so"), re.compile(r"loquet_(step|lockout|password_rules|channel)_v\d+")),
)


def expected(tree):
    """The modules that the source tree makes: without one of them there would be nothing to look at."""
    if tree.has("pam_module/CMakeLists.txt"):
        yield "pam_module/pam_loquet.so"
    if tree.has("nss_module/CMakeLists.txt"):
        yield "nss_module/libnss_loquet.so.2"
    for name in tree.files("CMakeLists.txt"):
        if name.startswith("plugins/") and name.count("/") == 2:
            plugin = name.split("/")[1]
            yield f"plugins/{plugin}.so"


def prepare(tree):
    """For the examples: makes modules of the C files in the build folder."""
    for source in tree.build.rglob("*.c"):
        module = source.with_suffix("" if ".so" in source.name else ".so")
        subprocess.run(["cc", "-shared", "-fPIC", "-o", module, source], check=True)


def findings(tree):
    for name in expected(tree):
        if not (tree.build / name).exists():
            yield f"{name}: was not built"
    for module in sorted(tree.build.rglob("*.so*")):
        name = module.relative_to(tree.build).as_posix()
        for path, allowed in MODULES:
            if not path.fullmatch(name):
                continue
            listing = subprocess.run(["nm", "--dynamic", "--defined-only", "--format=posix", module], check=True,
                                     capture_output=True, text=True).stdout
            symbols = [line.split()[0] for line in listing.splitlines()]
            if not any(allowed.fullmatch(symbol) for symbol in symbols):
                yield f"{name}: exports no entry point"
            for symbol in symbols:
                if not allowed.fullmatch(symbol):
                    yield f"{name}: exports {symbol}"


EXAMPLES = [
    ({"build/plugins/a.c": "int loquet_step_v1; static int mine(void) { return 1; }"}, None),
    ({"build/plugins/a.c": "int loquet_step_v1; int mine(void) { return 1; }"}, "exports mine"),
    ({"plugins/a/CMakeLists.txt": ""}, "plugins/a.so: was not built"),
    ({"build/pam_module/pam_loquet.c": "int loquet;"}, "exports no entry point"),
    ({"build/nss_module/libnss_loquet.so.2.c": "int _nss_loquet_getpwnam_r, _nss_loquet_endgrent;"}, None),
    ({"build/nss_module/libnss_loquet.so.2.c": "int _nss_loquet_getpwnam_r, _nss_loquet_gethostent;"}, "exports _nss_loquet_gethostent"),
]
