// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/bus/object_tree.h"
#include "tests/support/error_kind.h"

#include <gtest/gtest.h>

namespace loquet::bus {

namespace {

struct Number {
    std::uint32_t value = 0;
};
constexpr std::string_view prefix = "/org/loquet/Auth1/account";
constexpr ObjectTree<std::uint64_t> tree{"/org/loquet/Auth1/account"};
constexpr ObjectTree<Number> small_tree{"/org/loquet/Auth1/account"};

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
        EXPECT_EQ(tests::kind_of_error([&] { (void)tree.require(std::string(prefix) + rest); }),
                  base::Error::Kind::not_found)
            << rest;
    }
}

TEST(AnObjectPath, OfAnotherKindHasNone) {
    EXPECT_EQ(number_in("/org/loquet/Auth1/conversation/1", prefix), std::nullopt);
    EXPECT_EQ(number_in("/org/loquet/Auth1", prefix), std::nullopt);
    EXPECT_EQ(tree.require("/org/loquet/Auth1/account/7"), 7U);
}

TEST(AnObjectTree, FindsTheNumberOfThePathThatItGaveIt) {
    for (const std::uint64_t number : {std::uint64_t{0}, std::uint64_t{30001}, UINT64_MAX}) {
        EXPECT_EQ(tree.find(tree.path_of(number)), number);
    }
    EXPECT_EQ(small_tree.path_of({30001}), "/org/loquet/Auth1/account/30001");
    EXPECT_EQ(small_tree.require("/org/loquet/Auth1/account/4294967295").value, UINT32_MAX);
}

TEST(AnObjectTree, CutsNoNumberShort) {
    EXPECT_FALSE(small_tree.find("/org/loquet/Auth1/account/4294967296").has_value());
    EXPECT_TRUE(tree.find("/org/loquet/Auth1/account/4294967296").has_value());
}

} // namespace

} // namespace loquet::bus
