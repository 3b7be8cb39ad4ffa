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

/// Every place is within the text.
bool each_is_nul(std::string_view text, std::initializer_list<std::size_t> places) noexcept {
    char together = '\0';
    for (const std::size_t place : places) {
        together = static_cast<char>(together | text[place]);
    }
    return together == '\0';
}

/// A bit for each slot that is in use and has this tag. Without a branch for each, because none could be foreseen, and
/// one that is guessed wrong waits for the bucket to come from memory.
unsigned slots_with(const Bucket& bucket, std::uint32_t tag) noexcept {
    using Four [[gnu::vector_size(16)]] = std::uint32_t;
    static_assert(slots_per_bucket == 8);
    const auto in_half = [&](std::size_t first, Four bits) {
        Four tags;
        Four places;
        std::memcpy(&tags, &bucket.tags[first], sizeof tags);
        std::memcpy(&places, &bucket.places[first], sizeof places);
        return Four(tags == tag) & Four(places != 0) & bits;
    };
    const Four hits = in_half(0, Four{1, 2, 4, 8}) | in_half(4, Four{16, 32, 64, 128});
    const auto pairs = std::bit_cast<std::array<std::uint64_t, 2>>(hits);
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
    const std::size_t password = head.name_bytes + std::size_t{1};
    const std::size_t gecos = password + locked_password.size() + 1;
    const std::size_t home = gecos + head.gecos_bytes + 1;
    const std::size_t shell = home + head.home_bytes + 1;
    if (head.kind != RecordKind::person || shell >= text.size()
        || !each_is_nul(text, {password - 1, gecos - 1, home - 1, shell - 1, text.size() - 1})) {
        return Found::damaged;
    }
    // Not substr(): it would want the C++ library's exceptions, and the NSS module brings no C++ library.
    person.name = {text.data(), head.name_bytes};
    person.gecos = {text.data() + gecos, head.gecos_bytes};
    person.home = {text.data() + home, head.home_bytes};
    person.shell = {text.data() + shell, text.size() - shell - 1};
    person.uid = head.id;
    person.gid = head.gid;
    person.private_group = head.private_group != 0;
    person.text = text;
    person.groups = numbers_of(head, offset);
    return Found::yes;
}

Found Image::read(const RecordHead& head, std::uint64_t offset, Group& group) const noexcept {
    const std::string_view text = text_of(head, offset);
    const std::size_t password = head.name_bytes + std::size_t{1};
    const std::size_t members = password + locked_password.size() + 1;
    if (head.kind != RecordKind::group || members > text.size()
        || !each_is_nul(text, {password - 1, members - 1, text.size() - 1})) {
        return Found::damaged;
    }
    group.members = numbers_of(head, offset);
    bool outside = false; // all of them rather than up to the first: the compiler takes four at a time
    for (const std::uint32_t begin : group.members) {
        outside |= begin < members || begin >= text.size();
    }
    if (outside) {
        return Found::damaged;
    }
    group.gid = head.id;
    group.text = text;
    group.name = {text.data(), head.name_bytes};
    return Found::yes;
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
            const std::uint64_t offset =
                std::uint64_t{bucket.places[static_cast<std::size_t>(std::countr_zero(hits))]} * record_alignment;
            RecordHead head{};
            if (!head_at(records, offset, head)) {
                answer = Found::damaged; // perhaps another key's: the search goes on
            } else if (head.kind == RecordKind::removed) {
                only_id(entry, head.id);
                if (matches(entry)) {
                    return Found::removed;
                }
            } else {
                const Found found = read(head, offset, entry);
                if (found == Found::yes && matches(entry)) {
                    return Found::yes;
                }
                answer = found == Found::damaged ? Found::damaged : answer;
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
