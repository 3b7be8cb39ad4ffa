// SPDX-License-Identifier: LGPL-2.1-or-later
// A step that waits for what happens elsewhere is polled: that costs nobody anything until it says something else.
#include "tests/unit/daemon/conversation/conversation_fixture.h"

#include <gmock/gmock.h>

#include <utility>

namespace loquet::conversation {
namespace {

using protocol::LockoutEvent;
using testing::IsEmpty;
using testing::SizeIs;

class AStepThatWaits : public ConversationFixture {
protected:
    AStepThatWaits() {
        settings_.flows.front() = config::flow_of_steps("login", {});
        step_ = &add_step("push", config::Proof::possession);
    }
    static protocol::StepResponse waiting() {
        return {protocol::StepWait{{"refused", {}}, base::Milliseconds(500)}, {}, {}, {}, {}};
    }
    DialogId wait_for_anna() {
        step_->will_say(waiting());
        const Begun begun = begin("anna");
        EXPECT_TRUE(std::holds_alternative<protocol::Wait>(begun.turn));
        lockout_.requests.clear();
        return *begun.dialog;
    }
    Turn poll(DialogId id, protocol::StepResponse says) {
        step_->will_say(std::move(says));
        return answer(id, {});
    }
    void lock_anna() {
        lockout_.policy = [](const protocol::JudgeRequest& request) {
            protocol::Judgement judgement = judge_strictly(request);
            judgement.verdict = protocol::Verdict::locked;
            judgement.until = request.now + std::chrono::minutes(5);
            judgement.reason = "too-many-failures";
            return judgement;
        };
    }

