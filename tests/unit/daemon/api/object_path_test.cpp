// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/api/object_path.h"
#include "tests/support/error_kind.h"

#include <gtest/gtest.h>

namespace loquet::api {

namespace {

constexpr std::string_view prefix = "/org/loquet/Auth1/account";

std::optional<std::uint64_t> number_behind(const std::string& rest) {
    return number_in(std::string(prefix) + rest, prefix);
}

TEST(AnObjectPath, EndsInADecimalNumber) {
    EXPECT_EQ(number_behind("/0"), 0U);
    EXPECT_EQ(number_behind("/30001"), 30001U);
    EXPECT_EQ(number_behind("/18446744073709551615"), UINT64_MAX);
}

TEST(AnObjectPath, HasOneWayToWriteANumber) {
    for (const char* rest : {"", "/", "/007", "/00", "/-1", "/+1", "/ 1", "/1 ", "/1x", "/0x1", "/1/2", "//1", "1",
                             "_1", "/18446744073709551616", "/99999999999999999999999"}) {
        EXPECT_EQ(number_behind(rest), std::nullopt) << rest;
        EXPECT_EQ(tests::kind_of_error([&] { (void)require_number_in(std::string(prefix) + rest, prefix); }),
                  base::Error::Kind::not_found)
            << rest;
    }
}

TEST(AnObjectPath, OfAnotherKindHasNone) {
    EXPECT_EQ(number_in("/org/loquet/Auth1/conversation/1", prefix), std::nullopt);
    EXPECT_EQ(number_in("/org/loquet/Auth1", prefix), std::nullopt);
    EXPECT_EQ(require_number_in("/org/loquet/Auth1/account/7", prefix), 7U);
}

} // namespace

} // namespace loquet::api
