// SPDX-License-Identifier: LGPL-2.1-or-later
// Which records of one mapped image were found whole already, so that the ones asked for over and over are digested
// once. It may forget, and never claims a record that was not added. An image is never changed in place after it was
// published; whoever does so could write a right digest as well (docs/directory-format.md says what follows from it).
// All zeroes is the empty one, and a page of it is taken when a record on it is added. Any thread, at the same time.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace loquet::directory {

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

} // namespace loquet::directory
