// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/directory/view.h"

namespace loquet::directory {

namespace {

/// One set of names for persons and groups, so that what follows is written once.
Found find(const Image& image, std::string_view name, Person& person) noexcept {
    return image.person(name, person);
}
Found find(const Image& image, std::uint32_t uid, Person& person) noexcept {
    return image.person(uid, person);
}
Found find(const Image& image, std::string_view name, Group& group) noexcept {
    return image.group(name, group);
}
Found find(const Image& image, std::uint32_t gid, Group& group) noexcept {
    return image.group(gid, group);
}
Found step(const Image& image, Position& at, Person& person) noexcept {
    return image.next_person(at, person);
}
Found step(const Image& image, Position& at, Group& group) noexcept {
    return image.next_group(at, group);
}
Position first(const Image& image, const Person& /*kind*/) noexcept {
    return image.first_person();
}
Position first(const Image& image, const Group& /*kind*/) noexcept {
    return image.first_group();
}
std::uint32_t id_of(const Person& person) noexcept {
    return person.uid;
}
std::uint32_t id_of(const Group& group) noexcept {
    return group.gid;
}

/// The record at `at` and where the one behind it begins, passing over numbers below `from`.
template <class Entry>
struct Ahead {
    Ahead(const Image& image, Position at, std::uint64_t from) noexcept : before(at), behind(at) {
        do {
            before = behind;
            found = step(image, behind, entry);
        } while (here() && id_of(entry) < from);
    }
    [[nodiscard]] bool here() const noexcept { return found == Found::yes || found == Found::removed; }

    Position before;
    Position behind;
    Entry entry{};
    Found found = Found::no;
};

/// A person's text begins as that of their group would: the name, then "x".
Group private_group_of(const Person& person) noexcept {
    constexpr std::size_t with_password = 3; // a NUL, the "x" and its NUL
    return {person.uid, {person.text.data(), person.name.size() + with_password}, person.name, {}};
}

} // namespace

template <class Entry>
Found View::by_name(std::string_view name, Entry& entry) const noexcept {
    if (current_.empty()) {
        return find(base_, name, entry);
    }
    Found found = find(current_, name, entry);
    if (found != Found::no) {
        return found;
    }
    found = find(base_, name, entry);
    Entry amended;
    if (found != Found::yes) {
        return found;
    }
    const Found newer = find(current_, id_of(entry), amended);
    if (newer == Found::damaged) {
        return newer;
    }
    return newer == Found::no ? Found::yes : Found::no; // removed, or under another name by now
}

template <class Entry>
Found View::by_id(std::uint32_t id, Entry& entry) const noexcept {
    const Found found = current_.empty() ? Found::no : find(current_, id, entry);
    if (found == Found::no) {
        return find(base_, id, entry);
    }
    return found == Found::removed ? Found::no : found;
}

template <class Entry>
Found View::next(Cursor& cursor, Entry& entry) const noexcept {
    if (cursor.identity != current_.identity()) {
        cursor.in_base = first(base_, entry);
        cursor.in_current = first(current_, entry);
        cursor.identity = current_.identity();
    }
    while (true) {
        const Ahead<Entry> old(base_, cursor.in_base, cursor.next_id);
        const Ahead<Entry> amended(current_, cursor.in_current, cursor.next_id);
        if (old.found == Found::damaged || amended.found == Found::damaged) {
            return Found::damaged;
        }
        cursor.in_base = old.before;
        cursor.in_current = amended.before;
        if (!old.here() && !amended.here()) {
            return Found::no;
        }
        const bool from_current = amended.here() && (!old.here() || id_of(amended.entry) <= id_of(old.entry));
        const Ahead<Entry>& taken = from_current ? amended : old;
        (from_current ? cursor.in_current : cursor.in_base) = taken.behind;
        cursor.next_id = std::uint64_t{id_of(taken.entry)} + 1; // passes over the base's record of the same number
        if (taken.found == Found::yes) {
            entry = taken.entry;
            return Found::yes;
        }
    }
}

Found View::person(std::string_view name, Person& person) const noexcept {
    return by_name(name, person);
}

Found View::person(std::uint32_t uid, Person& person) const noexcept {
    return by_id(uid, person);
}

Found View::group(std::string_view name, Group& group) const noexcept {
    Found found = by_name(name, group);
    Person owner;
    if (found == Found::no) {
        found = by_name(name, owner);
        if (found == Found::yes) {
            group = private_group_of(owner);
            found = owner.private_group ? Found::yes : Found::no;
        }
    }
    return found;
}

Found View::group(std::uint32_t gid, Group& group) const noexcept {
    Found found = by_id(gid, group);
    Person owner;
    if (found == Found::no) {
        found = by_id(gid, owner);
        if (found == Found::yes) {
            group = private_group_of(owner);
            found = owner.private_group ? Found::yes : Found::no;
        }
    }
    return found;
}

Found View::next_person(Cursor& cursor, Person& person) const noexcept {
    return next(cursor, person);
}

Found View::next_group(Cursor& cursor, Group& group) const noexcept {
    if (!cursor.private_groups) {
        const Found found = next(cursor, group);
        if (found != Found::no) {
            return found;
        }
        cursor = {};
        cursor.private_groups = true;
    }
    Person owner;
    Found found = Found::no;
    do {
        found = next(cursor, owner);
    } while (found == Found::yes && !owner.private_group);
    if (found == Found::yes) {
        group = private_group_of(owner);
    }
    return found;
}

} // namespace loquet::directory
