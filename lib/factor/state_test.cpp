// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/factor/state.h"

#include <gtest/gtest.h>

#include <limits>

namespace loquet::factor {
namespace {

TEST(AState, GivesBackWhatWasWrittenInNetworkOrder) {
    StateWriter writer(3);
    writer.number(std::int64_t{-2}).number(std::uint16_t{0x1234}).piece("ab").number(std::int8_t{-5});
    const sdk::SecureText bytes = std::move(writer).take();
    EXPECT_EQ(view(bytes), std::string_view("\x03\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFE\x12\x34"
                                            "ab\xFB",
                                            14));
    StateReader reader(view(bytes), 3);
    EXPECT_EQ(reader.number<std::int64_t>(), -2);
    EXPECT_EQ(reader.number<std::uint16_t>(), 0x1234);
    EXPECT_EQ(reader.piece(2), "ab");
    EXPECT_EQ(reader.number<std::int8_t>(-5, 5), -5);
    EXPECT_NO_THROW(reader.end());
}

TEST(AState, KeepsTheEndsOfEveryRange) {
    for (const std::int64_t value :
         {std::numeric_limits<std::int64_t>::min(), std::int64_t{0}, std::numeric_limits<std::int64_t>::max()}) {
        StateWriter writer(1);
        writer.number(value);
        const sdk::SecureText bytes = std::move(writer).take();
        EXPECT_EQ(StateReader(view(bytes), 1).number<std::int64_t>(), value);
    }
}

TEST(AState, IsRefusedWithAnotherVersionTooShortTooLongOrOutOfRange) {
    StateWriter writer(1);
    writer.number(std::uint8_t{7});
    const sdk::SecureText bytes = std::move(writer).take();
    EXPECT_THROW(StateReader(view(bytes), 2), DamagedState);
    EXPECT_THROW(StateReader("", 1), DamagedState);
    StateReader reader(view(bytes), 1);
    EXPECT_THROW(reader.end(), DamagedState);
    EXPECT_THROW(reader.number<std::uint16_t>(), DamagedState);
    EXPECT_THROW(reader.piece(2), DamagedState);
    EXPECT_THROW(reader.number<std::uint8_t>(8, 9), DamagedState);
}

} // namespace
} // namespace loquet::factor