    FakeStep* step_ = nullptr;
};

TEST_F(AStepThatWaits, AsksThePolicyNothingAndWritesNothingWhileItIsPolled) {
    const DialogId id = wait_for_anna();
    const auto before = commits();
    for (int n = 0; n < 10; ++n) {
        EXPECT_TRUE(std::holds_alternative<protocol::Wait>(poll(id, waiting())));
    }
    EXPECT_THAT(lockout_.requests, IsEmpty());
    EXPECT_EQ(commits(), before);
}

TEST_F(AStepThatWaits, IsPolledWhileAnotherDialogOfTheAccountIsJudged) {
    const DialogId id = wait_for_anna();
    const DialogId other = wait_for_anna();
    lockout_.hold();
    step_->will_say(says_no());
    auto judged = start(engine().answer(other, ":1.1", {}));
    ASSERT_TRUE(tests::eventually(loop_, [&] { return lockout_.is_asked(); }));
    auto promise = lockout_.keep_held();
    EXPECT_TRUE(std::holds_alternative<protocol::Wait>(poll(id, waiting()))) << "it needs no permit";
    promise.set();
    EXPECT_EQ(refusal(end_of(judged)), Reason::refused);
}

TEST_F(AStepThatWaits, DoesNotStopAnotherDialogOfTheAccountWhileItIsPolled) {
    const DialogId id = wait_for_anna();
    const DialogId other = wait_for_anna();
    step_->hold();
    step_->will_say(waiting());
    auto polled = start(engine().answer(id, ":1.1", {}));
    auto promise = step_->keep_held();
    // Who was held takes the last of what the step will say.
    step_->responses.push_front(says_yes());
    EXPECT_TRUE(is_granted(answer(other, {})));
    promise.set();
    EXPECT_TRUE(std::holds_alternative<protocol::Wait>(end_of(polled)));
}

TEST_F(AStepThatWaits, LetsSomebodyInOnceItGrants) {
    const DialogId id = wait_for_anna();
    EXPECT_TRUE(is_granted(poll(id, says_yes())));
    EXPECT_EQ(lockout_.heard(LockoutEvent::succeeded), 1U);
    EXPECT_TRUE(records().back().granted);
}

TEST_F(AStepThatWaits, CountsAFailureOnceItDenies) {
    const DialogId id = wait_for_anna();
    EXPECT_EQ(refusal(poll(id, says_no())), Reason::refused);
    EXPECT_EQ(counters("anna").account.consecutive, 1U);
    EXPECT_EQ(records().back().detail, "push-wrong");
}

TEST_F(AStepThatWaits, MayAskInTheEnd) {
    const DialogId id = wait_for_anna();
    const Turn turn =
        poll(id, {protocol::StepAsk{{{protocol::PromptStyle::visible, "code", {"refused", {}}}}}, {}, {}, {}, {}});
    EXPECT_EQ(asked(turn), std::vector<std::string>{"push.code"});
    step_->will_say(says_yes());
    EXPECT_TRUE(is_granted(answer(id, {"7"})));
}

TEST_F(AStepThatWaits, IsRefusedAndCountedBehindALockThatCameMeanwhileAndIsAskedOnce) {
    const DialogId id = wait_for_anna();
    lock_anna();
    const auto asked_before = step_->requests.size();
    EXPECT_EQ(refusal(poll(id, says_yes())), Reason::refused);
    EXPECT_THAT(step_->requests, SizeIs(asked_before + 1));
    EXPECT_EQ(lockout_.requests.front().event, LockoutEvent::before);
    EXPECT_EQ(lockout_.heard(LockoutEvent::refused), 1U);
    EXPECT_EQ(records().back().detail, "locked: too-many-failures");
}

TEST_F(AStepThatWaits, LetsNobodyIntoAnAccountThatWasDisabledMeanwhile) {
    const DialogId id = wait_for_anna();
    set(anna, [](model::PrivateAccount& account) { account.state = model::AccountState::disabled; });
    EXPECT_EQ(refusal(poll(id, says_yes())), Reason::refused);
    EXPECT_EQ(records().back().detail, "account-disabled");
}

TEST_F(AStepThatWaits, KeepsWhatItSaidUntilThereIsRoomInFrontOfTheAccount) {
    const DialogId id = wait_for_anna();
    std::vector<std::pair<DialogId, std::string>> waiting_dialogs;
    for (std::size_t n = 0; n <= limits::waiting_per_account / 2; ++n) {
        const std::string sender = ":2." + std::to_string(n); // each may have a few dialogs only
        step_->will_say(waiting());
        waiting_dialogs.emplace_back(*begin("anna", root(sender)).dialog, sender);
    }
    lockout_.hold();
    std::vector<Started<Turn>> queued;
    for (const auto& [other, sender] : waiting_dialogs) {
        step_->will_say(says_no());
        queued.push_back(start(engine().answer(other, sender, {})));
    }
    ASSERT_TRUE(lockout_.is_asked());
    step_->will_say(says_yes());
    const auto asked_before = step_->requests.size();
    EXPECT_TRUE(std::holds_alternative<protocol::Wait>(done(engine().answer(id, ":1.1", {})))) << "too many are queued";
    EXPECT_THAT(step_->requests, SizeIs(asked_before + 1));
    lockout_.policy = [](const protocol::JudgeRequest& request) {
        protocol::Judgement judgement;
        judgement.verdict = protocol::Verdict::allow;
        judgement.counters = request.counters;
        return judgement;
    };
    lockout_.let_go();
    for (const auto& one : queued) {
        (void)end_of(one);
    }
    EXPECT_TRUE(is_granted(answer(id, {}))) << "of which the step is not asked again";
    EXPECT_THAT(step_->requests, SizeIs(asked_before + 1));
}

TEST_F(AStepThatWaits, IsCountedOnceItHasDeniedThoughItsCallerLeaves) {
    const DialogId id = wait_for_anna();
    lockout_.hold();
    step_->will_say(says_no());
    auto polled = start(engine().answer(id, ":1.1", {}));
    ASSERT_TRUE(tests::eventually(loop_, [&] { return lockout_.is_asked(); }));
    engine().forget_caller(":1.1");
    lockout_.let_go();
    EXPECT_TRUE(tests::eventually(loop_, [&] { return counters("anna").account.consecutive == 1; }));
}

TEST_F(AStepThatWaits, KeepsItsStateWhileItWaitsForEveryNameAlike) {
    step_->will_say(waiting());
    const DialogId of_nobody = *begin("nobody").dialog;
    const DialogId id = wait_for_anna();
    std::vector<std::uint64_t> cost;
    for (const DialogId each : {id, of_nobody}) {
        protocol::StepResponse keeps = waiting();
        keeps.account_state = base::SecureBytes{1, 2, 3};
        const auto before = commits();
        EXPECT_TRUE(std::holds_alternative<protocol::Wait>(poll(each, std::move(keeps))));
        cost.push_back(commits() - before);
    }
    EXPECT_EQ(cost, (std::vector<std::uint64_t>{1, 1}));
    EXPECT_THAT(lockout_.requests, IsEmpty());
    EXPECT_TRUE(store_->read([](const store::ReadTxn& txn) { return store::StepsTable::get(txn, anna, "push"); }));
}

/// One dialog of the account is polled while the state of its step is written by somebody else.
class AStepInTwoDialogs : public AStepThatWaits {
protected:
    static protocol::StepResponse keeping(protocol::StepResponse response, base::SecureBytes state) {
        response.account_state = std::move(state);
        return response;
    }
    /// The step has the state of now in hand, and answers once the promise is kept.
    Started<Turn> poll_slowly(DialogId id) {
        step_->hold();
        auto polled = start(engine().answer(id, ":1.1", {}));
        promise_.emplace(step_->keep_held());
        return polled;
    }
    /// What the step says of the state that it had in hand, and what it says where it is asked again.
    Turn let_it_say(const Started<Turn>& polled, protocol::StepResponse stale, protocol::StepResponse again) {
        step_->will_say(std::move(stale));
        step_->will_say(std::move(again));
        promise_->set();
        return end_of(polled);
    }
    void write_in(DialogId other, base::SecureBytes state) {
        step_->responses.push_front(keeping(waiting(), std::move(state)));
        EXPECT_TRUE(std::holds_alternative<protocol::Wait>(answer(other, {})));
    }
    [[nodiscard]] std::optional<base::SecureBytes> state() const {
        return store_->read([](const store::ReadTxn& txn) { return store::StepsTable::get(txn, anna, "push"); });
    }

