// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/base/random.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <set>

namespace loquet::base {

namespace {

TEST(Randomness, FillsEveryByteAndNothingBeside) {
    constexpr std::size_t size = 1024; // above what getrandom(2) gives without fail in one call
    constexpr std::uint8_t mark = 0xa5;
    std::array<std::uint8_t, size + 2> room{};
    std::array<bool, size> changed{};
    for (int round = 0; round < 8; ++round) { // a byte that stays 0 eight times is one in 2^64
        room.fill(0);
        room.front() = room.back() = mark;
        fill_random(std::span(room).subspan(1, size));
        for (std::size_t i = 0; i < size; ++i) {
            changed[i] = changed[i] || room[i + 1] != 0;
        }
        EXPECT_EQ(room.front(), mark);
        EXPECT_EQ(room.back(), mark);
    }
    EXPECT_TRUE(std::all_of(changed.begin(), changed.end(), [](bool was) { return was; }));
}

TEST(Randomness, IsAnotherEachTime) {
    std::set<std::string> seen;
    for (int i = 0; i < 1000; ++i) {
        seen.insert(random_hex(16));
    }
    EXPECT_EQ(seen.size(), 1000U);
}

TEST(Randomness, AsDigitsIsTwiceAsLongAndLowerCase) {
    const std::string text = random_hex(200);
    EXPECT_EQ(text.size(), 400U);
    EXPECT_EQ(text.find_first_not_of("0123456789abcdef"), std::string::npos);
    EXPECT_EQ(random_hex(0), "");
}

} // namespace

} // namespace loquet::base
