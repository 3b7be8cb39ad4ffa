// SPDX-License-Identifier: LGPL-2.1-or-later
// A directory image as its reader sees it: bytes that nobody vouches for. Every length is checked before it is used and
// read only once, so a damaged, a foreign or a changing file gives "none" or "damaged", and never a read outside.
// No heap, no exception, no state: any thread, at the same time. The bytes are the caller's and outlive the image.
#pragma once

#include "lib/directory/format.h"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace loquet::directory {

/// Which records of one mapped image were found whole already, so that the ones asked for over and over are digested
/// once. It may forget, and never claims a record that was not added. An image is never changed in place after it was
/// published; a writer that did so could write a right digest as well (docs/directory-format.md says what follows from
/// it). All zeroes is the empty one, and a page of it is taken when a record on it is added. Any thread, at the same
/// time.
class CheckedRecords {
public:
    /// `place` is a record's offset in units of record_alignment.
    [[nodiscard]] bool holds(std::uint32_t place) const noexcept {
        const Set& set = sets_[set_of(place)];
        return set[0].load(std::memory_order_relaxed) == place || set[1].load(std::memory_order_relaxed) == place;
    }

    /// In front of the one that was added last in the same set, which goes where the one before it was.
    void add(std::uint32_t place) noexcept {
        Set& set = sets_[set_of(place)];
        set[1].store(set[0].load(std::memory_order_relaxed), std::memory_order_relaxed);
        set[0].store(place, std::memory_order_relaxed);
    }

private:
    using Set = std::array<std::atomic<std::uint32_t>, 2>; ///< places; 0, where the header is, for none
    static constexpr unsigned set_bits = 10;

    /// Spreads neighbours and records at equal distances alike (D. E. Knuth, The Art of Computer Programming, 6.4).
    static std::size_t set_of(std::uint32_t place) noexcept { return (place * 0x9E3779B1U) >> (32U - set_bits); }

    std::array<Set, std::size_t{1} << set_bits> sets_{};
};
static_assert(sizeof(CheckedRecords) == 8192);

/// Views into the image, in the order of struct passwd. No string has a NUL within and each is followed by one.
struct Person {
    /// Not the compiler's own, which clears the whole with one instruction that takes as long as a lookup.
    Person() noexcept {} // NOLINT(modernize-use-equals-default)
    std::uint32_t uid = 0;
    std::uint32_t gid = 0;
    bool private_group = false;
    std::string_view text; ///< name, "x", gecos, home, shell, each with its NUL
    std::string_view name;
    std::string_view gecos;
    std::string_view home;
    std::string_view shell;
    std::span<const std::uint32_t> groups; ///< GIDs of supplementary groups
};

struct Group {
    std::uint32_t gid = 0;
    std::string_view text; ///< name, "x", members, each with its NUL
    std::string_view name;
    std::span<const std::uint32_t> members; ///< where each begins in `text`; ascending
};

enum class Found : std::uint8_t {
    no,
    yes,
    removed, ///< an amending image says that the base's entry is gone
    damaged, ///< a record is not what its writer wrote
};

/// Where an enumeration is: the next record's offset in the file.
using Position = std::uint64_t;

class Image {
public:
    enum class State : std::uint8_t {
        good,
        foreign, ///< not an image of Loquet, or of a machine with another byte order
        newer,   ///< of a version that this reader does not know
        damaged, ///< cut off, or its header is not what its writer wrote
    };

    /// An image without entries.
    Image() = default;
    /// Looks at the header alone; `bytes` is all of the file and begins on a boundary of 64 bytes.
    explicit Image(std::span<const std::byte> bytes) noexcept;

    /// Lookups pass over the digest of a record that is in `checked`, and add those that were right. `checked` is of
    /// these bytes alone, and outlives the image and its copies.
    void remember_in(CheckedRecords* checked) noexcept { checked_ = checked; }

    [[nodiscard]] State state() const noexcept { return state_; }
    [[nodiscard]] std::uint64_t identity() const noexcept { return identity_; }
    [[nodiscard]] std::uint64_t base_identity() const noexcept { return base_identity_; }
    [[nodiscard]] std::uint64_t store_generation() const noexcept { return store_generation_; }
    /// The word that the writer sets when a newer file stands; null where the state is not good.
    [[nodiscard]] const std::uint32_t* superseded() const noexcept { return superseded_; }
    [[nodiscard]] bool empty() const noexcept { return persons_.bytes == 0 && groups_.bytes == 0; }

    [[nodiscard]] Found person(std::string_view name, Person& person) const noexcept;
    [[nodiscard]] Found person(std::uint32_t uid, Person& person) const noexcept;
    [[nodiscard]] Found group(std::string_view name, Group& group) const noexcept;
    [[nodiscard]] Found group(std::uint32_t gid, Group& group) const noexcept;

    /// One after the other in ascending order of number: `no` at the end. `position` moves on to the next record unless
    /// the answer is `no` or `damaged`; a removed entry gives its number.
    [[nodiscard]] Position first_person() const noexcept { return persons_.offset; }
    [[nodiscard]] Position first_group() const noexcept { return groups_.offset; }
    [[nodiscard]] Found next_person(Position& position, Person& person) const noexcept;
    [[nodiscard]] Found next_group(Position& position, Group& group) const noexcept;

private:
    template <class Entry, class Matches>
    [[nodiscard]] Found find(const Section& table, const Section& records, std::uint64_t key, Entry& entry,
                             Matches matches) const noexcept;
    template <class Entry>
    [[nodiscard]] Found next(const Section& records, Position& position, Entry& entry) const noexcept;
    [[nodiscard]] bool within(const Section& section, std::size_t unit) const noexcept;
    /// The head of the record at `offset`, whose lengths are within; false where there is none.
    [[nodiscard]] bool head_at(const Section& records, std::uint64_t offset, RecordHead& head) const noexcept;
    /// The entry of the record at `offset`: its views are within the record. That it is whole is another question.
    [[nodiscard]] bool read(const RecordHead& head, std::uint64_t offset, Person& person) const noexcept;
    [[nodiscard]] bool read(const RecordHead& head, std::uint64_t offset, Group& group) const noexcept;
    /// The two in one: `yes`, `removed` with only the number, or `damaged`.
    template <class Entry>
    [[nodiscard]] Found look(const Section& records, std::uint64_t offset, RecordHead& head,
                             Entry& entry) const noexcept;
    /// The record is what its writer wrote, and says what an entry can say.
    template <class Entry>
    [[nodiscard]] bool is_whole(const Section& records, std::uint64_t offset) const noexcept;
    /// The same of one that a table leads to, which was perhaps found whole before.
    template <class Entry>
    [[nodiscard]] bool is_known_whole(const Section& records, std::uint32_t place) const noexcept;
    [[nodiscard]] std::string_view text_of(const RecordHead& head, std::uint64_t offset) const noexcept;
    [[nodiscard]] std::span<const std::uint32_t> numbers_of(const RecordHead& head,
                                                            std::uint64_t offset) const noexcept;

    std::span<const std::byte> bytes_;
    Section persons_{};
    Section groups_{};
    Section persons_by_name_{};
    Section persons_by_uid_{};
    Section groups_by_name_{};
    Section groups_by_gid_{};
    std::uint64_t seed_ = 0;
    std::uint64_t identity_ = 0;
    std::uint64_t base_identity_ = 0;
    std::uint64_t store_generation_ = 0;
    const std::uint32_t* superseded_ = nullptr;
    CheckedRecords* checked_ = nullptr;
    State state_ = State::good;
};

} // namespace loquet::directory
