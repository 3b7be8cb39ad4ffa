# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every TEST expects something in its own body: by a macro of GoogleTest, or by a helper called expect_... or assert_..."""
import re

TEST = re.compile(r"^(?:TYPED_)?TEST(?:_F|_P)?\((\w+),\s*(\w+)\)\s*\{", re.MULTILINE)
EXPECTS = re.compile(r"\b(?:EXPECT_|ASSERT_|ADD_FAILURE|FAIL\(|static_assert|expect_|assert_)")
# Comments and literals, in which braces and words mean nothing.
NOISE = re.compile(r'//[^\n]*|/\*.*?\*/|R"(\w*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'', re.DOTALL)


def body_after(text, start):
    depth = 1
    for position in range(start, len(text)):
        depth += {"{": 1, "}": -1}.get(text[position], 0)
        if depth == 0:
            return text[start:position]
    return text[start:]


def findings(tree):
    for name in tree.sources():
        if not name.endswith("_test.cpp"):
            continue
        text = NOISE.sub(lambda noise: '""' if noise[0][0] not in "/" else " ", tree.text(name))
        for test in TEST.finditer(text):
            if not EXPECTS.search(body_after(text, test.end())):
                yield f"{name}: {test[1]}.{test[2]} expects nothing, so it cannot fail"


EXAMPLES = [
    ({"a_test.cpp": "TEST(A, B) {\n  if (x) { EXPECT_TRUE(f('}')); }\n}\nTEST_F(A, C) {\n expect_refused(f());\n}\n"}, None),
    ({"a_test.cpp": "TEST(A, B) {\n  f();\n}\nTEST(A, C) {\n  EXPECT_TRUE(g());\n}\n"}, "A.B expects nothing"),
    ({"a_test.cpp": "TEST_P(A, B) {\n  f(); // EXPECT_TRUE\n  g(\"EXPECT_TRUE {\");\n}\n"}, "A.B expects nothing"),
]
