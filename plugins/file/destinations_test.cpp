// SPDX-License-Identifier: LGPL-2.1-or-later
// What every channel asks of a destination before it puts it into a protocol (sdk/include/loquet/channel.hpp).
#include <gtest/gtest.h>
#include <loquet/channel.hpp>

#include <string>

namespace loquet::plugins_file {
namespace {

TEST(AMailAddress, IsADotStringAndADomain) {
    for (const std::string good :
         {"a@b", "anne.legall@example.org", "o'neil+kiosk@mail-1.example.org", "A_1@B.C", "x@1.2"}) {
        EXPECT_TRUE(sdk::is_mail_address(good)) << good;
    }
    EXPECT_TRUE(sdk::is_mail_address(std::string(64, 'a') + "@" + std::string(189, 'b')));
    EXPECT_FALSE(sdk::is_mail_address(std::string(65, 'a') + "@b"));
    EXPECT_FALSE(sdk::is_mail_address(std::string(64, 'a') + "@" + std::string(190, 'b')));
}

TEST(AMailAddress, T3_HoldsNothingThatAProtocolOrAProgramCouldMisread) {
    for (const std::string bad : {"",
                                  "@",
                                  "a@",
                                  "@b",
                                  "ab",
                                  "a@b@c",
                                  "-a@b",
                                  "a b@c",
                                  "a@b c",
                                  "a@b>",
                                  "<a@b",
                                  "a,b@c",
                                  "a@b\r\nRCPT TO:<c@d",
                                  "a@b\n",
                                  "a\t@b",
                                  "\"a b\"@c",
                                  "a:b@c",
                                  "a;b@c",
                                  "a(b)@c",
                                  "a\\@b",
                                  "a@[127.0.0.1]",
                                  "é@b",
                                  "a@é",
                                  ".a@b",
                                  "a.@b",
                                  "a..b@c",
                                  "a@.b",
                                  "a@b.",
                                  "a@b..c",
                                  "a@b/c",
                                  "a@b_c",
                                  "a@b\x7f"}) {
        EXPECT_FALSE(sdk::is_mail_address(bad)) << bad;
    }
    EXPECT_FALSE(sdk::is_mail_address(std::string_view("a@b\0c", 5)));
}

TEST(ATelephoneNumber, IsWrittenAsE164Does) {
    for (const std::string good : {"+33612345678", "+1234567", "+123456789012345"}) {
        EXPECT_TRUE(sdk::is_phone_number(good)) << good;
    }
    for (const std::string bad : {"", "+", "33612345678", "0612345678", "+0612345678", "+123456", "+1234567890123456",
                                  "+33 612345678", "+3361234567a", "+33612345678\n", "++3361234567"}) {
        EXPECT_FALSE(sdk::is_phone_number(bad)) << bad;
    }
}

} // namespace
} // namespace loquet::plugins_file
