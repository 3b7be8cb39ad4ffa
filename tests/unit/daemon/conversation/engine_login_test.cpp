// SPDX-License-Identifier: LGPL-2.1-or-later
// Who gets in, what is written down about it, and who may ask at all.
#include "tests/unit/daemon/conversation/conversation_fixture.h"

namespace loquet::conversation {
namespace {

class ALoginByTheEngine : public ConversationFixture {};

TEST_F(ALoginByTheEngine, AsksForThePasswordAndGrants) {
    const Begun begun = begin("Anna");
    EXPECT_EQ(asked(begun.turn), std::vector<std::string>{"password"});
    ASSERT_TRUE(begun.dialog.has_value());
    const Turn turn = answer(*begun.dialog, {canary::password});
    ASSERT_TRUE(is_granted(turn));
    EXPECT_EQ(std::get<Granted>(turn), (Granted{"anna", Reason::none, {}}));
    EXPECT_FALSE(engine().exists(*begun.dialog));
}

TEST_F(ALoginByTheEngine, MakesCountersRecordAndTimeOfTheLoginDurableInOneCommit) {
    (void)log_in("anna", canary::wrong_password);
    const auto before = commits();
    EXPECT_TRUE(is_granted(log_in("anna", canary::password)));
    EXPECT_EQ(commits() - before, 1U);
    EXPECT_EQ(private_part(anna).last_login, clock_.wall());
    EXPECT_EQ(counters("anna").account.consecutive, 0U);
    ASSERT_EQ(records().size(), 2U);
    const model::AuditEvent record = records().back();
    EXPECT_TRUE(record.granted);
    EXPECT_EQ(record.account, anna);
    EXPECT_EQ(record.purpose, "login");
    EXPECT_EQ(record.service, "login");
    EXPECT_EQ(record.place, "seat:seat0");
    EXPECT_EQ(record.time, clock_.wall());
}

TEST_F(ALoginByTheEngine, RefusesAWrongPasswordAndCountsItDurably) {
    const auto before = commits();
    EXPECT_EQ(refusal(log_in("anna", canary::wrong_password)), Reason::refused);
    EXPECT_EQ(commits() - before, 1U);
    EXPECT_EQ(counters("anna").account.consecutive, 1U);
    EXPECT_EQ(private_part(anna).last_login, base::Milliseconds(0));
    ASSERT_EQ(records().size(), 1U);
    EXPECT_FALSE(records().front().granted);
    EXPECT_EQ(records().front().detail, "wrong-password");
}

TEST_F(ALoginByTheEngine, WritesThePlacesCounterAfterEveryRefusalAndOfASuccessOnlyWhereItChanged) {
    const auto places = [this] {
        return store_->read([](const store::ReadTxn& txn) { return txn.count(store::Table::places); });
    };
    EXPECT_TRUE(is_granted(log_in("anna", canary::password)));
    EXPECT_EQ(places(), 0U);
    lockout_.policy = [](const protocol::JudgeRequest&) { return protocol::Judgement{}; }; // disabled, nothing counted
    EXPECT_EQ(refusal(log_in("anna", canary::password)), Reason::refused);
    EXPECT_EQ(places(), 1U);
}

TEST_F(ALoginByTheEngine, TakesOneCallWhereThePasswordIsKnown) {
    const Begun begun = done(engine().begin("login", "anna", root(), answers({canary::password})));
    EXPECT_TRUE(is_granted(begun.turn));
    EXPECT_EQ(begun.dialog, std::nullopt);
}

TEST_F(ALoginByTheEngine, DoesNotTakeAKnownPasswordForTheAnswerToAnotherQuestion) {
    settings_.flows.front() = config::flow_of_steps("login", {});
    FakeStep& step = add_step("riddle", config::Proof::knowledge);
    step.will_say(
        {protocol::StepAsk{{{protocol::PromptStyle::visible, "sum", {"arithmetic.question", {}}}}}, {}, {}, {}, {}});
    const Begun begun = done(engine().begin("login", "anna", root(), answers({canary::password})));
    EXPECT_EQ(asked(begun.turn), std::vector<std::string>{"riddle.sum"});
    EXPECT_EQ(step.requests.size(), 1U);
}

TEST_F(ALoginByTheEngine, T24_GivesAPluginNoPasswordThatWasTypedElsewhereWhateverItsPromptIsCalled) {
    for (const std::string name : {"password", "new_password", "new_password_again"}) {
        engine_.reset();
        settings_.flows.front() = config::flow_of_steps("login", {});
        FakeStep& thief = add_step("thief", config::Proof::challenge);
        settings_.flows.front().items.push_back(config::required_step("password"));
        thief.will_say(
            {protocol::StepAsk{{{protocol::PromptStyle::secret, name, {"password.prompt", {}}}}}, {}, {}, {}, {}});
        const Begun begun = done(engine().begin("login", "anna", root(), answers({canary::password})));
        ASSERT_TRUE(begun.dialog.has_value()) << name;
        const auto& prompt = std::get<Ask>(begun.turn).prompts.at(0);
        EXPECT_EQ(prompt.name, "thief." + name);
        EXPECT_EQ(prompt.role, protocol::PromptRole::other);
        ASSERT_EQ(thief.requests.size(), 1U) << "it was only told to begin";
        EXPECT_TRUE(thief.requests.front().answers.empty());
    }
}

TEST_F(ALoginByTheEngine, TellsWhatEachAnswerIs) {
    add_step("totp", config::Proof::possession)
        .will_say({protocol::StepAsk{{{protocol::PromptStyle::info, "hint", {"refused", {}}},
                                      {protocol::PromptStyle::secret, "", {"totp.code", {}}},
                                      {protocol::PromptStyle::choice, "again", {"totp.code", {}}}}},
                   {},
                   {},
                   {},
                   {}});
    const Begun begun = begin("anna");
    EXPECT_EQ(std::get<Ask>(begun.turn).prompts.at(0).role, protocol::PromptRole::current_password);
    const auto prompts = std::get<Ask>(answer(*begun.dialog, {canary::password})).prompts;
    const auto role_of = [&](std::size_t i) { return std::pair(prompts.at(i).name, prompts.at(i).role); };
    using enum protocol::PromptRole;
    EXPECT_EQ(role_of(0), std::pair(std::string("totp.hint"), other));
    EXPECT_EQ(role_of(1), std::pair(std::string("totp"), code));
    EXPECT_EQ(role_of(2), std::pair(std::string("totp.again"), other));
}

TEST_F(ALoginByTheEngine, NeitherJudgesNorCountsAnEmptyPassword) {
    const int before = hashes_computed();
    const Begun begun = begin("anna");
    EXPECT_EQ(refusal(answer(*begun.dialog, {""})), Reason::refused);
    EXPECT_EQ(refusal(log_in("anna", "")), Reason::refused);
    EXPECT_EQ(hashes_computed(), before);
    EXPECT_TRUE(lockout_.requests.empty());
    EXPECT_EQ(counters("anna").account, model::Counter{});
    EXPECT_TRUE(records().empty());
    EXPECT_FALSE(engine().exists(*begun.dialog));
}

TEST_F(ALoginByTheEngine, RefusesAnotherNumberOfAnswersThanWasAskedWithoutCounting) {
    const Begun begun = begin("anna");
    EXPECT_EQ(kind_of(engine().answer(*begun.dialog, ":1.1", {})), Kind::invalid);
    EXPECT_EQ(kind_of(engine().answer(*begun.dialog, ":1.1", answers({"a", "b"}))), Kind::invalid);
    EXPECT_TRUE(lockout_.requests.empty());
    EXPECT_TRUE(is_granted(answer(*begun.dialog, {canary::password})));
}

TEST_F(ALoginByTheEngine, RefusesTheRightPasswordOfAnAccountThatTheHelpdeskLocked) {
    set(anna, [](model::PrivateAccount& account) { account.state = model::AccountState::locked; });
    EXPECT_EQ(refusal(log_in("anna", canary::password)), Reason::refused);
    EXPECT_EQ(records().back().detail, "account-locked");
}

TEST_F(ALoginByTheEngine, CountsANameThatNobodyHasAsOneThatSomebodyHas) {
    EXPECT_EQ(refusal(log_in("nobody", canary::wrong_password)), Reason::refused);
    EXPECT_EQ(counters("nobody").account.consecutive, 1U);
    EXPECT_EQ(records().back().account, std::nullopt);
    EXPECT_EQ(records().back().detail, "unknown-name");
}

TEST_F(ALoginByTheEngine, RefusesAPurposeWithoutAFlow) {
    EXPECT_EQ(kind_of(engine().begin("juggling", "anna", root(), {})), Kind::invalid);
}

TEST_F(ALoginByTheEngine, IsForTheCallersOwnNameUnlessItIsRoot) {
    add(bert, "bert", canary::password);
    EXPECT_TRUE(begin("anna", user(anna.value)).dialog.has_value());
    EXPECT_EQ(kind_of(engine().begin("login", "bert", user(anna.value), {})), Kind::not_found);
    EXPECT_EQ(kind_of(engine().begin("login", "nobody", user(anna.value), {})), Kind::not_found);
    EXPECT_TRUE(begin("bert").dialog.has_value());
}

TEST_F(ALoginByTheEngine, IsNotForANameThatTheCallersNameServiceGivesToAnotherAccount) {
    Client client = root();
    client.account_uid = 1000;
    EXPECT_EQ(kind_of(engine().begin("login", "anna", client, {})), Kind::not_found);
    EXPECT_EQ(kind_of(engine().begin("login", "nobody", client, {})), Kind::not_found);
    client.account_uid = anna.value;
    EXPECT_TRUE(begin("anna", client).dialog.has_value());
}

TEST_F(ALoginByTheEngine, DoesNotUseTheAnswersOfAnAccountThatWasErasedWhileTheyWaited) {
    const Begun begun = begin("anna", user(anna.value));
    store_->write_now([](store::WriteTxn& txn) { store::AccountsTable::erase(txn, anna); });
    EXPECT_EQ(kind_of(engine().answer(*begun.dialog, ":1.9", answers({canary::password}))), Kind::not_found);
    EXPECT_FALSE(engine().exists(*begun.dialog));
}

class AnAccountPhase : public ConversationFixture {
protected:
    Begun look(const std::string& name) {
        Client client = root();
        client.account_phase = true;
        return begin(name, client);
    }
};

TEST_F(AnAccountPhase, GrantsAnActiveAccountWithoutAskingOrCounting) {
    const Begun begun = look("anna");
    EXPECT_TRUE(is_granted(begun.turn));
    EXPECT_EQ(begun.dialog, std::nullopt);
    EXPECT_TRUE(lockout_.requests.empty());
    EXPECT_TRUE(records().empty());
}

TEST_F(AnAccountPhase, T11_IsThatOfALoginAndOfNoOtherPurpose) {
    Client client = root();
    client.account_phase = true;
    for (const char* const other : {purpose::change_password, purpose::first_login}) {
        EXPECT_EQ(kind_of(engine().begin(other, "anna", client, {})), Kind::invalid)
            << other << " lets nobody in, and would ask nothing there";
    }
}

TEST_F(AnAccountPhase, SaysThatThePasswordMustBeChanged) {
    set(anna, [](model::Credential& credential) { credential.must_change = true; });
    EXPECT_EQ(std::get<Granted>(look("anna").turn).reason, Reason::new_password_required);
}

TEST_F(AnAccountPhase, RefusesAnAccountThatWasTakenOutOfService) {
    set(anna, [](model::PrivateAccount& account) { account.state = model::AccountState::disabled; });
    const Turn disabled = look("anna").turn;
    EXPECT_FALSE(is_granted(disabled));
    EXPECT_EQ(texts_of(disabled).front(), "The account has been disabled. Please contact the helpdesk.");
    set(anna, [](model::PrivateAccount& account) { account.state = model::AccountState::locked; });
    const Turn locked = look("anna").turn;
    EXPECT_FALSE(is_granted(locked));
    EXPECT_EQ(texts_of(locked).front(), "The account has been locked. Please contact the helpdesk.");
}

TEST_F(AnAccountPhase, IsNotForANameThatNobodyHas) {
    Client client = root();
    client.account_phase = true;
    EXPECT_EQ(kind_of(engine().begin("login", "nobody", client, {})), Kind::not_found);
}

TEST_F(AnAccountPhase, SkipsTheStepsThatAsk) {
    const FakeStep& step = add_step("riddle", config::Proof::knowledge);
    EXPECT_TRUE(is_granted(look("anna").turn));
    EXPECT_TRUE(step.requests.empty());
}

} // namespace
} // namespace loquet::conversation
