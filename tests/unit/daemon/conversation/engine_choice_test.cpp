// SPDX-License-Identifier: LGPL-2.1-or-later
// What a choice leaves behind: nothing. Only the step that was picked, once it is granted, changes an account.
#include "daemon/store/outbox_table.h"
#include "tests/unit/daemon/conversation/conversation_fixture.h"

#include <gmock/gmock.h>

#include <algorithm>

namespace loquet::conversation {

namespace {

using model::AuditKind;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

protocol::StepResponse sets_it_up() {
    return {protocol::StepGrant{}, base::SecureBytes{1, 2, 3}, {}, {}, {}};
}
protocol::StepResponse asks_for_a_code() {
    return {protocol::StepAsk{{{protocol::PromptStyle::secret, "code", {"totp.enrol_code", {}}}}},
            {},
            base::SecureBytes{7},
            {},
            {}};
}

/// The flows that enrol offer two factors each; the account has an address for notices.
class AnEnrolmentChoice : public ConversationFixture, public testing::WithParamInterface<const char*> {
protected:
    AnEnrolmentChoice() {
        sends_by_ = &outbox_;
        for (const char* name : {"totp", "codes", "badge"}) {
            (void)add_step(name, config::Proof::possession);
            settings_.plugins[name].enrolled_only = true;
        }
        set(anna, [](model::PrivateAccount& account) { account.mail = "anna@example.org"; });
        set(anna, [](model::Credential& credential) { credential.must_change = true; });
        settings_.flows = {config::flow_of_steps("login", {"password"})};
        offer({{{"totp", "codes"}, 1}});
    }

    struct Group {
        std::vector<std::string> factors;
        std::size_t at_least;
    };
    void offer(const std::vector<Group>& groups) {
        std::erase_if(settings_.flows, [](const config::Flow& flow) { return flow.purpose != "login"; });
        for (const std::string purpose : {"manage-secrets", "first-login", "change-password"}) {
            config::Flow flow = config::flow_of_steps(purpose, {"password"});
            for (const Group& group : groups) {
                config::FlowItem& item = flow.items.emplace_back();
                item.at_least = group.at_least;
                item.enrols = true;
                for (const std::string& factor : group.factors) {
                    item.steps.push_back(config::step_named(factor));
                }
            }
            if (purpose != "manage-secrets") {
                flow.items.push_back(config::required_step("new_password"));
            }
            settings_.flows.push_back(flow);
        }
    }
    FakeStep& step(const std::string& name) { return *plugin_steps_.at(name); }

    /// Up to the choice.
    Begun begun() { return done(engine().begin(GetParam(), "anna", user(anna.value), answers({canary::password}))); }
    Turn say(const Begun& begun, std::initializer_list<std::string_view> texts) {
        return answer(*begun.dialog, texts, ":1.9");
    }
    /// What a first login asks behind the factors.
    void choose_a_password(const Begun& begun) {
        if (engine().exists(*begun.dialog)) {
            EXPECT_TRUE(is_done(say(begun, {canary::next_password, canary::next_password})));
        }
    }
    [[nodiscard]] std::vector<std::string> notices() const {
        std::vector<std::string> texts;
        store_->read([&](const store::ReadTxn& txn) {
            store::OutboxTable::each(txn, 0, [&](std::uint64_t, const model::OutboxEntry& message) {
                texts.push_back(message.text);
                return true;
            });
        });
        return texts;
    }
    [[nodiscard]] std::vector<std::string> factors_in_the_audit() const {
        std::vector<std::string> names;
        for (const model::AuditEvent& event : records()) {
            if (event.kind == AuditKind::factor_set_up) {
                names.push_back(event.detail);
            }
        }
        return names;
    }
    void expect_nothing_was_set_up() const {
        EXPECT_THAT(private_part(anna).factors, IsEmpty());
        EXPECT_THAT(factors_in_the_audit(), IsEmpty());
        EXPECT_THAT(notices(), testing::Not(Contains("notice.factor_set_up")));
        EXPECT_THAT(private_part(anna).trusted_places, IsEmpty());
    }

