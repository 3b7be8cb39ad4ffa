// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/directory/image.h"

#include "lib/directory/digest.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <initializer_list>

namespace loquet::directory {

namespace {

constexpr std::string_view locked_password = "x"; ///< as passwd(5) has it: the secret is elsewhere

template <class Field>
Field once(const Field& field) noexcept {
    Field value{};
    __atomic_load(&field, &value, __ATOMIC_RELAXED);
    return value;
}

/// Field by field: a copy of the whole would be written to memory and wait there to be read again.
RecordHead look_at(const RecordHead& head) noexcept {
    return {.check = once(head.check),
            .bytes = once(head.bytes),
            .kind = once(head.kind),
            .private_group = once(head.private_group),
            .name_bytes = once(head.name_bytes),
            .gecos_bytes = once(head.gecos_bytes),
            .home_bytes = once(head.home_bytes),
            .id = once(head.id),
            .gid = once(head.gid),
            .count = once(head.count),
            .text_bytes = once(head.text_bytes)};
}

bool is_ended(std::string_view string) noexcept {
    return string.data()[string.size()] == '\0';
}

/// Behind the name stands the password's place, with a NUL of its own.
bool begins_well(std::string_view name) noexcept {
    return is_ended(name) && name.data()[name.size() + 1 + locked_password.size()] == '\0';
}

/// Of what lies in the record: each string is followed by its NUL.
bool is_well_formed(const Person& person) noexcept {
    return begins_well(person.name) && is_ended(person.gecos) && is_ended(person.home) && is_ended(person.shell);
}

bool is_well_formed(const Group& group) noexcept {
    const std::size_t first = group.name.size() + locked_password.size() + 2;
    bool outside = false; // all of them rather than up to the first: the compiler takes four at a time
    for (const std::uint32_t begin : group.members) {
        outside |= begin < first || begin >= group.text.size();
    }
    return !outside && begins_well(group.name) && group.text.back() == '\0';
}

/// A bit for each slot that has this tag, as free ones may. Without a branch for each, because none could be foreseen,
/// and one that is guessed wrong waits for the bucket to come from memory.
unsigned slots_with(const Bucket& bucket, std::uint32_t tag) noexcept {
    using Four [[gnu::vector_size(16)]] = std::uint32_t;
    using Two [[gnu::vector_size(16)]] = std::uint64_t;
    static_assert(slots_per_bucket == 8);
    const auto in_half = [&](std::size_t first, Four bits) {
        Four tags;
        std::memcpy(&tags, &bucket.tags[first], sizeof tags);
        return Four(tags == tag) & bits;
    };
    const Two pairs = Two(in_half(0, Four{1, 2, 4, 8}) | in_half(4, Four{16, 32, 64, 128}));
    const std::uint64_t together = pairs[0] | pairs[1];
    return static_cast<unsigned>(together | together >> 32U);
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
    if (header.header_check != digest(&header, offsetof(Header, header_check)) || header.file_bytes != bytes.size()
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
    head = look_at(*reinterpret_cast<const RecordHead*>(bytes_.data() + offset));
    const std::uint64_t room = records.bytes - (offset - records.offset);
    const std::uint64_t needed = sizeof head + std::uint64_t{head.count} * sizeof(std::uint32_t) + head.text_bytes;
    return head.bytes <= room && head.bytes >= sizeof head && head.bytes % record_alignment == 0
           && needed <= head.bytes;
}

// Not a part of who calls, and looks for itself: it is long, and seldom, and nothing of the caller's has to lie in
// memory for its sake. Should the record change in between, the caller's look was checked as this one is.
template <class Entry>
[[gnu::noinline]] bool Image::is_whole(const Section& records, std::uint64_t offset) const noexcept {
    RecordHead head{};
    Entry entry;
    const Found found = look(records, offset, head, entry);
    return found != Found::damaged && head.check == record_check(bytes_.data() + offset, head.bytes, offset, identity_)
           && (found == Found::removed || is_well_formed(entry));
}

template <class Entry>
bool Image::is_known_whole(const Section& records, std::uint32_t place) const noexcept {
    if (checked_ != nullptr && checked_->holds(place)) {
        return true;
    }
    const bool whole = is_whole<Entry>(records, std::uint64_t{place} * record_alignment);
    if (whole && checked_ != nullptr) {
        checked_->add(place);
    }
    return whole;
}

std::string_view Image::text_of(const RecordHead& head, std::uint64_t offset) const noexcept {
    const std::uint64_t begin = offset + sizeof head + std::uint64_t{head.count} * sizeof(std::uint32_t);
    return {reinterpret_cast<const char*>(bytes_.data() + begin), head.text_bytes};
}

std::span<const std::uint32_t> Image::numbers_of(const RecordHead& head, std::uint64_t offset) const noexcept {
    return {reinterpret_cast<const std::uint32_t*>(bytes_.data() + offset + sizeof head), head.count};
}

bool Image::read(const RecordHead& head, std::uint64_t offset, Person& person) const noexcept {
    const std::string_view text = text_of(head, offset);
    const std::size_t gecos = head.name_bytes + locked_password.size() + 2;
    const std::size_t home = gecos + head.gecos_bytes + 1;
    const std::size_t shell = home + head.home_bytes + 1;
    if (head.kind != RecordKind::person || shell >= text.size()) {
        return false;
    }
    // Not substr(): it would want the C++ library's exceptions, and the NSS module brings no C++ library.
    const char* const begin = text.data();
    person.name = {begin, head.name_bytes};
    person.gecos = {begin + gecos, head.gecos_bytes};
    person.home = {begin + home, head.home_bytes};
    person.shell = {begin + shell, text.size() - shell - 1};
    person.uid = head.id;
    person.gid = head.gid;
    person.private_group = head.private_group != 0;
    person.text = text;
    person.groups = numbers_of(head, offset);
    return true;
}

bool Image::read(const RecordHead& head, std::uint64_t offset, Group& group) const noexcept {
    const std::string_view text = text_of(head, offset);
    if (head.kind != RecordKind::group || head.name_bytes + locked_password.size() + 2 > text.size()) {
        return false;
    }
    group.members = numbers_of(head, offset);
    group.gid = head.id;
    group.text = text;
    const char* const begin = text.data();
    group.name = {begin, head.name_bytes};
    return true;
}

template <class Entry>
Found Image::look(const Section& records, std::uint64_t offset, RecordHead& head, Entry& entry) const noexcept {
    if (!head_at(records, offset, head)) {
        return Found::damaged;
    }
    if (head.kind == RecordKind::removed) {
        only_id(entry, head.id);
        return Found::removed;
    }
    return read(head, offset, entry) ? Found::yes : Found::damaged;
}

template <class Entry, class Matches>
Found Image::find(const Section& table, const Section& records, std::uint64_t key, Entry& entry,
                  Matches matches) const noexcept {
    const std::uint64_t buckets = table.bytes / sizeof(Bucket);
    const auto* const begin = reinterpret_cast<const Bucket*>(bytes_.data() + table.offset);
    std::uint64_t index = bucket_of(key, buckets);
    Found answer = Found::no;
    for (std::uint64_t probe = 0; probe < std::min<std::uint64_t>(buckets, longest_probe); ++probe) {
        const Bucket& bucket = begin[index];
        for (unsigned hits = slots_with(bucket, tag_of(key)); hits != 0; hits &= hits - 1) {
            const std::uint32_t place = once(bucket.places[static_cast<std::size_t>(std::countr_zero(hits))]);
            if (place == 0) {
                continue;
            }
            RecordHead head{};
            const Found found = look(records, std::uint64_t{place} * record_alignment, head, entry);
            if (found == Found::damaged || !is_known_whole<Entry>(records, place)) {
                answer = Found::damaged; // perhaps another key's: the search goes on
            } else if (matches(entry)) {
                return found;
            }
        }
        if (bucket.places.back() == 0) {
            return answer;
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
    if (position % record_alignment != 0) {
        return Found::damaged;
    }
    // Not of those that are known: a list of everybody comes by once, and would crowd out the ones in use.
    RecordHead head{};
    const Found found = look(records, position, head, entry);
    if (found == Found::damaged || !is_whole<Entry>(records, position)) {
        return Found::damaged;
    }
    position += head.bytes;
    return found;
}

Found Image::next_person(Position& position, Person& person) const noexcept {
    return next(persons_, position, person);
}

Found Image::next_group(Position& position, Group& group) const noexcept {
    return next(groups_, position, group);
}

} // namespace loquet::directory
