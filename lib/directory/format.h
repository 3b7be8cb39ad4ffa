// SPDX-License-Identifier: LGPL-2.1-or-later
// The bytes of a directory image: what /etc/passwd and /etc/group would say of our accounts, laid out so that a lookup
// reads one bucket and one record; their digests, and what the files are called. docs/directory-format.md describes the
// file for those who write their own reader. Numbers are in the machine's byte order; an image of another one is
// refused. Nothing here owns anything. Any thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>

namespace loquet::directory {

constexpr std::array<char, 8> magic{'L', 'o', 'q', 'u', 'e', 't', 'D', '\n'};
constexpr std::uint32_t format_version = 1;
constexpr std::uint32_t byte_order_mark = 0x01020304;

/// A part of the file: where it begins, and how long it is.
struct Section {
    std::uint64_t offset;
    std::uint64_t bytes;
};

struct Header {
    std::array<char, 8> magic;
    std::uint32_t version;
    std::uint32_t byte_order;
    std::uint64_t file_bytes;
    std::uint64_t identity;         ///< random: no two images have the same
    std::uint64_t base_identity;    ///< of the image that this one amends; 0: it stands alone
    std::uint64_t store_generation; ///< of the store's accounts, as the writer counts them
    std::uint64_t seed;             ///< random; of the keys' digests, so that nobody can choose names that collide
    Section persons;                ///< records in ascending order of UID
    Section groups;                 ///< records in ascending order of GID
    Section persons_by_name;        ///< tables of buckets
    Section persons_by_uid;
    Section groups_by_name;
    Section groups_by_gid;
    std::uint64_t header_check; ///< digest of all the above
    /// Not part of what is checked: the writer sets it to 1 when a newer file stands in this one's place.
    std::uint32_t superseded;
    std::uint32_t reserved;
};
static_assert(sizeof(Header) == 168 && std::is_trivially_copyable_v<Header>);

constexpr std::size_t header_bytes = 192; ///< the header and zeroes: the records begin on a cache line

enum class RecordKind : std::uint8_t {
    person = 1,
    group = 2,
    removed = 3, ///< in an amending image: the base's person (or group) of this number is gone
};

/// What a record begins with. It is followed by `count` numbers of 32 bits (of a person: GIDs of supplementary groups;
/// of a group: where each member's name begins, counted from the text's begin), then by `text_bytes` of text: strings,
/// each with its NUL, in the order in which struct passwd (name, "x", gecos, home, shell) or struct group (name, "x",
/// members) wants them, so that one copy fills the caller's buffer.
struct RecordHead {
    /// Digest of the rest of the record, seeded with the image's identity and the record's offset: a record of another
    /// image, or moved, is damage.
    std::uint32_t check;
    std::uint32_t bytes; ///< of the whole record: a multiple of 8
    RecordKind kind;
    std::uint8_t private_group; ///< 1: a group of the same name and number, without members, belongs to the person
    std::uint16_t name_bytes;   ///< of each string without its NUL
    std::uint16_t gecos_bytes;
    std::uint16_t home_bytes;
    std::uint32_t id; ///< UID of a person, GID of a group
    std::uint32_t gid;
    std::uint32_t count;
    std::uint32_t text_bytes;
};
static_assert(sizeof(RecordHead) == 32 && std::is_trivially_copyable_v<RecordHead>);

constexpr std::size_t record_alignment = 8;
constexpr std::size_t slots_per_bucket = 8;

/// One cache line of a table. A key's bucket follows from the upper half of its digest; where it is full, the next one
/// goes on. A free slot ends the search.
struct alignas(64) Bucket {
    std::array<std::uint32_t, slots_per_bucket> tags;   ///< lower half of the key's digest
    std::array<std::uint32_t, slots_per_bucket> places; ///< record's offset in units of record_alignment; 0: free
};
static_assert(sizeof(Bucket) == 64);

/// How many buckets a key may be away from its own. A writer that would need more takes another seed.
constexpr std::size_t longest_probe = 64;

/// The file that readers open.
constexpr const char* current_file = "current";
constexpr std::string_view base_prefix = "base-";

/// "base-" and the identity in 16 hexadecimal digits.
class BaseFile {
public:
    constexpr explicit BaseFile(std::uint64_t identity) noexcept {
        constexpr std::string_view hexadecimal = "0123456789abcdef";
        std::size_t at = base_prefix.copy(name_.data(), base_prefix.size());
        for (int shift = 60; shift >= 0; shift -= 4) {
            name_[at++] = hexadecimal[(identity >> static_cast<unsigned>(shift)) & 0xFU];
        }
    }
    [[nodiscard]] const char* c_str() const noexcept { return name_.data(); }
    [[nodiscard]] std::string_view text() const noexcept { return {name_.data(), name_.size() - 1}; }

private:
    std::array<char, base_prefix.size() + 16 + 1> name_{};
};

} // namespace loquet::directory
