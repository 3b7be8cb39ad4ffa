# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every source says itself which names of other namespaces it uses. The whole check compiles several sources of a folder
as one, where a using-declaration of one serves its neighbours too, and then the everyday build fails."""
import posixpath
import re

from expectations import NOISE

USING = re.compile(r"^using (?:::)?((?:\w+::)+)(\w+);", re.MULTILINE)
IN_A_BODY = re.compile(r"\busing (?:::)?(?:\w+::)+(\w+);")
DIRECTIVE = re.compile(r"^#.*", re.MULTILINE)
INCLUDE = re.compile(r'^#include "([^"]+)"', re.MULTILINE)
NAMESPACE = re.compile(r"^(?:inline )?namespace ([\w:]+) \{", re.MULTILINE)
OTHER_WAYS = r"\b(?:class|struct|enum|enum class|concept|namespace|typename|using) {name}\b(?!;)|^using namespace {scope}"


class Sources:
    """Text without comments and literals, and what each file reaches by its includes."""

    def __init__(self, tree):
        self.tree = tree
        self.texts = {}

    def code(self, name):
        if name not in self.texts:
            text = self.tree.text(name)
            code = DIRECTIVE.sub("", NOISE.sub(lambda noise: '""' if noise[0][0] not in "/" else " ", text))
            self.texts[name] = code, INCLUDE.findall(text)
        return self.texts[name][0]

    def reached(self, name):
        """The file, and the headers of ours that it includes."""
        found, waiting = [], [name]
        while waiting:
            current = waiting.pop()
            if current not in found and self.tree.has(current):
                found.append(current)
                self.code(current)
                waiting.extend(self.texts[current][1])
        return found


def is_used(code, scope, name):
    """Not where an argument from the same namespace leads to it."""
    own = "|".join([f"(?:::)?{scope}::\\w+", *(each for of, each in USING.findall(code) if of.removesuffix("::") == scope)])
    return re.search(rf"(?<![\w:.])(?<!->){name}\b(?!\(\s*(?:{own})\b)", IN_A_BODY.sub("", code)) is not None


def brings(code, scope, name):
    """The text declares the name for everything behind it, or is in the namespace that has it."""
    if name in IN_A_BODY.findall(code):
        return True
    if re.search(OTHER_WAYS.format(name=name, scope=scope), code, re.MULTILINE):
        return True
    return any(f"{opened}::".endswith(f"{scope}::") or f"::{scope}::" in f"::{opened}::" for opened in NAMESPACE.findall(code))


def findings(tree):
    sources = Sources(tree)
    folders = {}
    for name in tree.sources():
        if name.endswith(".cpp"):
            folders.setdefault(posixpath.dirname(name), []).append(name)
    for names in folders.values():
        declared = {}
        for name in names:
            for scope, what in USING.findall(sources.code(name)):
                declared.setdefault((scope.removesuffix("::"), what), []).append(name)
        for name in names:
            code = sources.code(name)
            for (scope, what), by in declared.items():
                if name in by or not is_used(code, scope, what):
                    continue
                if not any(brings(sources.code(each), scope, what) for each in sources.reached(name)):
                    yield f"{name}: uses {what} without 'using {scope}::{what};', which {by[0]} has for itself"


EXAMPLES = [
    ({"a/x.cpp": "using testing::IsEmpty;\nauto f = IsEmpty();\n", "a/y.cpp": "auto g = IsEmpty();\n"},
     "a/y.cpp: uses IsEmpty without 'using testing::IsEmpty;', which a/x.cpp has"),
    ({"a/x.cpp": "using testing::IsEmpty;\n", "a/y.cpp": "using testing::IsEmpty;\nauto g = IsEmpty();\n",
      "a/z.cpp": "auto g = testing::IsEmpty(); // IsEmpty\nauto h = k.IsEmpty + \"IsEmpty\";\n", "b/x.cpp": "int IsEmpty();\n"}, None),
    ({"a/x.cpp": "using store::Uid;\n", "a/y.cpp": "#include \"a/y.h\"\nUid u;\n", "a/y.h": "#include \"a/z.h\"\n",
      "a/z.h": "using store::Uid;\n"}, None),
    ({"a/x.cpp": "using testing::AllOf;\n", "a/y.cpp": "using testing::Not;\nauto g = AllOf(Not(1), 2);\nauto h = AllOf(testing::Gt(1));\n"},
     None),
    ({"a/x.cpp": "using store::Uid;\n", "a/y.cpp": "namespace loquet::store {\nUid u;\n}\n"}, None),
]
