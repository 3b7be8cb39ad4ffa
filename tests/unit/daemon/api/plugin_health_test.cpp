// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/api/plugin_health.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace loquet::api {
namespace {

using plugins::PluginState;
using testing::ElementsAre;
using testing::IsEmpty;

plugins::PluginStatus plugin(const std::string& name, PluginState state, const std::string& detail = "") {
    plugins::PluginStatus status;
    status.instance = name;
    status.state = state;
    status.detail = detail;
    return status;
}

TEST(Health, NamesAPluginThatIsNeededAndDoesNotWorkWithTheKeyThatNeedsIt) {
    config::Config settings;
    settings.outbox.mail = {"post"};
    settings.outbox.sms = {"gateway"};
    config::Flow sudo = config::flow_of_steps("login", {"password", "badge"});
    sudo.service = "sudo";
    settings.flows.push_back(sudo);
    EXPECT_THAT(
        missing_plugins(settings,
                        {plugin("totp", PluginState::absent, "there is no socket /x"),
                         plugin("badge", PluginState::quarantined), plugin("lockout", PluginState::failing, "it ended"),
                         plugin("password_rules", PluginState::absent), plugin("post", PluginState::failing),
                         plugin("gateway", PluginState::absent)}),
        ElementsAre("the plugin totp, which flow.login needs, is absent: there is no socket /x",
                    "the plugin badge, which flow.login.service.sudo needs, is quarantined",
                    "the plugin lockout, which lockout.plugin needs, is failing: it ended",
                    "the plugin password_rules, which password.rules needs, is absent",
                    "the plugin post, which outbox.mail needs, is failing",
                    "the plugin gateway, which outbox.sms needs, is absent"));
}

TEST(Health, SaysNothingOfPluginsThatWorkOrThatNothingNeeds) {
    EXPECT_THAT(missing_plugins({}, {plugin("totp", PluginState::connecting),
                                     plugin("recovery_codes", PluginState::idle), plugin("lockout", PluginState::ready),
                                     plugin("arithmetic", PluginState::absent), plugin("file", PluginState::failing)}),
                IsEmpty());
    config::Config without_rules;
    without_rules.password.rules = "";
    EXPECT_THAT(missing_plugins(without_rules, {plugin("password_rules", PluginState::absent)}), IsEmpty());
}

} // namespace
} // namespace loquet::api