    std::optional<base::Promise<void>> promise_;
};

TEST_F(AStepInTwoDialogs, LosesNothingOfWhatAnotherDialogKeptMeanwhile) {
    const DialogId id = wait_for_anna();
    const DialogId other = wait_for_anna();
    const auto polled = poll_slowly(id);
    write_in(other, {1});
    const Turn turn = let_it_say(polled, keeping(waiting(), {2}), keeping(waiting(), {1, 2}));
    EXPECT_TRUE(std::holds_alternative<protocol::Wait>(turn));
    EXPECT_EQ(step_->requests.back().account_state, base::SecureBytes{1}) << "it is asked again, with what is kept now";
    EXPECT_EQ(state(), (base::SecureBytes{1, 2}));
}

TEST_F(AStepInTwoDialogs, IsJudgedByWhatItSaysOfTheStateThatIsKept) {
    const DialogId id = wait_for_anna();
    const DialogId other = wait_for_anna();
    const auto polled = poll_slowly(id);
    write_in(other, {1});
    EXPECT_EQ(refusal(let_it_say(polled, keeping(says_yes(), {2}), says_no())), Reason::refused);
    EXPECT_EQ(counters("anna").account.consecutive, 1U) << "the policy hears of what counts";
    EXPECT_EQ(lockout_.heard(LockoutEvent::failed), 1U);
    EXPECT_EQ(state(), base::SecureBytes{1});
}

TEST_F(AStepInTwoDialogs, GrantsByWhatItSaysOfTheStateThatIsKept) {
    const DialogId id = wait_for_anna();
    const DialogId other = wait_for_anna();
    const auto polled = poll_slowly(id);
    write_in(other, {1});
    EXPECT_TRUE(is_granted(let_it_say(polled, keeping(waiting(), {2}), keeping(says_yes(), {3}))));
    EXPECT_EQ(lockout_.heard(LockoutEvent::before), 1U);
    EXPECT_EQ(lockout_.heard(LockoutEvent::succeeded), 1U);
    EXPECT_EQ(state(), base::SecureBytes{3});
}

TEST_F(AStepInTwoDialogs, ForgetsOfItsDialogWhatItSaidOfAnotherState) {
    const DialogId id = wait_for_anna();
    const DialogId other = wait_for_anna();
    protocol::StepResponse notes = waiting();
    notes.dialog_state = base::SecureBytes{7};
    EXPECT_TRUE(std::holds_alternative<protocol::Wait>(poll(id, std::move(notes))));
    const auto polled = poll_slowly(id);
    write_in(other, {1});
    protocol::StepResponse stale = keeping(waiting(), {2});
    stale.dialog_state = base::SecureBytes{8};
    (void)let_it_say(polled, std::move(stale), waiting());
    EXPECT_EQ(step_->requests.back().dialog_state, base::SecureBytes{7});
}

TEST_F(AStepInTwoDialogs, KeepsNothingOfAFactorThatTheHelpdeskRemovedMeanwhile) {
    const DialogId id = wait_for_anna();
    write_in(id, {1});
    const auto polled = poll_slowly(id);
    store_->write_now([](store::WriteTxn& txn) { store::StepsTable::erase(txn, anna, "push"); });
    EXPECT_EQ(refusal(let_it_say(polled, keeping(says_yes(), {2}), says_no())), Reason::refused);
    EXPECT_EQ(state(), std::nullopt);
}

TEST_F(AStepInTwoDialogs, IsAskedOnceWhereNobodyElseWroteItsState) {
    const DialogId id = wait_for_anna();
    write_in(id, {1});
    const auto asked_before = step_->requests.size();
    EXPECT_TRUE(is_granted(poll(id, keeping(says_yes(), {2}))));
    EXPECT_THAT(step_->requests, SizeIs(asked_before + 1));
    EXPECT_EQ(state(), base::SecureBytes{2});
}

TEST_F(AStepThatWaits, IsRecordedWhereWhatItWaitsForNeverComes) {
    const DialogId id = wait_for_anna();
    clock_.advance(limits::longest_wait + base::Milliseconds(1));
    EXPECT_EQ(refusal(answer(id, {})), Reason::refused);
    EXPECT_FALSE(engine().exists(id));
    EXPECT_EQ(records().back().detail, "waited-in-vain: push");
}

} // namespace
} // namespace loquet::conversation
