# SPDX-License-Identifier: LGPL-2.1-or-later
"""docs/traceability.md is what scripts/traceability would write now: which tests carry which requirement and attack."""
import importlib.machinery
import importlib.util
import pathlib

SCRIPT = pathlib.Path(__file__).resolve().parents[2] / "scripts" / "traceability"
LISTED = "build/tests.txt" # in the examples, what ctest would say

loader = importlib.machinery.SourceFileLoader("traceability_script", str(SCRIPT))
script = importlib.util.module_from_spec(importlib.util.spec_from_loader(loader.name, loader))
loader.exec_module(script)


def findings(tree):
    tests = tree.text(LISTED).split() if tree.has(LISTED) else script.known_tests(tree.build)
    try:
        wanted = script.page(tree.root, tests)
    except SystemExit as unknown:
        yield str(unknown)
        return
    if not tree.has(script.PAGE) or tree.text(script.PAGE) != wanted:
        yield f"{script.PAGE} is out of date; run scripts/traceability"


def example(tests, told, comment=""):
    """A tree with two requirements and an attack, its tests, and what its page tells."""
    rows = {"BONUS-1": "not covered", "BONUS-2": "not covered", "T9": "not covered", **told}
    requirements = "\n".join(f"| {name} | {rows[name]} |" for name in ("BONUS-1", "BONUS-2"))
    covered = [sum(rows[name] != "not covered" for name in names) for names in (("BONUS-1", "BONUS-2"), ("T9",))]
    return {
        "docs/requirements.md": "| BONUS-1 | one |\n| BONUS-2 | two |\n",
        "docs/attacks.md": "| T9 | nine |\n",
        "tests/unit/a_test.cpp": comment,
        LISTED: "\n".join(tests),
        script.PAGE: "# Which test carries what\n\n"
                     "Written by `scripts/traceability`; do not edit. What the ids mean is in `requirements.md` and `attacks.md`.\n\n"
                     f"## Requirements: {covered[0]} of 2\n\n| id | tests |\n|---|---|\n{requirements}\n\n"
                     f"## Attacks: {covered[1]} of 1\n\n| id | tests |\n|---|---|\n| T9 | {rows['T9']} |\n",
    }


BOOTED = {"tests/booted/a_test.py": "class A(unittest.TestCase):\n    def test_T9_b(self):\n"}
EXAMPLES = [
    (example(["A.B"], {}), None),
    (example(["A.BONUS2_B"], {"BONUS-2": "`A.BONUS2_B`"}), None),
    (example(["All/A.T9_B/0", "All/A.T9_B/1"], {"T9": "`All/A.T9_B`"}), None),
    (example(["A.B"], {"T9": "`A.B`"}, "// Carries T9.\nTEST(A, B) {}\n"), None),
    (example(["A.B"], {}, "// Carries T9.\nTEST(A, B) {}\n"), "out of date"),
    (example(["A.T9_B"], {}), "out of date"),
    (example(["A.B"], {"T9": "`A.T9_B`"}), "out of date"),
    (example(["booted.a"], {"T9": "`booted.a.test_T9_b`"}) | BOOTED, None),
    (example(["booted.b"], {}) | BOOTED, None),
    (example(["booted.a"], {}) | BOOTED, "out of date"),
    (example(["A.T99_B"], {}), "nobody asked for: T99"),
]
