// SPDX-License-Identifier: LGPL-2.1-or-later
// The life of a dialog: one answer at a time, over when it is cancelled, late or its caller is gone, and never too
// many.
#include "lib/base/limits.h"
#include "tests/unit/daemon/conversation/conversation_fixture.h"

namespace loquet::conversation {
namespace {

class ADialog : public ConversationFixture {};

TEST_F(ADialog, TakesNoSecondAnswerWhileOneIsJudged) {
    const DialogId id = *begin("anna").dialog;
    const auto first = start(engine().answer(id, ":1.1", answers({canary::password})));
    EXPECT_EQ(kind_of(engine().answer(id, ":1.1", answers({canary::password}))), Kind::busy);
    EXPECT_TRUE(is_granted(end_of(first)));
}

TEST_F(ADialog, DoesNotExistForAnotherSender) {
    const DialogId id = *begin("anna").dialog;
    EXPECT_EQ(kind_of(engine().answer(id, ":1.2", answers({canary::password}))), Kind::not_found);
    EXPECT_EQ(kind_thrown_by([&] { engine().cancel(id, ":1.2"); }), Kind::not_found);
    EXPECT_TRUE(engine().exists(id));
}

TEST_F(ADialog, EndsUncountedWhenItIsCancelled) {
    const DialogId id = *begin("anna").dialog;
    engine().cancel(id, ":1.1");
    EXPECT_FALSE(engine().exists(id));
    EXPECT_TRUE(lockout_.requests.empty());
    EXPECT_EQ(kind_of(engine().answer(id, ":1.1", answers({canary::password}))), Kind::not_found);
}

TEST_F(ADialog, EndsWhenNobodyAnswersInTime) {
    settings_.conversation.timeout = std::chrono::seconds(1);
    const DialogId id = *begin("anna").dialog;
    EXPECT_TRUE(engine().exists(id));
    EXPECT_TRUE(tests::eventually(loop_, [&] { return !engine().exists(id); }));
    EXPECT_TRUE(lockout_.requests.empty());
}

protocol::StepResponse waiting() {
    return {protocol::StepWait{{"push.look", {}}, base::Milliseconds(10'000)}, {}, {}, {}, {}};
}

TEST_F(ADialog, WaitsFiveMinutesForWhatHappensElsewhereWhenItsStepAsksToBePolledEveryTenSeconds) {
    FakeStep& push = add_step("push", config::Proof::possession);
    push.will_say(waiting());
    const DialogId id = *begin("anna").dialog;
    Turn turn = answer(id, {canary::password});
    for (int poll = 0; poll < 30; ++poll) {
        ASSERT_TRUE(std::holds_alternative<protocol::Wait>(turn));
        clock_.advance(std::chrono::seconds(10));
        push.will_say(poll < 29 ? waiting() : protocol::StepResponse{protocol::StepGrant{}, {}, {}, {}, {}});
        turn = answer(id, {});
    }
    EXPECT_TRUE(is_granted(turn));
}

TEST_F(ADialog, IsRefusedWhenItsStepWaitsForEver) {
    FakeStep& push = add_step("push", config::Proof::possession);
    push.will_say(waiting());
    const DialogId id = *begin("anna").dialog;
    Turn turn = answer(id, {canary::password});
    for (int poll = 0; poll < 61 && std::holds_alternative<protocol::Wait>(turn); ++poll) {
        clock_.advance(std::chrono::seconds(10));
        push.will_say(waiting());
        turn = answer(id, {});
    }
    EXPECT_EQ(refusal(turn), Reason::refused);
    EXPECT_FALSE(engine().exists(id));
}

TEST_F(ADialog, IsJudgedAndRecordedThoughItsCallerLeftInBetween) {
    const DialogId id = *begin("anna").dialog;
    const auto judged = start(engine().answer(id, ":1.1", answers({canary::wrong_password})));
    engine().forget_caller(":1.1");
    EXPECT_FALSE(engine().exists(id));
    EXPECT_EQ(refusal(end_of(judged)), Reason::refused);
    EXPECT_EQ(counters("anna").account.consecutive, 1U);
    EXPECT_EQ(records().size(), 1U);
}

TEST_F(ADialog, CannotBeCancelledOutOfBeingCounted) {
    const DialogId id = *begin("anna").dialog;
    const auto judged = start(engine().answer(id, ":1.1", answers({canary::wrong_password})));
    engine().cancel(id, ":1.1");
    (void)end_of(judged);
    EXPECT_EQ(counters("anna").account.consecutive, 1U);
}

TEST_F(ADialog, EndsWithItsCallerAndNotWithAnother) {
    const DialogId mine = *begin("anna", root(":1.1")).dialog;
    const DialogId theirs = *begin("anna", root(":1.2")).dialog;
    engine().forget_caller(":1.1");
    EXPECT_FALSE(engine().exists(mine));
    EXPECT_TRUE(engine().exists(theirs));
}

TEST_F(ADialog, IsOneTooManyAboveTheLimitOfItsCaller) {
    for (std::size_t i = 0; i < limits::conversations_per_caller; ++i) {
        ASSERT_TRUE(begin("anna").dialog.has_value());
    }
    EXPECT_EQ(kind_of(engine().begin("login", "anna", root(), {})), Kind::limited);
    EXPECT_TRUE(begin("anna", root(":1.2")).dialog.has_value());
}

TEST_F(ADialog, CountsAgainstTheLimitWhileItIsBegun) {
    std::vector<Started<Begun>> attempts;
    for (std::size_t i = 0; i < limits::conversations_per_caller; ++i) {
        attempts.push_back(
            start(engine().begin("login", "person" + std::to_string(i), root(), answers({canary::wrong_password}))));
    }
    EXPECT_EQ(kind_of(engine().begin("login", "anna", root(), {})), Kind::limited);
    for (const auto& attempt : attempts) {
        EXPECT_EQ(end_of(attempt).dialog, std::nullopt);
    }
    EXPECT_TRUE(begin("anna").dialog.has_value());
}

TEST_F(ADialog, IsNotKeptForACallerWhoLeftWhileItWasBegun) {
    FakeStep& step = add_step("riddle", config::Proof::challenge);
    step.will_say({protocol::StepAsk{{{protocol::PromptStyle::visible, "sum", {"refused", {}}}}}, {}, {}, {}, {}});
    const auto begun = start(engine().begin("login", "anna", root(), answers({canary::password})));
    engine().forget_caller(":1.1");
    EXPECT_EQ(end_of(begun).dialog, std::nullopt);
}

TEST_F(ADialog, LeavesNothingBehindWhenItsFirstAnswerCannotBeJudged) {
    lockout_.hold();
    const auto first = start(engine().begin("login", "anna", root(), answers({canary::password})));
    const auto second = start(engine().begin("login", "anna", user(anna.value), answers({canary::password})));
    store_->write_now([](store::WriteTxn& txn) { store::AccountsTable::erase(txn, anna); });
    lockout_.let_go();
    (void)end_of(first);
    EXPECT_EQ(kind_thrown_by([&] { (void)end_of(second); }), Kind::not_found);
    add(bert, "bert", "");
    for (std::size_t i = 0; i < limits::conversations_per_caller; ++i) {
        ASSERT_TRUE(begin("bert", root(":1.9")).dialog.has_value());
    }
}

} // namespace
} // namespace loquet::conversation
