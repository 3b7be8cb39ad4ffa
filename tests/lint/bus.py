# SPDX-License-Identifier: LGPL-2.1-or-later
"""The bus in four places says the same: what the daemon exports (daemon/api), what docs/bus.md tells, what the bus lets
through (etc/dbus) and what polkit can allow (etc/polkit). Each member says who may use it, and each place names no more
than the others."""
import pathlib
import re
import xml.etree.ElementTree

API = "daemon/api"
NAMES = "lib/protocol/names.h"
ACCESS_TABLE = "daemon/api/caller.h"
LIMITS = "lib/base/limits.h"
PAGE = "docs/bus.md"
POLICY = "etc/dbus/org.loquet.Auth1.conf"
POLKIT = "etc/polkit/org.loquet.auth1.policy"
OWN = "org.loquet.Auth1."
ACTION_PREFIX = "org.loquet.auth1."
NOT_ASKED = "no member asks for it yet"
STANDARD = {"org.freedesktop.DBus." + name for name in ("Properties", "Introspectable", "ObjectManager", "Peer")}

INSIDE = r'((?:"[^"]*"|[^")])*)'
ARGUMENTS = rf"(?:SD_BUS_NO_ARGS|SD_BUS_NO_RESULT|SD_BUS_(?:ARGS|RESULT)\({INSIDE}\))"
ACCESS = r"((?:self_or\()?(?:Action::)?\w+\)?)"
METHOD = re.compile(rf'SD_BUS_METHOD_WITH_ARGS\(\s*"(\w+)",\s*{ARGUMENTS},\s*{ARGUMENTS},\s*'
                    rf'\(bus::method<&\w+::\w+,\s*{ACCESS}>\)', re.DOTALL)
SIGNAL = re.compile(rf'SD_BUS_SIGNAL_WITH_ARGS\(\s*"(\w+)",\s*{ARGUMENTS}', re.DOTALL)
PROPERTY = re.compile(rf'\{{"(\w+)",\s*"([^"]+)",\s*{ACCESS},', re.DOTALL)
TABLE = re.compile(r"Property, \d+> \w*table\{\{(.*?)\n\}\};", re.DOTALL)
ALIAS = re.compile(r"constexpr Access (\w+) = ([^;]+);")
INTERFACE_NAME = re.compile(r'(\w+)_interface = "([^"]+)"')
ACTION_NAME = re.compile(r'\{Action::(\w+), "([^"]+)"\}')
ASKED_FURTHER = re.compile(r"admit\(call, Action::(\w+)\)")  # inside a member, beside what its entry says
KEY = re.compile(r'\bentry\("(\w+)"')


def words_for(access, aliases):
    access = aliases.get(access, access)
    who = re.search(r"Action::(\w+)", access)
    if who is None:
        return access
    return ("self or " if access.startswith("self_or") else "") + who[1].replace("_", "-")


def listed(arguments):
    pairs = re.findall(r'"([^"]*)",\s*(\w+)', arguments or "")
    return ", ".join(f"{signature} {name}" for signature, name in pairs)


def exported(tree):
    """By interface, the lines as the page has them; and what could not be read."""
    interfaces = dict(INTERFACE_NAME.findall(tree.text(NAMES)))
    sources = {name: tree.text(name) for name in tree.files(".cpp") if pathlib.PurePath(name).parent == pathlib.PurePath(API)}
    aliases = {alias: access for text in sources.values() for alias, access in ALIAS.findall(text)}
    members, complaints = {}, []
    for name, text in sources.items():
        lines = [f"method {m} ({listed(i)}) -> ({listed(o)}) by {words_for(a, aliases)}".replace(" (", "(", 1)
                 for m, i, o, a in METHOD.findall(text)]
        lines += [f"signal {m}({listed(a)})" for m, a in SIGNAL.findall(text)]
        entries = len(re.findall(r"\bSD_BUS_(?:METHOD|SIGNAL|PROPERTY|WRITABLE_PROPERTY)\w*\(", text))
        if len(lines) != entries:
            complaints.append(f"{name}: {entries} entries in the vtable, but {len(lines)} are written as this lint reads them")
        for table in TABLE.findall(text):
            lines += [f"property {signature} {m} by {words_for(a, aliases)}" for m, signature, a in PROPERTY.findall(table)]
        interface = interfaces.get(pathlib.PurePath(name).stem.split("_")[0])
        if lines and interface is None:
            complaints.append(f"{name}: {NAMES} has no interface for what it exports")
        elif lines:
            members.setdefault(interface, set()).update(lines)
    return members, complaints


def documented(page):
    members = {}
    for interface, lines in re.findall(r"^```bus (\S+)\n(.*?)^```$", page, re.MULTILINE | re.DOTALL):
        members[interface] = set(lines.splitlines())
    return members


def compare(place, has, other, wants):
    for missing in sorted(wants - has):
        yield f"{place}: '{missing}' is missing, which {other} has"
    for more in sorted(has - wants):
        yield f"{place}: '{more}' is not in {other}"


def policy_findings(tree, interfaces):
    root = xml.etree.ElementTree.fromstring(tree.text(POLICY).encode())
    allowed = {rule.get("send_interface") for rule in root.iter("allow") if rule.get("send_destination")}
    yield from compare(POLICY, allowed, API, interfaces | STANDARD)
    limit = re.search(r"call_descriptors = (\d+);", tree.text(LIMITS))
    denied = {rule.get("min_fds") for rule in root.iter("deny")} - {None}
    if limit and denied != {str(int(limit[1]) + 1)}:
        yield f"{POLICY}: {LIMITS} lets a call have {limit[1]} descriptors, and so min_fds has to be one more"


