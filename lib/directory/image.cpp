// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/directory/image.h"

#include "lib/directory/digest.h"

#include <algorithm>
#include <cstring>

namespace loquet::directory {

namespace {

constexpr std::string_view locked_password = "x"; ///< as passwd(5) has it: the secret is elsewhere

/// The string of `bytes` at `at` in `text`, and `at` moves behind its NUL; false where it does not fit or has no NUL.
bool take_string(std::string_view text, std::size_t bytes, std::size_t& at, std::string_view& string) noexcept {
    if (text.size() - at <= bytes || text[at + bytes] != '\0') {
        return false;
    }
    string = text.substr(at, bytes);
    at += bytes + 1;
    return true;
}

void only_id(Person& person, std::uint32_t id) noexcept {
    person = {};
    person.uid = id;
}

void only_id(Group& group, std::uint32_t id) noexcept {
    group = {};
    group.gid = id;
}

} // namespace

Image::Image(std::span<const std::byte> bytes) noexcept : bytes_(bytes), state_(State::damaged) {
    Header header{};
    if (bytes.size() < header_bytes) {
        state_ = bytes.size() < magic.size() || std::memcmp(bytes.data(), magic.data(), magic.size()) != 0
                     ? State::foreign
                     : State::damaged;
        return;
    }
    std::memcpy(&header, bytes.data(), sizeof header);
    if (header.magic != magic || header.byte_order != byte_order_mark) {
        state_ = State::foreign;
        return;
    }
    if (header.version != format_version) {
        state_ = State::newer;
        return;
    }
    if (header.header_check != digest(&header, offsetof(Header, header_check), 0) || header.file_bytes != bytes.size()
        || !within(header.persons, record_alignment) || !within(header.groups, record_alignment)
        || !within(header.persons_by_name, sizeof(Bucket)) || !within(header.persons_by_uid, sizeof(Bucket))
        || !within(header.groups_by_name, sizeof(Bucket)) || !within(header.groups_by_gid, sizeof(Bucket))) {
        return;
    }
    persons_ = header.persons;
    groups_ = header.groups;
    persons_by_name_ = header.persons_by_name;
    persons_by_uid_ = header.persons_by_uid;
    groups_by_name_ = header.groups_by_name;
    groups_by_gid_ = header.groups_by_gid;
    seed_ = header.seed;
    identity_ = header.identity;
    base_identity_ = header.base_identity;
    store_generation_ = header.store_generation;
    // The caller gave bytes on a boundary of 64, and the word's offset is a multiple of 4.
    superseded_ = reinterpret_cast<const std::uint32_t*>(bytes.data() + offsetof(Header, superseded));
    state_ = State::good;
}

bool Image::within(const Section& section, std::size_t unit) const noexcept {
    return section.offset >= header_bytes && section.offset <= bytes_.size()
           && section.bytes <= bytes_.size() - section.offset && section.offset % unit == 0
           && section.bytes % unit == 0;
}

bool Image::head_at(const Section& records, std::uint64_t offset, RecordHead& head) const noexcept {
    if (offset < records.offset || offset - records.offset > records.bytes
        || records.bytes - (offset - records.offset) < sizeof head) {
        return false;
    }
    std::memcpy(&head, bytes_.data() + offset, sizeof head);
    const std::uint64_t room = records.bytes - (offset - records.offset);
    const std::uint64_t needed = sizeof head + std::uint64_t{head.count} * sizeof(std::uint32_t) + head.text_bytes;
    return head.bytes <= room && head.bytes >= sizeof head && head.bytes % record_alignment == 0 && needed <= head.bytes
           && head.check == record_check(bytes_.data() + offset, head.bytes, offset, identity_);
}

std::string_view Image::text_of(const RecordHead& head, std::uint64_t offset) const noexcept {
    const std::uint64_t begin = offset + sizeof head + std::uint64_t{head.count} * sizeof(std::uint32_t);
    return {reinterpret_cast<const char*>(bytes_.data() + begin), head.text_bytes};
}

std::span<const std::uint32_t> Image::numbers_of(const RecordHead& head, std::uint64_t offset) const noexcept {
    return {reinterpret_cast<const std::uint32_t*>(bytes_.data() + offset + sizeof head), head.count};
}

Found Image::read(const RecordHead& head, std::uint64_t offset, Person& person) const noexcept {
    const std::string_view text = text_of(head, offset);
    std::size_t at = 0;
    std::string_view password;
    if (head.kind != RecordKind::person || !take_string(text, head.name_bytes, at, person.name)
        || !take_string(text, locked_password.size(), at, password)
        || !take_string(text, head.gecos_bytes, at, person.gecos)
        || !take_string(text, head.home_bytes, at, person.home) || text.size() == at
        || !take_string(text, text.size() - at - 1, at, person.shell)) {
        return Found::damaged;
    }
    person.uid = head.id;
    person.gid = head.gid;
    person.private_group = head.private_group != 0;
    person.text = text;
    person.groups = numbers_of(head, offset);
    return Found::yes;
}

Found Image::read(const RecordHead& head, std::uint64_t offset, Group& group) const noexcept {
    const std::string_view text = text_of(head, offset);
    std::size_t at = 0;
    std::string_view password;
    if (head.kind != RecordKind::group || !take_string(text, head.name_bytes, at, group.name)
        || !take_string(text, locked_password.size(), at, password) || text.back() != '\0') {
        return Found::damaged;
    }
    group.members = numbers_of(head, offset);
    if (!std::ranges::all_of(group.members, [&](std::uint32_t begin) { return begin >= at && begin < text.size(); })) {
        return Found::damaged;
    }
    group.gid = head.id;
    group.text = text;
    return Found::yes;
}

template <class Entry, class Matches>
Found Image::find(const Section& table, const Section& records, std::uint64_t key, Entry& entry,
                  Matches matches) const noexcept {
    const std::uint64_t buckets = table.bytes / sizeof(Bucket);
    const auto* const begin = reinterpret_cast<const Bucket*>(bytes_.data() + table.offset);
    const std::uint32_t tag = tag_of(key);
    std::uint64_t index = bucket_of(key, buckets);
    Found answer = Found::no;
    for (std::uint64_t probe = 0; probe < std::min<std::uint64_t>(buckets, longest_probe); ++probe) {
        const Bucket& bucket = begin[index];
        for (std::size_t slot = 0; slot < slots_per_bucket; ++slot) {
            const std::uint32_t place = bucket.places[slot];
            if (place == 0) {
                return answer;
            }
            if (bucket.tags[slot] != tag) {
                continue;
            }
            const std::uint64_t offset = std::uint64_t{place} * record_alignment;
            RecordHead head{};
            if (!head_at(records, offset, head)) {
                answer = Found::damaged; // perhaps another key's: the search goes on
                continue;
            }
            if (head.kind == RecordKind::removed) {
                only_id(entry, head.id);
                if (matches(entry)) {
                    return Found::removed;
                }
                continue;
            }
            const Found found = read(head, offset, entry);
            if (found == Found::yes && matches(entry)) {
                return Found::yes;
            }
            answer = found == Found::damaged ? Found::damaged : answer;
        }
        index = index + 1 == buckets ? 0 : index + 1;
    }
    return answer;
}

Found Image::person(std::string_view name, Person& person) const noexcept {
    return find(persons_by_name_, persons_, key_digest(name, seed_), person,
                [&](const Person& candidate) { return candidate.name == name; });
}

Found Image::person(std::uint32_t uid, Person& person) const noexcept {
    return find(persons_by_uid_, persons_, key_digest(uid, seed_), person,
                [&](const Person& candidate) { return candidate.uid == uid; });
}

Found Image::group(std::string_view name, Group& group) const noexcept {
    return find(groups_by_name_, groups_, key_digest(name, seed_), group,
                [&](const Group& candidate) { return candidate.name == name; });
}

Found Image::group(std::uint32_t gid, Group& group) const noexcept {
    return find(groups_by_gid_, groups_, key_digest(gid, seed_), group,
                [&](const Group& candidate) { return candidate.gid == gid; });
}

template <class Entry>
Found Image::next(const Section& records, Position& position, Entry& entry) const noexcept {
    if (position >= records.offset && position - records.offset == records.bytes) {
        return Found::no;
    }
    RecordHead head{};
    if (position % record_alignment != 0 || !head_at(records, position, head)) {
        return Found::damaged;
    }
    Found found = Found::removed;
    if (head.kind == RecordKind::removed) {
        only_id(entry, head.id);
    } else {
        found = read(head, position, entry);
    }
    if (found != Found::damaged) {
        position += head.bytes;
    }
    return found;
}

Found Image::next_person(Position& position, Person& person) const noexcept {
    return next(persons_, position, person);
}

Found Image::next_group(Position& position, Group& group) const noexcept {
    return next(groups_, position, group);
}

} // namespace loquet::directory
