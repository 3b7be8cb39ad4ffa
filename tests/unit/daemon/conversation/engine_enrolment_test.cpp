// SPDX-License-Identifier: LGPL-2.1-or-later
// Setting a factor up: who may, what is kept of it, and how what is shown then travels.
#include "tests/unit/daemon/conversation/conversation_fixture.h"
#include "tests/unit/daemon/conversation/refusing_disk.h"

#include <gmock/gmock.h>

namespace loquet::conversation {

namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;

class SettingAFactorUp : public ConversationFixture {
protected:
    SettingAFactorUp() {
        add(anna, "anna", canary::password);
        (void)add_step("totp", config::Proof::possession);
        settings_.plugins["totp"].enrolled_only = true;
        settings_.flows.front() = config::flow_of_steps("login", {"password"});
        settings_.flows.push_back(flow("manage-secrets", {"password"}, 1));
    }

    static config::Flow flow(const std::string& purpose, const std::vector<std::string>& steps, std::size_t at_least) {
        config::Flow made = config::flow_of_steps(purpose, steps);
        made.items.push_back({{config::step_named("totp")}, at_least, {}, true});
        return made;
    }
    FakeStep& totp() { return *plugin_steps_.at("totp"); }

    static protocol::StepResponse shows_a_key() {
        protocol::StepAsk ask;
        ask.prompts.push_back({protocol::PromptStyle::info, "key", {"totp.key", {{"key", "JBSW Y3DP EHPK 3PXP"}}}});
        ask.prompts.push_back({protocol::PromptStyle::secret, "code", {"totp.enrol_code", {}}});
        return {std::move(ask), {}, base::SecureBytes{7}, {}, {}};
    }
    static protocol::StepResponse is_set_up() {
        return {protocol::StepGrant{}, base::SecureBytes{1, 2, 3}, base::SecureBytes{}, {}, {}};
    }
    static protocol::StepResponse is_not_set_up() { return {protocol::StepDeny{}, {}, {}, {}, {}}; }

