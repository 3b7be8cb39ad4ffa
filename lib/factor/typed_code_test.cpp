// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/factor/typed_code.h"

#include <gtest/gtest.h>

namespace loquet::factor {
namespace {

TEST(ATypedCode, IsTheSameWithBlanksHyphensAndInLowerCase) {
    for (const char* typed : {"BCDF-GHJK", "bcdfghjk", " bcdf ghjk\t", "BCDF\xC2\xA0GHJK", "BCDF\xE2\x80\xAFGHJK",
                              "b-c-d-f-g-h-j-k", "BCDF\xE2\x80\x91GHJK", "BCDF \xE2\x80\x93 GHJK"}) {
        EXPECT_EQ(view(compact(typed)), "BCDFGHJK") << typed;
    }
    EXPECT_EQ(view(compact("12 34-56")), "123456");
}

TEST(ATypedCode, KeepsWhateverElseItHolds) {
    EXPECT_EQ(view(compact("12.34\n")), "12.34\n");
    EXPECT_EQ(view(compact("\xD9\xA1\xE2\x80")), "\xD9\xA1\xE2\x80");
    EXPECT_EQ(compact(std::string_view("1\0 2", 4)).size(), 3U);
    EXPECT_EQ(view(compact(" - ")), "");
    EXPECT_EQ(view(compact("")), "");
}

} // namespace
} // namespace loquet::factor
