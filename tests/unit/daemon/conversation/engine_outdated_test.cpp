// SPDX-License-Identifier: LGPL-2.1-or-later
// A dialog whose account changes between a proof and what the proof allows.
#include "tests/unit/daemon/conversation/conversation_fixture.h"

#include <gmock/gmock.h>

namespace loquet::conversation {

namespace {

using model::AccountState;
using testing::IsEmpty;

class AProof : public ConversationFixture {
protected:
    AProof() {
        add(anna, "anna", canary::password);
        (void)add_step("totp", config::Proof::possession);
        settings_.plugins["totp"].enrolled_only = true;
        settings_.flows.front() = config::flow_of_steps("login", {"password", "totp"});
        config::Flow managing = config::flow_of_steps("manage-secrets", {"password"});
        managing.items.push_back({{config::step_named("totp")}, 1, {}, true});
        settings_.flows.push_back(managing);
    }
    FakeStep& totp() { return *plugin_steps_.at("totp"); }

    /// As the helpdesk's lock does.
    void lock() {
        set(anna, [](model::PrivateAccount& account) {
            account.state = AccountState::locked;
            ++account.generation;
        });
    }
    void unlock() {
        set(anna, [](model::PrivateAccount& account) { account.state = AccountState::active; });
    }
    Begun past_the_password(const std::string& purpose) {
        return done(engine().begin(purpose, "anna", root(), answers({canary::password})));
    }
    Begun changing_the_password() {
        return done(engine().begin("change-password", "anna", user(anna.value), answers({canary::password})));
    }
    Turn set_password(const Begun& begun) {
        return answer(*begun.dialog, {canary::next_password, canary::next_password}, ":1.9");
    }
    Begun up_to_the_code() {
        set(anna, [](model::PrivateAccount& account) { account.factors = {"totp"}; });
        totp().will_say(asks());
        return past_the_password("login");
    }
    static protocol::StepResponse asks() {
        protocol::StepAsk ask;
        ask.prompts.push_back({protocol::PromptStyle::secret, "code", {"totp.code", {}}});
        return {std::move(ask), {}, base::SecureBytes{7}, {}, {}};
    }
    static protocol::StepResponse is_right() { return {protocol::StepGrant{}, base::SecureBytes{9}, {}, {}, {}}; }
    /// A right code, and a lock before the plugin says so.
    Turn answer_while_it_is_locked(const Begun& begun) {
        totp().hold();
        totp().will_say(is_right());
        const auto judging = start(engine().answer(*begun.dialog, ":1.1", answers({"123456"})));
        lock();
        totp().let_go();
        return end_of(judging);
    }
    void expect_refused_for_the_change(const Turn& turn) {
        EXPECT_EQ(refusal(turn), Reason::refused);
        EXPECT_EQ(records().back().detail, "account-changed");
        EXPECT_EQ(counters("anna").account.consecutive, 0U) << "it is nobody's failed guess";
    }
};

TEST_F(AProof, SetsNoPasswordOnceTheAccountIsLocked) {
    const Begun begun = changing_the_password();
    lock();
    expect_refused_for_the_change(set_password(begun));
    unlock();
    EXPECT_EQ(refusal(log_in("anna", canary::next_password)), Reason::refused);
}

TEST_F(AProof, SetsNoPasswordAfterALockThatIsOverAgain) {
    const Begun begun = changing_the_password();
    lock();
    unlock();
    expect_refused_for_the_change(set_password(begun));
}

TEST_F(AProof, SetsNoPasswordOnceTheHelpdeskGaveAnother) {
    const Begun begun = changing_the_password();
    const std::string given = credential(anna).password_hash + "given";
    set(anna, [&](model::Credential& credential) { credential.password_hash = given; });
    set(anna, [](model::PrivateAccount& account) { ++account.generation; });
    expect_refused_for_the_change(set_password(begun));
    EXPECT_EQ(credential(anna).password_hash, given);
}

TEST_F(AProof, SetsNoFactorUpOnceTheAccountIsLocked) {
    totp().will_say(asks());
    const Begun begun = past_the_password("manage-secrets");
    lock();
    totp().will_say(is_right());
    expect_refused_for_the_change(answer(*begun.dialog, {"123456"}));
    EXPECT_THAT(private_part(anna).factors, IsEmpty());
    EXPECT_EQ(totp().requests.back().operation, protocol::StepOperation::enrol_begin) << "the plugin was not asked";
}

TEST_F(AProof, T9_SetsNoFactorUpWhereTheLockComesWhileItsAnswerIsJudged) {
    totp().will_say(asks());
    const Begun begun = past_the_password("manage-secrets");
    expect_refused_for_the_change(answer_while_it_is_locked(begun));
    EXPECT_THAT(private_part(anna).factors, IsEmpty());
}

TEST_F(AProof, T9_LogsNobodyInWhereTheLockComesWhileTheLastAnswerIsJudged) {
    const Begun begun = up_to_the_code();
    expect_refused_for_the_change(answer_while_it_is_locked(begun));
    EXPECT_FALSE(records().back().granted);
}

TEST_F(AProof, LogsNobodyInWithTheSecondFactorOnceTheAccountIsLocked) {
    const Begun begun = up_to_the_code();
    lock();
    totp().will_say(is_right());
    expect_refused_for_the_change(answer(*begun.dialog, {"123456"}));
}

TEST_F(AProof, OutlivesAChangeThatIsNoneOfItsBusiness) {
    const Begun begun = up_to_the_code();
    set(anna, [](model::PrivateAccount& account) { account.mail = "anna@example.org"; });
    totp().will_say(is_right());
    EXPECT_TRUE(is_granted(answer(*begun.dialog, {"123456"})));
}

TEST_F(AProof, OutlivesThePasswordThatItsOwnDialogSets) {
    settings_.flows.push_back(config::flow_of_steps("first-login", {"password", "new_password", "totp"}));
    std::erase_if(settings_.flows, [kept = 0](const config::Flow& flow) mutable {
        return flow.purpose == "first-login" && flow.items.size() != 3 && kept++ == 0;
    });
    set(anna, [](model::PrivateAccount& account) { account.factors = {"totp"}; });
    set(anna, [](model::Credential& credential) { credential.must_change = true; });
    const Begun begun = changing_the_password();
    totp().will_say(asks());
    const Turn asking = set_password(begun);
    EXPECT_THAT(asked(asking), testing::ElementsAre("totp.code"));
    totp().will_say(is_right());
    EXPECT_TRUE(is_done(answer(*begun.dialog, {"123456"}, ":1.9")));
}

// A flow may begin with something else than the password.
TEST_F(AProof, OfAnySortIsRefusedForALockedAccountAndCounted) {
    settings_.flows.front() = config::flow_of_steps("login", {"totp", "password"});
    set(anna, [](model::PrivateAccount& account) {
        account.factors = {"totp"};
        account.state = AccountState::disabled;
    });
    totp().will_say(asks());
    const Begun begun = begin("anna");
    totp().will_say(is_right());
    EXPECT_EQ(refusal(answer(*begun.dialog, {"123456"})), Reason::refused);
    EXPECT_EQ(records().back().detail, "account-disabled");
    EXPECT_EQ(counters("anna").account.consecutive, 1U);
}

} // namespace

} // namespace loquet::conversation
