// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/config/size.h"

#include <gtest/gtest.h>

namespace loquet::config {
namespace {

TEST(ASize, IsAbsoluteOrAPartOfTheWhole) {
    EXPECT_EQ(parse_size("1024"), Size{.bytes = 1024});
    EXPECT_EQ(parse_size("256 MiB"), Size{.bytes = 256ULL << 20U});
    EXPECT_EQ(parse_size("1GiB"), Size{.bytes = 1ULL << 30U});
    EXPECT_EQ(parse_size("3 KiB")->of(1), 3072U);
    EXPECT_EQ(parse_size("25%")->of(4096), 1000U);
    EXPECT_EQ(parse_size("100%"), Size{.percent = 100});
}

TEST(ASize, IsNothingElse) {
    for (const char* text : {"", "MiB", "-1", "1.5 GiB", "0%", "101%", "1 MB", "1  MiB", "1 MiB ", "17179869184 GiB",
                             "99999999999999999999"}) {
        EXPECT_EQ(parse_size(text), std::nullopt) << text;
    }
}

} // namespace
} // namespace loquet::config
