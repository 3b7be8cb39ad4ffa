// SPDX-License-Identifier: LGPL-2.1-or-later
// The channel asks its gateway what became of messages.
#include "tests/support/sms_gateway.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

namespace loquet::plugins_sms_http {
namespace {

using Outcome = sdk::Receipt::Outcome;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class AGatewayThatReports : public AGateway {
protected:
    /// The server's path is what it answers: a reference of "DELIVRD" is one that it says so of.
    void SetUp() override {
        AGateway::SetUp();
        options_.set("report_url", url("/200/status:{gateway_reference}?ours={reference}"))
            .set("report_delivered", "status:(DELIVRD)")
            .set("report_failed", "status:(UNDELIV|EXPIRED)");
    }

    static std::string reference(std::size_t n) {
        const std::string digits = std::to_string(n);
        return std::string(32 - digits.size(), '0') + digits;
    }
    /// What it tells of messages that the gateway gave those names.
    Driver::Receipts ask(const std::vector<std::string>& gateway_references) {
        std::vector<std::string> references;
        for (std::size_t n = 0; n < gateway_references.size(); ++n) {
            references.push_back(reference(n));
        }
        std::vector<loquet_sent_message> sent;
        for (std::size_t n = 0; n < references.size(); ++n) {
            sent.push_back({sdk::text(references[n]), sdk::text(gateway_references[n])});
        }
        return channel().ask_receipts(false, sent);
    }
};

TEST_F(AGatewayThatReports, IsAskedOfEachMessage) {
    const auto told = ask({"DELIVRD", "UNDELIV", "EXPIRED", "ACCEPTD", ""});
    EXPECT_FALSE(told.more);
    std::map<std::string, sdk::Receipt> by_reference;
    for (const sdk::Receipt& receipt : told.receipts) {
        by_reference[receipt.reference] = receipt;
    }
    ASSERT_THAT(by_reference, SizeIs(3)) << "of what is on its way nothing is told";
    EXPECT_EQ(by_reference[reference(0)].outcome, Outcome::delivered);
    EXPECT_EQ(by_reference[reference(0)].said, "DELIVRD") << "what the pattern matched, and no more";
    EXPECT_EQ(by_reference[reference(1)].outcome, Outcome::failed);
    EXPECT_EQ(by_reference[reference(2)].outcome, Outcome::failed);
    EXPECT_THAT(requests(), SizeIs(4)) << "a message without a name is not asked of";
    EXPECT_EQ(requests()[0]["method"], "GET");
    EXPECT_EQ(requests()[0]["fields"][0][0], "ours");
    EXPECT_THAT(logged(), IsEmpty());
}

TEST_F(AGatewayThatReports, IsAskedOfAsManyAsThereMayBe) {
    EXPECT_THAT(ask(std::vector<std::string>(sdk::most_receipts, "DELIVRD")).receipts, SizeIs(sdk::most_receipts));
    options_.set("connections", 1);
    EXPECT_THAT(ask(std::vector<std::string>(3, "DELIVRD")).receipts, SizeIs(3));
}

TEST_F(AGatewayThatReports, IsNotAskedWhereNobodySaidHow) {
    options_.set("report_url", "");
    EXPECT_THAT(ask({"DELIVRD"}).receipts, IsEmpty());
    EXPECT_THAT(requests(), IsEmpty());
}

TEST_F(AGatewayThatReports, TakesMessagesMeanwhile) {
    auto& driver = channel();
    const std::uint64_t id = driver.submit({.destination = number});
    const std::string ours = reference(1);
    const std::vector<loquet_sent_message> sent(sdk::most_receipts, {sdk::text(ours), sdk::text("DELIVRD")});
    EXPECT_THAT(driver.ask_receipts(false, sent).receipts, SizeIs(sdk::most_receipts));
    EXPECT_EQ(driver.outcome(id).kind, sdk::DeliveryOutcome::Kind::sent);
}

TEST_F(AGatewayThatReports, IsTheOperatorsMatterOnceWhereItCannotBeAsked) {
    for (const char* path :
         {"/401/{gateway_reference}", "/redirect/{gateway_reference}", "/drop/{gateway_reference}"}) {
        options_.set("report_url", url(path));
        EXPECT_THAT(ask({"DELIVRD", "DELIVRD"}).receipts, IsEmpty()) << path;
        EXPECT_THAT(logged(), HasSubstr("the gateway cannot be asked what became of messages: ")) << path;
        EXPECT_EQ(std::ranges::count(logged(), '\n'), 1) << logged();
    }
    for (const char* path : {"/404/DELIVRD{gateway_reference}", "/500/DELIVRD{gateway_reference}"}) {
        options_.set("report_url", url(path)).set("report_delivered", "DELIVRD");
        EXPECT_THAT(ask({"x"}).receipts, IsEmpty()) << path << ": not an answer that is believed";
    }
}

TEST_F(AGatewayThatReports, T6_IsAskedOfNothingElseWhateverItCallsAMessage) {
    EXPECT_THAT(ask({"../../200/DELIVRD", "x&ours=y", "..", "a b"}).receipts, IsEmpty());
    ASSERT_THAT(requests(), SizeIs(4));
    for (const auto& request : requests()) {
        EXPECT_THAT(request["path"].get<std::string>(), testing::StartsWith("/200/status:"));
        EXPECT_EQ(request["fields"].size(), 1U) << request;
    }
}

TEST_F(AGatewayThatReports, IsToldApartFromNonsenseInItsOptions) {
    const auto refuses = [&](const std::string& report_url) {
        tests::ChannelOptions options = options_;
        options.set("report_url", report_url);
        EXPECT_THROW(Driver{options}, sdk::Refusal) << report_url;
    };
    refuses("ftp://a/{reference}");
    refuses("https://{gateway_reference}/");
    refuses("https://a.{gateway_reference}.example.org/");
    refuses("https://a@b/{reference}");
    refuses("https://a/no-variable");
    options_.set("report_delivered", "").set("report_failed", "");
    refuses("https://a/{reference}");
}

} // namespace
} // namespace loquet::plugins_sms_http
