// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/config/config.h"
#include "daemon/config/config_file.h"
#include "lib/base/limits.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace loquet::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* channels = "[plugins.smtp]\nkind = 'channel'\n[plugins.gateway]\nkind = 'channel'\n";

struct Read {
    Config config;
    std::vector<std::string> complaints;
};

Read outbox(const std::string& text) {
    Read read;
    Complaints complaints;
    apply("[outbox]\n" + text + '\n' + channels, "f.toml", read.config, complaints);
    check(read.config, complaints);
    read.complaints = complaints.lines();
    return read;
}

TEST(AnOutboxsConfiguration, SetsChannelsBudgetsAndTheAlarm) {
    const Read read =
        outbox("mail = ['smtp']\nsms = ['gateway', 'smtp']\nkeep_days = 7\nreceipts_seconds = 5\nalarm_percent = 0\n"
               "[outbox.sms_budget]\ncountry = 3\nunproven_percent = 25");
    EXPECT_THAT(read.complaints, IsEmpty());
    EXPECT_THAT(read.config.outbox.sms, ElementsAre("gateway", "smtp"));
    EXPECT_EQ(read.config.outbox.keep, std::chrono::days(7));
    EXPECT_EQ(read.config.outbox.receipts, std::chrono::seconds(5));
    EXPECT_EQ(read.config.outbox.alarm_percent, 0U);
    EXPECT_EQ(read.config.outbox.sms_budget.country, 3U);
    EXPECT_EQ(read.config.outbox.sms_budget.unproven_percent, 25U);
    EXPECT_EQ(read.config.outbox.mail_budget, OutboxConfig().mail_budget);
}

TEST(AnOutboxsConfiguration, TakesAnOrganisationOfAsManyCharactersAsTheLimitSays) {
    const auto complaints = [](const std::string& name) { return outbox("organisation = \"" + name + '"').complaints; };
    std::string longest;
    for (std::size_t i = 0; i < limits::notice_organisation_characters; ++i) {
        longest += "é";
    }
    EXPECT_EQ(outbox("organisation = \"" + longest + '"').config.outbox.organisation, longest);
    EXPECT_THAT(complaints(longest), IsEmpty());
    EXPECT_THAT(complaints(longest + "é"), ElementsAre(HasSubstr("at most 40 characters that can be printed")));
    EXPECT_THAT(complaints("Mairie\\u001b[2J"), ElementsAre(HasSubstr("outbox.organisation")));
}

TEST(AnOutboxsConfiguration, NamesChannelsThatAreThereAndEachOnce) {
    EXPECT_THAT(outbox("mail = ['post']").complaints, ElementsAre(HasSubstr("[plugins.post] with kind = \"channel\"")));
    EXPECT_THAT(outbox("mail = ['lockout']").complaints, ElementsAre(HasSubstr("kind = \"channel\"")));
    EXPECT_THAT(outbox("sms = ['smtp', 'smtp']").complaints, ElementsAre(HasSubstr("named again")));
    EXPECT_THAT(outbox("mail = ['../x']").complaints, ElementsAre(HasSubstr("f.toml:2:9: outbox.mail")));
}

TEST(AnOutboxsConfiguration, TakesAsManyChannelsOfAMediumAsTheLimitSays) {
    const auto with = [](std::size_t count) {
        std::string list;
        std::string plugins;
        for (std::size_t i = 0; i < count; ++i) {
            const std::string name = "c" + std::to_string(i);
            list += "'" + name + "',";
            plugins += "[plugins." + name + "]\nkind = 'channel'\n";
        }
        return outbox("mail = [" + list + "]\n" + plugins).complaints;
    };
    EXPECT_THAT(with(limits::channels_per_medium), IsEmpty());
    EXPECT_THAT(with(limits::channels_per_medium + 1), ElementsAre(HasSubstr("at most 8")));
}

TEST(AnOutboxsConfiguration, BoundsItsNumbers) {
    EXPECT_THAT(outbox("keep_days = 0").complaints, ElementsAre(HasSubstr("from 1 to 3650")));
    EXPECT_THAT(outbox("receipts_seconds = 0").complaints, ElementsAre(HasSubstr("from 1 to 86400")));
    EXPECT_THAT(outbox("alarm_percent = 101").complaints, ElementsAre(HasSubstr("from 0 to 100")));
    EXPECT_THAT(outbox("[outbox.mail_budget]\nsite = 1000001").complaints, ElementsAre(HasSubstr("from 0 to 1000000")));
    EXPECT_THAT(outbox("[outbox.mail_budget]\ncountry = 1").complaints, ElementsAre(HasSubstr("unknown key")));
    EXPECT_THAT(outbox("[outbox.mail_budget]\nunproven_percent = 101").complaints, ElementsAre(HasSubstr("0 to 100")));
}

} // namespace
} // namespace loquet::config