    static constexpr outbox::Budget plenty{99, 99, 99, 99, 99, 999};
    outbox::Outbox outbox_{
        {.media = {protocol::Medium::mail}, .budgets = {plenty, plenty}, .alarm = {}}, steady_, clock_};
};

TEST_P(AnEnrolmentChoice, ThatIsPickedAndLeftSetsNothingUp) {
    const Begun choice = begun();
    step("totp").will_say(asks_for_a_code());
    EXPECT_THAT(asked(say(choice, {"1"})), ElementsAre("totp.code"));
    engine().cancel(*choice.dialog, ":1.9");
    expect_nothing_was_set_up();
}

TEST_P(AnEnrolmentChoice, ThatIsPickedByACallerWhoGoesAwaySetsNothingUp) {
    const Begun choice = begun();
    step("codes").will_say(asks_for_a_code());
    (void)say(choice, {"2"});
    engine().forget_caller(":1.9");
    expect_nothing_was_set_up();
}

TEST_P(AnEnrolmentChoice, ThatIsPickedAndFailsSetsNothingUpAndSaysSo) {
    const Begun choice = begun();
    step("totp").will_say(asks_for_a_code());
    (void)say(choice, {"1"});
    step("totp").will_say(says_no());
    const Turn failed = say(choice, {"000000"});
    EXPECT_EQ(refusal(failed), Reason::not_set_up);
    EXPECT_THAT(texts_of(failed),
                ElementsAre("This factor was not set up, and nothing was changed. Please try again."));
    expect_nothing_was_set_up();
    EXPECT_EQ(counters("anna").account.consecutive, 0U);
    EXPECT_FALSE(records().back().granted);
    EXPECT_TRUE(is_granted(log_in("anna", canary::password))) << "the way in is what it was";
}

TEST_P(AnEnrolmentChoice, ThatFailsIsSaidInTheLanguageOfThePerson) {
    Client client = user(anna.value);
    client.locale = "fr_FR.UTF-8";
    const Begun choice = done(engine().begin(GetParam(), "anna", client, answers({canary::password})));
    step("totp").will_say(asks_for_a_code());
    (void)say(choice, {"1"});
    step("totp").will_say(says_no());
    EXPECT_THAT(texts_of(say(choice, {"000000"})),
                ElementsAre("Ce facteur n'a pas été configuré et rien n'a été modifié. Veuillez réessayer."));
}

TEST_P(AnEnrolmentChoice, WhosePluginIsDeadSetsNothingUpAndSaysSo) {
    const Begun choice = begun();
    step("totp").dead = true;
    const Turn failed = say(choice, {"1"});
    EXPECT_EQ(refusal(failed), Reason::unavailable);
    EXPECT_THAT(texts_of(failed), ElementsAre(HasSubstr("cannot be set up at the moment")));
    expect_nothing_was_set_up();
}

TEST_P(AnEnrolmentChoice, WhosePluginDiesAtTheCodeSetsNothingUp) {
    const Begun choice = begun();
    step("totp").will_say(asks_for_a_code());
    (void)say(choice, {"1"});
    step("totp").dead = true;
    EXPECT_EQ(refusal(say(choice, {"123456"})), Reason::unavailable);
    expect_nothing_was_set_up();
}

TEST_P(AnEnrolmentChoice, ThatIsNoLineOfTheListSetsNothingUp) {
    const Begun choice = begun();
    for (const char* odd : {"", " ", "0", "3", "-1", "1x", "999999999999999999999"}) {
        EXPECT_THAT(asked(say(choice, {odd})), Contains("choice_again")) << odd;
    }
    expect_nothing_was_set_up();
}

TEST_P(AnEnrolmentChoice, ThatSucceedsIsRecordedAndToldOnce) {
    const Begun choice = begun();
    step("codes").will_say(asks_for_a_code());
    (void)say(choice, {"2"});
    step("codes").will_say(sets_it_up());
    (void)say(choice, {"123456"});
    choose_a_password(choice);
    EXPECT_THAT(private_part(anna).factors, ElementsAre("codes"));
    EXPECT_THAT(factors_in_the_audit(), ElementsAre("codes"));
    EXPECT_EQ(std::ranges::count(notices(), "notice.factor_set_up"), 1);
}

TEST_P(AnEnrolmentChoice, ThatIsDeclinedSetsNothingUpAndGoesOn) {
    offer({{{"totp", "codes"}, 0}, {{"badge"}, 0}});
    const Begun choice = begun();
    EXPECT_THAT(asked(say(choice, {"0"})), Contains("choice"));
    expect_nothing_was_set_up();
    const Turn next = say(choice, {"0"});
    choose_a_password(choice);
    expect_nothing_was_set_up();
    if (std::string_view(GetParam()) == "manage-secrets") {
        EXPECT_TRUE(is_done(next));
        EXPECT_EQ(records().back().detail, "nothing-set-up");
    }
}

TEST_P(AnEnrolmentChoice, ThatIsDeclinedBeforeADeadPluginIsPickedSetsNothingUp) {
    offer({{{"totp", "codes"}, 0}, {{"badge", "codes"}, 1}});
    const Begun choice = begun();
    (void)say(choice, {"0"});
    step("badge").dead = true;
    EXPECT_EQ(refusal(say(choice, {"1"})), Reason::unavailable);
    expect_nothing_was_set_up();
}

TEST_P(AnEnrolmentChoice, BehindAFactorThatWasSetUpLeavesThatOneAlone) {
    offer({{{"totp", "codes"}, 1}, {{"badge", "codes"}, 1}});
    const Begun choice = begun();
    step("totp").will_say(asks_for_a_code());
    (void)say(choice, {"1"});
    step("totp").will_say(sets_it_up());
    EXPECT_THAT(asked(say(choice, {"123456"})), Contains("choice"));
    step("badge").will_say(asks_for_a_code());
    (void)say(choice, {"1"});
    engine().cancel(*choice.dialog, ":1.9");
    EXPECT_THAT(private_part(anna).factors, ElementsAre("totp"));
    EXPECT_THAT(factors_in_the_audit(), ElementsAre("totp"));
    EXPECT_EQ(std::ranges::count(notices(), "notice.factor_set_up"), 1);
}

TEST_P(AnEnrolmentChoice, OfTwoOutOfThreeBooksEachWhenItIsSetUp) {
    offer({{{"totp", "codes", "badge"}, 2}});
    const Begun choice = begun();
    step("badge").will_say(asks_for_a_code());
    (void)say(choice, {"3"});
    step("badge").will_say(sets_it_up());
    EXPECT_THAT(asked(say(choice, {"123456"})), Contains("choice"));
    EXPECT_THAT(private_part(anna).factors, ElementsAre("badge"));
    step("totp").will_say(asks_for_a_code());
    (void)say(choice, {"1"});
    EXPECT_THAT(private_part(anna).factors, ElementsAre("badge"));
    step("totp").will_say(sets_it_up());
    (void)say(choice, {"123456"});
    choose_a_password(choice);
    EXPECT_THAT(factors_in_the_audit(), ElementsAre("badge", "totp"));
}

TEST_P(AnEnrolmentChoice, OfAFactorThatIsSetUpWithoutAQuestionBooksIt) {
    const Begun choice = begun();
    step("badge").will_say(sets_it_up());
    step("totp").will_say(sets_it_up());
    (void)say(choice, {"1"});
    EXPECT_THAT(private_part(anna).factors, ElementsAre("totp"));
    EXPECT_THAT(factors_in_the_audit(), ElementsAre("totp"));
    EXPECT_EQ(std::ranges::count(notices(), "notice.factor_set_up"), 1);
}

TEST_P(AnEnrolmentChoice, LeavesThePlacesThatAreTrustedAlone) {
    set(anna,
        [](model::PrivateAccount& account) { account.trusted_places = {{model::Digest{}, base::Milliseconds(1)}}; });
    const Begun choice = begun();
    step("totp").will_say(asks_for_a_code());
    (void)say(choice, {"1"});
    step("totp").will_say(says_no());
    (void)say(choice, {"000000"});
    EXPECT_EQ(private_part(anna).trusted_places.size(), 1U);
}

INSTANTIATE_TEST_SUITE_P(Of, AnEnrolmentChoice, testing::Values("manage-secrets", "change-password"),
                         [](const auto& purpose) {
                             return std::string(purpose.param) == "manage-secrets" ? "ManageSecrets" : "AFirstLogin";
                         });

/// A login where one of two factors is proved, and the place is trusted for a while then.
class ALoginChoice : public ConversationFixture {
protected:
    ALoginChoice() {
        for (const char* name : {"totp", "codes"}) {
            (void)add_step(name, config::Proof::possession);
            settings_.plugins[name].enrolled_only = true;
        }
        config::Flow flow = config::flow_of_steps("login", {"password"});
        flow.items.push_back({{config::step_named("totp"), config::step_named("codes")}, 1, {}});
        flow.items.back().trust_place = std::chrono::days(30);
        settings_.flows.front() = flow;
        set(anna, [](model::PrivateAccount& account) { account.factors = {"totp", "codes"}; });
    }
    FakeStep& step(const std::string& name) { return *plugin_steps_.at(name); }
};

TEST_F(ALoginChoice, TrustsNoPlaceAndGrantsNothing) {
    const Begun begun = done(engine().begin("login", "anna", root(), answers({canary::password})));
    step("codes").will_say(asks_for_a_code());
    EXPECT_THAT(asked(answer(*begun.dialog, {"2"})), ElementsAre("codes.code"));
    EXPECT_THAT(private_part(anna).trusted_places, IsEmpty());
    step("codes").will_say(says_no());
    EXPECT_EQ(refusal(answer(*begun.dialog, {"000000"})), Reason::refused);
    EXPECT_THAT(private_part(anna).trusted_places, IsEmpty());
    EXPECT_EQ(private_part(anna).last_login.count(), 0);
    EXPECT_EQ(counters("anna").account.consecutive, 1U);
}

} // namespace

} // namespace loquet::conversation
