// SPDX-License-Identifier: LGPL-2.1-or-later
#include "nss_module/lookup.h"

#include "lib/base/limits.h"
#include "nss_module/pack.h"
#include "nss_module/validate.h"

#include <algorithm>
#include <cstddef>
#include <cstdlib>

namespace loquet::nss {

GroupList::Added GroupList::add(std::span<const std::uint32_t> gids, gid_t skipped) noexcept {
    const std::size_t most = std::min(gids.size(), limits::groups_per_person);
    for (std::size_t i = 0; i < most; ++i) {
        const gid_t gid = gids[i]; // once: the file could change
        if (gid == skipped || !may_join(gid)) {
            continue;
        }
        if (const Added room = make_room(); room != Added::yes) {
            return room;
        }
        list_[used_++] = gid;
    }
    return Added::yes;
}

GroupList::Added GroupList::make_room() noexcept {
    constexpr long first_size = 16;
    if (used_ < size_) {
        return Added::yes;
    }
    if (limit_ > 0 && size_ >= limit_) {
        return Added::full;
    }
    const long wanted = std::max(first_size, 2 * size_);
    const long size = limit_ > 0 ? std::min(limit_, wanted) : wanted;
    void* const list = std::realloc(list_, static_cast<std::size_t>(size) * sizeof(gid_t));
    if (list == nullptr) {
        return Added::out_of_memory;
    }
    list_ = static_cast<gid_t*>(list);
    size_ = size;
    return Added::yes;
}

using directory::Cursor;
using directory::Found;
using directory::Group;
using directory::Person;
using directory::Reader;
using directory::View;

namespace {

Answer answer_of(Found found) noexcept {
    return found == Found::damaged ? Answer::damaged : Answer::nobody;
}

Answer answer_of(Packed packed) noexcept {
    switch (packed) {
    case Packed::yes:
        return Answer::here;
    case Packed::too_small:
        return Answer::larger_buffer;
    case Packed::refused:
        return Answer::nobody;
    case Packed::damaged:
        break;
    }
    return Answer::damaged;
}

/// What `body(view)` answers.
template <class Body>
Answer ask(Reader& reader, Body body) noexcept {
    Answer answer = Answer::no_directory;
    reader.ask([&](const View& view) { answer = body(view); });
    return answer;
}

/// `find(view, entry)` looks up.
template <class Entry, class Result, class Find>
Answer look_up(Reader& reader, Result& result, std::span<char> buffer, Find find) noexcept {
    return ask(reader, [&](const View& view) {
        Entry entry;
        const Found found = find(view, entry);
        return found == Found::yes ? answer_of(pack(entry, result, buffer)) : answer_of(found);
    });
}

/// `step(view, cursor, entry)` goes on to the next one; those that may not be shown are passed over.
template <class Entry, class Result, class Step>
Answer list_next(Reader& reader, Cursor& cursor, Result& result, std::span<char> buffer, Step step) noexcept {
    return ask(reader, [&](const View& view) {
        Entry entry;
        Cursor ahead = cursor;
        while (true) {
            const Found found = step(view, ahead, entry);
            if (found != Found::yes) {
                return answer_of(found);
            }
            const Packed packed = pack(entry, result, buffer);
            if (packed == Packed::yes) {
                cursor = ahead;
            }
            if (packed != Packed::refused) {
                return answer_of(packed);
            }
        }
    });
}

} // namespace

// A lookup is a hundred nanoseconds at most, and a tenth of it goes into calls and into entries that are written to
// memory to be read there: so each is one function (flatten) down to what is seldom called, which says noinline.

[[gnu::flatten]] Answer find_person(Reader& reader, std::string_view name, passwd& result,
                                    std::span<char> buffer) noexcept {
    return look_up<Person>(reader, result, buffer,
                           [&](const View& view, Person& entry) { return view.person(name, entry); });
}

[[gnu::flatten]] Answer find_person(Reader& reader, std::uint32_t uid, passwd& result,
                                    std::span<char> buffer) noexcept {
    return look_up<Person>(reader, result, buffer,
                           [&](const View& view, Person& entry) { return view.person(uid, entry); });
}

[[gnu::flatten]] Answer find_group(Reader& reader, std::string_view name, ::group& result,
                                   std::span<char> buffer) noexcept {
    return look_up<Group>(reader, result, buffer,
                          [&](const View& view, Group& entry) { return view.group(name, entry); });
}

[[gnu::flatten]] Answer find_group(Reader& reader, std::uint32_t gid, ::group& result,
                                   std::span<char> buffer) noexcept {
    return look_up<Group>(reader, result, buffer,
                          [&](const View& view, Group& entry) { return view.group(gid, entry); });
}

Answer begin_list(Reader& reader, Cursor& cursor) noexcept {
    cursor = {};
    return ask(reader, [](const View&) { return Answer::here; });
}

Answer next_person(Reader& reader, Cursor& cursor, passwd& result, std::span<char> buffer) noexcept {
    return list_next<Person>(reader, cursor, result, buffer, [](const View& view, Cursor& ahead, Person& entry) {
        return view.next_person(ahead, entry);
    });
}

Answer next_group(Reader& reader, Cursor& cursor, ::group& result, std::span<char> buffer) noexcept {
    return list_next<Group>(reader, cursor, result, buffer, [](const View& view, Cursor& ahead, Group& entry) {
        return view.next_group(ahead, entry);
    });
}

[[gnu::flatten]] Answer groups_of(Reader& reader, std::string_view name, gid_t skipped, GroupList& list) noexcept {
    return ask(reader, [&](const View& view) {
        Person entry;
        const Found found = view.person(name, entry);
        if (found != Found::yes) {
            return answer_of(found);
        }
        if (!is_ordinary_id(entry.uid) || !is_ordinary_id(entry.gid) || !may_be_called(name)) {
            return Answer::nobody;
        }
        return list.add(entry.groups, skipped) == GroupList::Added::out_of_memory ? Answer::no_memory : Answer::here;
    });
}

} // namespace loquet::nss