def polkit_findings(tree, members):
    root = xml.etree.ElementTree.fromstring(tree.text(POLKIT).encode())
    declared = {action.get("id").removeprefix(ACTION_PREFIX) for action in root.iter("action")}
    asked = {line.rsplit(" ", 1)[1] for lines in members.values() for line in lines if " by " in line} - {"anyone", "owner"}
    asked |= {action.replace("_", "-") for name in tree.files(".cpp") if pathlib.PurePath(name).parent == pathlib.PurePath(API)
              for action in ASKED_FURTHER.findall(tree.text(name))}
    named = {action.replace("_", "-"): name for action, name in ACTION_NAME.findall(tree.text(ACCESS_TABLE))}
    for action, name in sorted(named.items()):
        if name != ACTION_PREFIX + action:
            yield f"{ACCESS_TABLE}: {action} is asked of polkit as {name}"
    yield from compare(ACCESS_TABLE, set(named), API, asked)
    for action in sorted(asked - declared):
        yield f"{POLKIT}: {ACTION_PREFIX}{action} is missing, which members ask for"
    rows = dict(re.findall(r"^\| `([a-z-]+)` \| (.*) \|$", tree.text(PAGE), re.MULTILINE))
    yield from compare(PAGE, set(rows) & (declared | asked) | {a for a in rows if rows[a] == NOT_ASKED}, POLKIT, declared)
    for action in sorted(declared & set(rows)):
        if (rows[action] == NOT_ASKED) == (action in asked):
            yield f"{PAGE}: of {action} it has to say that {NOT_ASKED}, or not to say it"


def findings(tree):
    members, complaints = exported(tree)
    yield from complaints
    pages = documented(tree.text(PAGE))
    for interface in sorted(set(members) | set(pages)):
        yield from compare(PAGE, pages.get(interface, set()), API, members.get(interface, set()))
    yield from policy_findings(tree, set(members))
    yield from polkit_findings(tree, members)
    for name in tree.files("_rows.cpp"):
        for key in KEY.findall(tree.text(name)):
            if f"| `{key}` |" not in tree.text(PAGE):
                yield f"{PAGE}: no table has the key `{key}`, which {name} writes"


def _tree(api='SD_BUS_METHOD_WITH_ARGS("Lock", SD_BUS_ARGS("a(ss)", reason), SD_BUS_NO_RESULT,\n'
          '    (bus::method<&Objects::lock, Action::unlock>), 0),\n', line="method Lock(a(ss) reason) -> () by unlock\n",
          policy='<allow send_destination="d" send_interface="org.loquet.Auth1.Account"/>', fds=2, actions="unlock",
          row="| `unlock` | Lock |\n", rows='writer.entry("number", n);', asked='"org.loquet.auth1.unlock"'):
    standard = "".join(f'<allow send_destination="d" send_interface="{name}"/>' for name in sorted(STANDARD))
    declared = "".join(f'<action id="{ACTION_PREFIX}{action}"/>' for action in actions.split())
    return {NAMES: 'char* account_interface = "org.loquet.Auth1.Account";\n',
            ACCESS_TABLE: f"{{{{Action::unlock, {asked}}}}}\n",
            LIMITS: "constexpr std::size_t call_descriptors = 1;\n",
            API + "/account_objects.cpp": api, API + "/account_rows.cpp": rows,
            PAGE: f"```bus org.loquet.Auth1.Account\n{line}```\n{row}| `number` | t |\n",
            POLICY: f'<busconfig>{policy}{standard}<deny send_destination="d" min_fds="{fds}"/></busconfig>',
            POLKIT: f"<policyconfig>{declared}</policyconfig>"}


PROPERTIES = ('constexpr Access both = self_or(Action::unlock);\nconstexpr std::array<Property, 1> table{{\n'
              '    {"Name", "s", both, [](W& w) {}},\n}};\n')
EXAMPLES = [
    (_tree(), None),
    (_tree(api=PROPERTIES, line="property s Name by self or unlock\n"), None),
    (_tree(api=PROPERTIES, line="property s Name by unlock\n"), "'property s Name by self or unlock' is missing"),
    (_tree(api='SD_BUS_METHOD("Lock", "s", "", lock, 0),\n'), "1 entries in the vtable, but 0"),
    (_tree(line="method Lock(a(ss) why) -> () by unlock\n"), "is not in daemon/api"),
    (_tree(line=""), "is missing, which daemon/api has"),
    (_tree(policy=""), "'org.loquet.Auth1.Account' is missing"),
    (_tree(policy='<allow send_destination="d" send_interface="org.loquet.Auth1.Account"/>'
           '<allow send_destination="d" send_interface="org.loquet.Auth1.Gone"/>'), "Gone' is not in"),
    (_tree(fds=3), "min_fds"),
    (_tree(actions="unlock start-reset"), "'start-reset' is missing"),
    (_tree(actions="unlock start-reset", row=f"| `unlock` | Lock |\n| `start-reset` | {NOT_ASKED} |\n"), None),
    (_tree(row=f"| `unlock` | {NOT_ASKED} |\n"), "of unlock it has to say"),
    (_tree(actions=""), "unlock is missing, which members ask for"),
    (_tree(asked='"org.loquet.auth1.lock"'), "is asked of polkit as"),
    (_tree(rows='writer.entry("size", n);'), "the key `size`"),
]
