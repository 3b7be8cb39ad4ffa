// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/config/config_check.h"
#include "daemon/config/config_text.h"
#include "daemon/config/flow_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace loquet::config {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* two_plugins = "[plugins.sum]\nkind = 'step'\n"
                                    "[plugins.totp]\nkind = 'step'\nproves = 'possession'\n";

std::vector<std::string> complaints_about_flows(const std::string& flows) {
    Config config;
    Complaints complaints;
    apply(two_plugins, "plugins", config, complaints);
    apply(flows, "f", config, complaints);
    validate_flows(config, complaints);
    return complaints.lines();
}

TEST(AFlow, MayBeginWithAChallengeAndAskForASecondFactor) {
    EXPECT_THAT(complaints_about_flows("flow.login.steps = ['sum', 'password', 'expiry', 'authorisation']"), IsEmpty());
    EXPECT_THAT(complaints_about_flows("flow.login.service.sudo.steps = ['password', 'totp']"), IsEmpty());
}

TEST(AFlow, ThatProvesNothingIsRefused) {
    for (const char* steps : {"['authorisation']", "['sum']", "['sum', 'expiry']", "[]"}) {
        EXPECT_THAT(complaints_about_flows(std::string("flow.login.steps = ") + steps), testing::Not(IsEmpty()))
            << steps;
    }
    EXPECT_THAT(complaints_about_flows("flow.unlock-screen.steps = ['sum']"),
                ElementsAre(AllOf(HasSubstr("f:1:"), HasSubstr("lets anybody in"))));
}

TEST(AFlow, SaysNothingOfAnAccountBeforeThereIsAProof) {
    EXPECT_THAT(complaints_about_flows("[flow.login]\nsteps = ['sum', 'expiry', 'password']"),
                ElementsAre(AllOf(HasSubstr("f:2:17: flow.login: \"expiry\" comes before"))));
    EXPECT_THAT(complaints_about_flows("[flow.first-login]\nsteps = ['new_password']"),
                Contains(HasSubstr("comes before")));
}

TEST(AFlow, NamesStepsThatExistAndEachOnce) {
    EXPECT_THAT(
        complaints_about_flows("[flow.login]\nsteps = ['password',\n  'topt', 'lockout', 'password']"),
        ElementsAre(AllOf(HasSubstr("f:3:3: "), HasSubstr("no step \"topt\""),
                          HasSubstr("password, new_password, expiry, authorisation, recovery_codes, sum, totp")),
                    HasSubstr("f:3:11: flow.login: there is no step \"lockout\""),
                    HasSubstr("f:3:22: flow.login: \"password\" stands twice")));
}

TEST(AFlow, SetsAPasswordAtItsEndAndOnlyWhereThatIsItsPurpose) {
    EXPECT_THAT(complaints_about_flows("flow.login.steps = ['password', 'new_password']"),
                ElementsAre(HasSubstr("flow.change-password and flow.first-login")));
    EXPECT_THAT(complaints_about_flows("flow.change-password.steps = ['password']"),
                ElementsAre(HasSubstr("ends in \"new_password\"")));
}

TEST(AFlow, SetsFactorsUpWhereThatIsItsPurpose) {
    const std::string login = "[flow.login]\nsteps = ['password']\n";
    EXPECT_THAT(complaints_about_flows(login + "[flow.manage-secrets]\nsteps = ['password', { enrol = ['totp'] }]"),
                IsEmpty());
    EXPECT_THAT(complaints_about_flows(login
                                       + "[flow.first-login]\nsteps = ['password', { enrol = ['totp'], at_least = 0 }, "
                                         "'new_password']"),
                IsEmpty());
    EXPECT_THAT(complaints_about_flows("[flow.login]\nsteps = ['password', { enrol = ['totp'] }]"),
                Contains(HasSubstr("accepted in flow.manage-secrets and flow.first-login")));
    EXPECT_THAT(complaints_about_flows("[flow.manage-secrets]\nsteps = ['password']"),
                Contains(HasSubstr("ends in { enrol = [\"STEP\", ...] }")));
    EXPECT_THAT(complaints_about_flows("[flow.manage-secrets]\nsteps = [{ enrol = ['totp'] }]"),
                Contains(HasSubstr("a group comes before anything is proved")));
    EXPECT_THAT(complaints_about_flows("[flow.manage-secrets]\nsteps = ['password', { enrol = ['password'] }]"),
                Contains(HasSubstr("\"password\" is in a group")));
}

// Whoever stole a password would set up a factor of their own in place of the owner's.
TEST(AFlow, ThatSetsAFactorUpAsksWhoHasOneForIt) {
    const std::string login = "[flow.login]\nsteps = ['password', { optional = 'totp' }]\n"
                              "[flow.change-password]\nsteps = ['password', { optional = 'totp' }, 'new_password']\n"
                              "[flow.first-login]\nsteps = ['password', { optional = 'totp' }, 'new_password']\n";
    EXPECT_THAT(complaints_about_flows(login + "[flow.manage-secrets]\nsteps = ['password', { enrol = ['totp'] }]"),
                ElementsAre(AllOf(HasSubstr("flow.manage-secrets"), HasSubstr("proves less than flow.login"))));
    EXPECT_THAT(complaints_about_flows(login
                                       + "[flow.manage-secrets]\nsteps = ['password', { optional = 'totp' }, "
                                         "{ enrol = ['totp'] }]"),
                IsEmpty());
}

TEST(AFlow, HasGroupsOfPluginsStepsAfterAProof) {
    const std::string text = "[flow.login]\nsteps = ['password',\n { any = ['totp', 'sum'], at_least = 0 },\n"
                             " { optional = 'expiry' }]";
    Config config;
    Complaints none;
    apply(text, "f", config, none);
    EXPECT_THAT(none.lines(), IsEmpty());
    const Flow* flow = config.flow("login", "");
    ASSERT_NE(flow, nullptr);
    ASSERT_EQ(flow->items.size(), 3U);
    EXPECT_EQ(flow->items[1].steps.size(), 2U);
    EXPECT_EQ(flow->items[1].at_least, 0U);
    EXPECT_EQ(flow->items[2].at_least, 0U);
    EXPECT_THAT(complaints_about_flows(text),
                ElementsAre(AllOf(HasSubstr("f:4:2: "), HasSubstr("\"expiry\" is in a group"))));
    EXPECT_THAT(complaints_about_flows("flow.login.steps = [{ optional = 'sum' }, 'password', { any = ['totp'] }]"),
                Contains(HasSubstr("a group comes before anything is proved")));
}

TEST(AFlow, T20_ThatIsWeakerThanLoginNeedsAnExplicitWord) {
    const std::string strong = "[flow.login]\nsteps = ['password', 'totp']\n";
    const std::string first = "[flow.first-login]\nsteps = ['password', 'totp', 'new_password']\n"
                              "[flow.manage-secrets]\nsteps = ['password', 'totp', { enrol = ['totp'] }]\n";
    const std::string weak = "[flow.change-password]\nsteps = ['password', 'new_password']\n";
    EXPECT_THAT(complaints_about_flows(strong + first + weak),
                ElementsAre(AllOf(HasSubstr("f:7:1: flow.change-password: "), HasSubstr("accept_weaker_than_login"))));
    EXPECT_THAT(complaints_about_flows(strong + first + weak + "accept_weaker_than_login = true\n"), IsEmpty());
}

} // namespace
} // namespace loquet::config