    /// Up to the prompts of the enrolment.
    Begun up_to_the_key() {
        totp().will_say(shows_a_key());
        return done(engine().begin("manage-secrets", "anna", root(), answers({canary::password})));
    }
    [[nodiscard]] base::SecureBytes state() const {
        const auto kept =
            store_->read([](const store::ReadTxn& txn) { return store::StepsTable::get(txn, anna, "totp"); });
        return kept.value_or(base::SecureBytes{});
    }
};

TEST_F(SettingAFactorUp, KeepsItsStateAndTellsThatTheAccountHasIt) {
    const Begun begun = up_to_the_key();
    EXPECT_EQ(totp().requests.back().operation, protocol::StepOperation::enrol_begin);
    EXPECT_THAT(asked(begun.turn), ElementsAre("totp.key", "totp.code"));
    EXPECT_THAT(private_part(anna).factors, IsEmpty()) << "not before it is confirmed";
    totp().will_say(is_set_up());
    EXPECT_TRUE(is_done(answer(*begun.dialog, {"123456"})));
    EXPECT_EQ(totp().requests.back().operation, protocol::StepOperation::enrol_answer);
    EXPECT_EQ(totp().requests.back().dialog_state, base::SecureBytes{7});
    EXPECT_THAT(private_part(anna).factors, ElementsAre("totp"));
    EXPECT_EQ(state(), (base::SecureBytes{1, 2, 3}));
}

TEST_F(SettingAFactorUp, ShowsWhatIsSecretAsASecret) {
    const Begun begun = up_to_the_key();
    const auto& prompts = std::get<Ask>(begun.turn).prompts;
    EXPECT_TRUE(prompts.at(0).text.empty());
    EXPECT_THAT(std::string(prompts.at(0).shown()), testing::HasSubstr("JBSW Y3DP EHPK 3PXP"));
    EXPECT_FALSE(prompts.at(1).text.empty()) << "what asks for the code is no secret";
}

TEST_F(SettingAFactorUp, IsAudited) {
    const Begun begun = up_to_the_key();
    totp().will_say(is_set_up());
    (void)answer(*begun.dialog, {"123456"});
    std::vector<model::AuditKind> kinds;
    for (const model::AuditEvent& event : records()) {
        kinds.push_back(event.kind);
    }
    EXPECT_THAT(kinds, ElementsAre(model::AuditKind::factor_set_up, model::AuditKind::secrets_managed));
    EXPECT_EQ(records().front().detail, "totp");
    EXPECT_EQ(records().front().account, anna);
}

TEST_F(SettingAFactorUp, WithAWrongCodeKeepsNothingAndCountsNoFailure) {
    const Begun begun = up_to_the_key();
    totp().will_say(is_not_set_up());
    EXPECT_EQ(refusal(answer(*begun.dialog, {"000000"})), Reason::not_set_up);
    EXPECT_THAT(private_part(anna).factors, IsEmpty());
    EXPECT_TRUE(state().empty());
    EXPECT_EQ(counters("anna").account.consecutive, 0U);
    EXPECT_EQ(records().back().detail, "totp-not-set-up");
}

TEST_F(SettingAFactorUp, IsNotForWhoDoesNotKnowThePassword) {
    const Turn refused = done(engine().begin("manage-secrets", "anna", root(), answers({canary::wrong_password}))).turn;
    EXPECT_EQ(refusal(refused), Reason::refused);
    EXPECT_TRUE(totp().requests.empty());
    EXPECT_EQ(counters("anna").account.consecutive, 1U);
}

TEST_F(SettingAFactorUp, IsNotForOutsidersAndOtherPeople) {
    EXPECT_EQ(kind_of(engine().begin("manage-secrets", "zoe", root(), {})), Kind::not_found);
    EXPECT_EQ(kind_of(engine().begin("manage-secrets", "anna", user(bert.value), {})), Kind::not_found);
}

TEST_F(SettingAFactorUp, AgainReplacesItAndIsListedOnce) {
    set(anna, [](model::PrivateAccount& account) { account.factors = {"totp"}; });
    const Begun begun = up_to_the_key();
    totp().will_say(is_set_up());
    EXPECT_TRUE(is_done(answer(*begun.dialog, {"123456"})));
    EXPECT_THAT(private_part(anna).factors, ElementsAre("totp"));
}

TEST_F(SettingAFactorUp, WhereTheDiskRefusesIsNotGranted) {
    const Begun begun = up_to_the_key();
    totp().will_say(is_set_up());
    {
        const RefusingDisk refusing;
        EXPECT_EQ(refusal(answer(*begun.dialog, {"123456"})), Reason::unavailable);
    }
    EXPECT_THAT(private_part(anna).factors, IsEmpty());
}

// PAM asks to change a password; a person who never had one of their own takes the flow of a first login.
class AFirstLogin : public SettingAFactorUp {
protected:
    AFirstLogin() {
        config::Flow first = flow("first-login", {"password"}, 0);
        first.items.push_back(config::required_step("new_password"));
        settings_.flows.push_back(first);
        std::erase_if(settings_.flows, [kept = false](const config::Flow& old) mutable {
            const bool is_older = old.purpose == "first-login" && !kept;
            kept = kept || old.purpose == "first-login";
            return is_older;
        });
    }
    Begun changing() {
        return done(engine().begin("change-password", "anna", user(anna.value), answers({canary::password})));
    }
};

TEST_F(AFirstLogin, OffersAFactorBeforeTheNewPassword) {
    set(anna, [](model::Credential& credential) { credential.must_change = true; });
    const Begun begun = changing();
    EXPECT_THAT(asked(begun.turn), Contains("choice"));
    EXPECT_THAT(asked(answer(*begun.dialog, {"0"}, ":1.9")),
                ElementsAre("rules", "new_password", "new_password_again"));
    EXPECT_TRUE(is_done(answer(*begun.dialog, {canary::next_password, canary::next_password}, ":1.9")));
    EXPECT_THAT(private_part(anna).factors, IsEmpty());
    EXPECT_EQ(records().back().purpose, "first-login");
}

TEST_F(AFirstLogin, SetsTheFactorUpThatIsPicked) {
    set(anna, [](model::Credential& credential) { credential.must_change = true; });
    const Begun begun = changing();
    totp().will_say(shows_a_key());
    EXPECT_THAT(asked(answer(*begun.dialog, {"1"}, ":1.9")), ElementsAre("totp.key", "totp.code"));
    totp().will_say(is_set_up());
    EXPECT_THAT(asked(answer(*begun.dialog, {"123456"}, ":1.9")),
                ElementsAre("rules", "new_password", "new_password_again"));
    EXPECT_TRUE(is_done(answer(*begun.dialog, {canary::next_password, canary::next_password}, ":1.9")));
    EXPECT_THAT(private_part(anna).factors, ElementsAre("totp"));
}

TEST_F(AFirstLogin, IsNotThatOfWhoChoseAPasswordBefore) {
    set(anna, [](model::Credential& credential) {
        credential.must_change = true;
        credential.own_before = true;
    });
    EXPECT_THAT(asked(changing().turn), ElementsAre("rules", "new_password", "new_password_again"));
}

} // namespace

} // namespace loquet::conversation
