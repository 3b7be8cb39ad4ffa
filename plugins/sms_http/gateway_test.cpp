// SPDX-License-Identifier: LGPL-2.1-or-later
// Where a text message may go: numbers, and the addresses of gateways.
#include "plugins/sms_http/gateway.h"
#include "plugins/sms_http/gateway_transfer.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <loquet/channel.hpp>

#include <cstring>

namespace loquet::plugins_sms_http {
namespace {

TEST(ThePhoneRanges, HoldWhatTheyNameAndNothingShorterOrLonger) {
    const PhoneRanges ranges({"+336xxxxxxxx", "+49151"});
    for (const char* good : {"+33612345678", "+49151", "+4915112345678"}) {
        EXPECT_EQ(ranges.hold(good), std::strlen(good) > 7) << good;
    }
    for (const char* bad : {"+3361234567", "+336123456789", "+33899123456", "+33712345678", "0612345678", "3xxx",
                            "+3361234567x", "+33612345678\r\n", "", "+"}) {
        EXPECT_FALSE(ranges.hold(bad)) << bad;
    }
    for (const char* bad : {"", "+", "336", "+0", "+33x6", "+336xx ", "+3361234567890123"}) {
        EXPECT_THROW(PhoneRanges({bad}), sdk::Refusal) << bad;
    }
}

bool near(const char* text) {
    sockaddr_storage storage{};
    if (in_addr v4{}; ::inet_pton(AF_INET, text, &v4) == 1) {
        storage.ss_family = AF_INET;
        std::memcpy(&reinterpret_cast<sockaddr_in&>(storage).sin_addr, &v4, sizeof v4);
    } else if (in6_addr v6{}; ::inet_pton(AF_INET6, text, &v6) == 1) {
        storage.ss_family = AF_INET6;
        std::memcpy(&reinterpret_cast<sockaddr_in6&>(storage).sin6_addr, &v6, sizeof v6);
    }
    return is_near(reinterpret_cast<const sockaddr&>(storage));
}

TEST(AnAddress, T23_IsNearOnThisMachineAndItsLink) {
    for (const char* text :
         {"127.0.0.1", "127.9.9.9", "0.0.0.0", "169.254.169.254", "224.0.0.1", "255.255.255.255", "::1",
          "::", "fe80::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1"}) {
        EXPECT_TRUE(near(text)) << text;
    }
    for (const char* text :
         {"10.0.0.1", "192.168.1.1", "169.253.1.1", "93.184.216.34", "2001:db8::1", "fd00::1", "::ffff:10.0.0.1"}) {
        EXPECT_FALSE(near(text)) << text;
    }
}

} // namespace
} // namespace loquet::plugins_sms_http
