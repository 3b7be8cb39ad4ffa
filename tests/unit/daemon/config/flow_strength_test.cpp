// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/config/flow_strength.h"

#include <gtest/gtest.h>

namespace loquet::config {
namespace {

const std::map<std::string, PluginInstance> named_plugins{{"totp", {.proves = Proof::possession}},
                                                          {"key", {.proves = Proof::possession}},
                                                          {"question", {.proves = Proof::knowledge}},
                                                          {"sum", {.proves = Proof::challenge}}};

unsigned strength_of(const std::vector<std::string>& steps) {
    return strength(flow_of_steps("login", steps), named_plugins);
}

FlowItem any_of(const std::vector<std::string>& names, std::size_t at_least) {
    FlowItem item;
    for (const std::string& name : names) {
        item.steps.push_back(step_named(name));
    }
    item.at_least = at_least;
    return item;
}

unsigned strength_with(const std::vector<std::string>& steps, const FlowItem& group) {
    Flow flow = flow_of_steps("login", steps);
    flow.items.push_back(group);
    return strength(flow, named_plugins);
}

TEST(AFlowsStrength, CountsDifferentKindsOfProof) {
    EXPECT_EQ(strength_of({}), 0U);
    EXPECT_EQ(strength_of({"password"}), 1U);
    EXPECT_EQ(strength_of({"totp"}), 1U);
    EXPECT_EQ(strength_of({"password", "totp"}), 2U);
    EXPECT_EQ(strength_of({"totp", "password", "key", "question"}), 2U);
}

TEST(AFlowsStrength, IsNotRaisedByTwoOfAKindByChallengesOrByWhatAsksNothing) {
    EXPECT_EQ(strength_of({"password", "question"}), 1U);
    EXPECT_EQ(strength_of({"totp", "key"}), 1U);
    EXPECT_EQ(strength_of({"sum"}), 0U);
    EXPECT_EQ(strength_of({"sum", "password", "expiry", "authorisation", "new_password"}), 1U);
    EXPECT_EQ(strength_of({"no_such_plugin"}), 0U);
}

TEST(AFlowsStrength, IsThatOfTheWeakestWayThroughIt) {
    EXPECT_EQ(strength_with({"password"}, any_of({"totp"}, 0)), 1U);
    EXPECT_EQ(strength_with({"password"}, any_of({"totp", "key"}, 1)), 2U);
    EXPECT_EQ(strength_with({"password"}, any_of({"totp", "question"}, 1)), 1U);
    EXPECT_EQ(strength_with({"password"}, any_of({"totp", "question"}, 2)), 2U);
    EXPECT_EQ(strength_with({}, any_of({"totp", "question", "sum"}, 2)), 1U);
    EXPECT_EQ(strength_with({}, any_of({"totp", "sum"}, 1)), 0U);
}

TEST(AFlowsStrength, T20_ComparesEveryFlowThatSetsASecretWithLogin) {
    Config config;
    EXPECT_TRUE(weaker_than_login(config).empty());
    config.plugins["totp"] = {.proves = Proof::possession};
    config.flows.front() = flow_of_steps("login", {"password", "totp"});
    std::vector<std::string> purposes;
    for (const Flow* flow : weaker_than_login(config)) {
        purposes.push_back(flow->purpose);
    }
    EXPECT_EQ(purposes, (std::vector<std::string>{"change-password", "first-login", "manage-secrets"}));
}

} // namespace
} // namespace loquet::config
