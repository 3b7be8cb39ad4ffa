# SPDX-License-Identifier: LGPL-2.1-or-later
"""docs/store-schema.md describes the store that daemon/store/tables.h declares: each table with its key, the beginning of
its value and what becomes of it when an account is erased, in the same order, each keyed hash, and the schema number."""
import re

HEADER = "daemon/store/tables.h"
DOCUMENT = "docs/store-schema.md"
LIST = r"#define {}\(X\) \\\n((?:.*\\\n)*.*)"
TABLE = re.compile(r'X\((\w+),\s*"[\w]+",\s*(\d+),\s*(\w+),\s*(\w+),\s*"((?:[^"\\]|\\.)*)",\s*"((?:[^"\\]|\\.)*)"\)')
DIGEST = re.compile(r'X\((\w+),\s*"\w+",\s*"((?:[^"\\]|\\.)*)"\)')
RULE = re.compile(r"^\s+(\w+),\s*///< (.*)$", re.MULTILINE)


def rows(text, heading):
    """The cells of the table below the row `| heading |`."""
    found = re.search(rf"^\| {heading} \|.*\n\|[-|]+\|\n((?:\|.*\n)*)", text, re.MULTILINE)
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in found[1].splitlines()] if found else []


def differences(kind, declared, described):
    for name in described:
        if name not in declared:
            yield f"{DOCUMENT}: {kind} `{name}` is not in {HEADER}"
    for name in declared:
        if name not in described:
            yield f"{DOCUMENT}: {kind} `{name}` of {HEADER} is missing"
    if sorted(declared) == sorted(described) and list(declared) != list(described):
        yield f"{DOCUMENT}: the order of each {kind} is not that of {HEADER}"


def findings(tree):
    if not tree.has(HEADER):
        return
    header, document = tree.text(HEADER), tree.text(DOCUMENT)
    body = {name: re.search(LIST.format(name), header)[1] for name in ("LOQUET_TABLES", "LOQUET_DIGESTS")}
    rules = dict(RULE.findall(header))
    tables = {found[0]: found[1:] for found in TABLE.findall(body["LOQUET_TABLES"])}
    if len(tables) != body["LOQUET_TABLES"].count("X("):
        yield f"{HEADER}: a line of LOQUET_TABLES cannot be read"
    described = {row[0].strip("`"): row[1:] for row in rows(document, "table")}
    yield from differences("table", tables, described)
    for name in tables.keys() & described.keys():
        _, when, _, key, value = tables[name]
        wanted = (key, rules.get(when, when).rstrip(".").split(":")[0])
        cells = described[name]
        if (cells[0], cells[2]) != wanted or not cells[1].startswith(value):
            yield f"{DOCUMENT}: `{name}` should be | {wanted[0]} | {value} ... | {wanted[1]} |"
    digests = dict(DIGEST.findall(body["LOQUET_DIGESTS"]))
    described = {row[0].strip("`"): row[1] for row in rows(document, "digest")}
    yield from differences("digest", digests, described)
    for name in digests.keys() & described.keys():
        if digests[name] != described[name]:
            yield f"{DOCUMENT}: the digest `{name}` is of: {digests[name]}"
    newest = max(int(since) for since, *_ in tables.values())
    number = re.search(r"Schema number: \*\*(\d+)\*\*", document)
    if not number or int(number[1]) < newest:
        yield f"{DOCUMENT}: the schema number is at least {newest}"


CODE = """enum class WhenErased {
    stays, ///< stays
    goes,  ///< goes: by its UID
};
#define LOQUET_TABLES(X) \\
    X(meta, "meta", 1, stays, all, "a name", "") \\
    X(open, "open", 2, goes, all, "UID", "`PublicRecord`")

#define LOQUET_DIGESTS(X) \\
    X(name, "name", "a name")

"""
TEXT = """Schema number: **2**.

| table | key | value | erased |
|---|---|---|---|
| `meta` | a name | | stays |
| `open` | UID | `PublicRecord`: what is public | goes |

| digest | of |
|---|---|
| `name` | a name |
"""
EXAMPLES = [
    ({HEADER: CODE, DOCUMENT: TEXT}, None),
    ({HEADER: CODE.replace("open,", "closed,"), DOCUMENT: TEXT}, "table `open` is not in"),
    ({HEADER: CODE, DOCUMENT: TEXT.replace("| `meta` | a name | | stays |\n", "")}, "table `meta` of"),
    ({HEADER: CODE, DOCUMENT: TEXT.replace("| goes |", "| stays |")}, "`open` should be"),
    ({HEADER: CODE, DOCUMENT: TEXT.replace("| UID |", "| GID |")}, "`open` should be"),
    ({HEADER: CODE, DOCUMENT: TEXT.replace("`PublicRecord`", "`Record`")}, "`open` should be"),
    ({HEADER: CODE.replace("X(name,", "X(mail,"), DOCUMENT: TEXT}, "digest `name` is not in"),
    ({HEADER: CODE, DOCUMENT: TEXT.replace("**2**", "**1**")}, "at least 2"),
    ({HEADER: CODE.replace('"UID", ', ""), DOCUMENT: TEXT}, "cannot be read"),
]
