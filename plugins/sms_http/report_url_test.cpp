// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugins/sms_http/report_url.h"

#include <gtest/gtest.h>
#include <loquet/channel.hpp>

#include <string>

namespace loquet::plugins_sms_http {
namespace {

TEST(AReportUrl, HasValuesInItsPathAndItsQuery) {
    const ReportUrl url("https://sms.example.org/v1/{gateway_reference}/report?ours={reference}&key={secret}");
    EXPECT_EQ(url.write({"gw-1", "0a1b", "s3cret"}), "https://sms.example.org/v1/gw-1/report?ours=0a1b&key=s3cret");
    EXPECT_TRUE(ReportUrl("").empty());
}

// T6: a gateway's name for a message is what somebody else wrote.
TEST(AReportUrl, T6_HasNothingButValuesWhateverTheyHold) {
    const ReportUrl url("https://sms.example.org/v1/{gateway_reference}?key={secret}");
    EXPECT_EQ(url.write({"../admin?x=1&y#z%2f\r\n é", "", "a&b"}),
              "https://sms.example.org/v1/..%2Fadmin%3Fx%3D1%26y%23z%252f%0D%0A%20%C3%A9?key=a%26b");
}

TEST(AReportUrl, SaysWhichMessageIsMeant) {
    for (const char* bad :
         {"https://a/b", "https://a/{secret}", "https://a/{number}", "https://a/{reference", "https://a/}"}) {
        EXPECT_THROW(ReportUrl{bad}, sdk::Refusal) << bad;
    }
    const ReportUrl theirs("https://a/{gateway_reference}");
    EXPECT_FALSE(theirs.can_name({"", "0a1b", ""}));
    EXPECT_TRUE(theirs.can_name({"gw", "0a1b", ""}));
    EXPECT_TRUE(ReportUrl("https://a/{reference}").can_name({"", "0a1b", ""}));
}

} // namespace
} // namespace loquet::plugins_sms_http
