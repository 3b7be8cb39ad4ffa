// SPDX-License-Identifier: LGPL-2.1-or-later
#include "nss_module/validate.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace loquet::nss {
namespace {

using namespace std::string_view_literals;

TEST(TheValidation, LetsNoNumberOfTheSystemPass) {
    for (const std::uint32_t id : {0U, 1U, 27U, 100U, 500U, 999U, 65534U, 65535U, 0xFFFFFFFFU}) {
        EXPECT_FALSE(is_ordinary_id(id)) << id;
    }
    for (const std::uint32_t id : {1000U, 30000U, 59999U, 65533U, 65536U, 1000000U, 0xFFFFFFFEU}) {
        EXPECT_TRUE(is_ordinary_id(id)) << id;
    }
}

TEST(TheValidation, LetsPeopleIntoTheGroupsOfADesktopAndNoOtherOfTheSystem) {
    std::string allowed;
    for (std::uint32_t gid = 0; gid < 1000; ++gid) {
        allowed += may_join(gid) ? std::to_string(gid) + ' ' : "";
    }
    EXPECT_EQ(allowed, "20 24 25 29 30 44 46 100 ");
    EXPECT_TRUE(may_join(1000));
    EXPECT_TRUE(may_join(40000));
    EXPECT_FALSE(may_join(65534));
    EXPECT_FALSE(may_join(65535));
    EXPECT_FALSE(may_join(0xFFFFFFFF));
}

TEST(TheValidation, TakesTheNamesThatUseraddTakes) {
    for (const auto name : {"alice"sv, "a"sv, "_service"sv, "jean-paul.martin"sv, "Anna2"sv, "x_1"sv}) {
        EXPECT_TRUE(may_be_called(name)) << name;
    }
    for (const auto name :
         {""sv, "-rf"sv, "+"sv, "+alice"sv, "1000"sv, "0x0"sv, ".hidden"sv, "~"sv, "a b"sv, "a:b"sv, "a,b"sv, "a/b"sv,
          "a\nroot"sv, "a\0b"sv, "a\x1B[2J"sv, "a\x7F"sv, "аlice"sv /* a Cyrillic letter */, "alice$"sv, "a*"sv}) {
        EXPECT_FALSE(may_be_called(name)) << name;
    }
    EXPECT_TRUE(is_name(std::string(longest_name, 'a')));
    EXPECT_FALSE(is_name(std::string(longest_name + 1, 'a')));
}

TEST(TheValidation, LetsNobodyBeCalledLikeSomebodyWithPower) {
    for (const std::string_view name : system_names) {
        EXPECT_TRUE(is_system_name(name)) << name;
        EXPECT_FALSE(may_be_called(name)) << name;
    }
    for (const auto name : {"roo"sv, "roots"sv, "Root"sv, "sud"sv, "sudoer"sv, "a"sv, "z"sv, "zoe"sv, "_ap"sv, "~"sv}) {
        EXPECT_FALSE(is_system_name(name)) << name;
    }
    EXPECT_FALSE(is_system_name(""));
}

TEST(TheValidation, CopiesALineAndSeesWhatDoesNotBelongInItWhereverItStands) {
    for (std::size_t size = 1; size < 70; ++size) {
        std::string strings(size, 'a');
        strings.back() = '\0';
        std::string target(size + 16, '?');
        EXPECT_TRUE(copy_line(strings, target.data(), ',')) << size;
        EXPECT_EQ(target, strings + std::string(16, '?'));
        for (std::size_t at = 0; at < size; ++at) {
            for (const char odd : {'\n', '\x01', '\x1F', '\x7F', ':', ','}) {
                std::string with = strings;
                with[at] = odd;
                ASSERT_FALSE(copy_line(with, target.data(), ',')) << size << ", " << at << ", " << int{odd};
                ASSERT_EQ(copy_line(with, target.data(), ':'), odd == ',');
            }
            for (const char fine : {'\0', ' ', '~', '\x80', '\xFF', ';'}) {
                std::string with = strings;
                with[at] = fine;
                ASSERT_TRUE(copy_line(with, target.data(), ',')) << size << ", " << at << ", " << int{fine};
            }
        }
    }
}

} // namespace
} // namespace loquet::nss
