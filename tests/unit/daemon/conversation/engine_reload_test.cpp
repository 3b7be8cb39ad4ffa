// SPDX-License-Identifier: LGPL-2.1-or-later
// Another set of flows while dialogs are open.
#include "lib/base/error.h"
#include "tests/unit/daemon/conversation/conversation_fixture.h"

namespace loquet::conversation {
namespace {

class AnOpenDialog : public ConversationFixture {
protected:
    static protocol::StepResponse a_question() {
        return {
            protocol::StepAsk{{{protocol::PromptStyle::visible, "sum", {"arithmetic.question", {}}}}}, {}, {}, {}, {}};
    }
    /// A sum after the password.
    FakeStep& sum() { return *plugin_steps_.at("sum"); }
    void SetUp() override {
        add_step("sum", config::Proof::challenge).will_say(a_question());
        sum().will_say({protocol::StepGrant{}, {}, {}, {}, {}});
    }
    /// Flows without the sum, and no client of it.
    void reload_without_the_sum() {
        const auto removed = plugin_steps_.extract("sum");
        settings_.plugins.erase("sum");
        settings_.flows[0] = config::flow_of_steps(purpose::login, {"password", "expiry", "authorisation"});
        engine().use(flow_set());
        gone_ = std::move(removed.mapped());
    }

    std::unique_ptr<FakeStep> gone_;
};

TEST_F(AnOpenDialog, GoesOnWithTheStepsThatItBeganWith) {
    const Begun begun = begin("anna");
    reload_without_the_sum();
    const Turn next = answer(begun.dialog.value(), {canary::password});
    EXPECT_EQ(asked(next), std::vector<std::string>{"sum.sum"});
    EXPECT_TRUE(is_granted(answer(begun.dialog.value(), {"7"})));
    EXPECT_TRUE(is_granted(log_in("anna", canary::password))) << "who begins afterwards is asked for no sum";
}

TEST_F(AnOpenDialog, KeepsItsSetAliveUntilItEnds) {
    const std::weak_ptr<const FlowSet> former = [&] {
        auto set = flow_set();
        engine().use(set);
        return std::weak_ptr<const FlowSet>(set);
    }();
    const Begun begun = begin("anna");
    reload_without_the_sum();
    EXPECT_FALSE(former.expired());
    engine().cancel(begun.dialog.value(), ":1.1");
    EXPECT_TRUE(tests::eventually(loop_, [&] { return former.expired(); }));
}

TEST_F(AnOpenDialog, AndAllOthersAreJudgedByThePolicyOfTheSetInForce) {
    const Begun begun = begin("anna");
    FakeLockout other;
    PluginClients clients;
    clients.lockout = not_owned(other);
    clients.rules = not_owned(rules_);
    clients.steps["sum"] = not_owned(sum());
    engine().use(std::make_shared<FlowSet>(FlowSet::Dependencies{*store_, hasher_, clock_, texts_, tickets(), nullptr},
                                           settings_, std::move(clients)));
    (void)answer(begun.dialog.value(), {canary::password});
    EXPECT_FALSE(other.requests.empty());
    EXPECT_TRUE(lockout_.requests.empty());
}

TEST_F(AnOpenDialog, IsNotTouchedByASetThatCannotBeMade) {
    const Begun begun = begin("anna");
    settings_.flows[0].items.push_back(config::required_step("retina", "f:3:4"));
    try {
        (void)flow_set();
        FAIL() << "it was made";
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), Kind::invalid);
        EXPECT_EQ(std::string(error.what()), "f:3:4: flow.login: there is no step \"retina\"");
    }
    EXPECT_EQ(asked(answer(begun.dialog.value(), {canary::password})), std::vector<std::string>{"sum.sum"});
}

TEST_F(ConversationFixture, ProvesByABuiltInStepWhatItsRowSays) {
    const auto set = flow_set();
    for (const config::StepSpec& row : config::builtin_steps) {
        EXPECT_EQ(set->step(row.name).proves(), row.proves != config::Proof::challenge) << row.name;
    }
}

TEST_F(ConversationFixture, AuditsTheStrictPolicyOncePerChangeOfState) {
    std::vector<bool> told;
    engine().on_fallback_changed = [&](bool fallback, const std::string&) { told.push_back(fallback); };
    lockout_.dead = true;
    (void)log_in("anna", "wrong");
    (void)log_in("anna", "wrong");
    lockout_.dead = false;
    (void)log_in("anna", canary::password);
    EXPECT_EQ(told, (std::vector<bool>{true, false}));
}

} // namespace
} // namespace loquet::conversation
