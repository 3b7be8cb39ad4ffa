// SPDX-License-Identifier: LGPL-2.1-or-later
// Sixteen bytes that are looked at as one. Every answer's text comes by here, so it is worth it; with what every
// machine has, no dispatch. Pure functions of values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace loquet::nss {

using Block [[gnu::vector_size(16)]] = unsigned char;
constexpr std::size_t block_bytes = sizeof(Block);

[[nodiscard]] inline Block load_block(const char* from) noexcept {
    Block block;
    std::memcpy(&block, from, sizeof block);
    return block;
}

[[nodiscard]] inline Block smaller_of(Block a, Block b) noexcept {
    return a < b ? a : b;
}

/// A bit of one of them is set.
[[nodiscard]] inline bool any(Block block) noexcept {
    using Halves [[gnu::vector_size(16)]] = std::uint64_t;
    const auto halves = Halves(block);
    return (halves[0] | halves[1]) != 0;
}

/// All bytes of a string of 1 to 16, some of them more than once, and none beside it.
[[nodiscard]] inline Block all_of_short(const char* string, std::size_t size) noexcept {
    const auto from_ends = [&]<class Part>(Part /*type*/) {
        Part first = 0;
        Part last = 0;
        std::memcpy(&first, string, sizeof first);
        std::memcpy(&last, string + size - sizeof last, sizeof last);
        using Parts [[gnu::vector_size(16)]] = Part;
        Parts parts = Parts{} + first;
        parts[1] = last;
        return Block(parts);
    };
    if (size >= sizeof(std::uint64_t)) {
        return from_ends(std::uint64_t{});
    }
    if (size >= sizeof(std::uint32_t)) {
        return from_ends(std::uint32_t{});
    }
    Block block = Block{} + static_cast<unsigned char>(string[0]);
    block[1] = static_cast<unsigned char>(string[size / 2]);
    block[2] = static_cast<unsigned char>(string[size - 1]);
    return block;
}

} // namespace loquet::nss
