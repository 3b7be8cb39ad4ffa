// SPDX-License-Identifier: LGPL-2.1-or-later
// Guessing: what the policy is asked, what a lock means, and that racing gains nothing.
#include "lib/base/limits.h"
#include "tests/unit/daemon/conversation/conversation_fixture.h"

#include <chrono>

namespace loquet::conversation {
namespace {

using protocol::LockoutEvent;
using protocol::Verdict;
using store::CountersTable;

class AGuesser : public ConversationFixture {
protected:
    void lock_anna() {
        for (int i = 0; i < 3; ++i) {
            (void)log_in("anna", canary::wrong_password);
        }
        ASSERT_EQ(counters("anna").account.locked_until, clock_.wall().count() + 20 * 60'000);
    }
};

TEST_F(AGuesser, T14_GetsTheSameTurnForTheRightPasswordBehindALock) {
    const Turn wrong = log_in("anna", canary::wrong_password);
    lock_anna();
    const int before = hashes_computed();
    EXPECT_EQ(log_in("anna", canary::password), wrong);
    EXPECT_EQ(hashes_computed() - before, 1); // T15: and the same work
    clock_.advance(std::chrono::minutes(20));
    EXPECT_TRUE(is_granted(log_in("anna", canary::password)));
}

TEST_F(AGuesser, IsToldOfTheLockWhereTheProfileDisclosesIt) {
    settings_.disclose = {Reason::locked};
    lock_anna();
    const Turn turn = log_in("anna", canary::password);
    ASSERT_EQ(refusal(turn), Reason::locked);
    EXPECT_EQ(std::get<Denied>(turn).retry_after, std::chrono::minutes(20));
    EXPECT_NE(texts_of(turn).front().find("20"), std::string::npos);
}

TEST_F(AGuesser, IsReportedOnceTheLockIsDurable) {
    std::vector<base::Milliseconds> locks;
    engine().on_locked = [&](model::Uid uid, base::Milliseconds until, const std::string& /*reason*/) {
        EXPECT_EQ(uid, anna);
        EXPECT_GT(counters("anna").account.locked_until, 0);
        locks.push_back(until);
    };
    lock_anna();
    (void)log_in("anna", canary::password);
    EXPECT_EQ(locks, std::vector<base::Milliseconds>{clock_.wall() + std::chrono::minutes(20)});
}

TEST_F(AGuesser, WhoHitsANameThatNobodyHasLocksItWithoutAReport) {
    engine().on_locked = [](model::Uid, base::Milliseconds, const std::string&) { FAIL() << "nobody is locked"; };
    for (int i = 0; i < 3; ++i) {
        (void)log_in("nobody", canary::wrong_password);
    }
    EXPECT_GT(counters("nobody").account.locked_until, 0);
}

TEST_F(AGuesser, T9_GetsExactlyTheAllowedTriesOutOfSixtyFourAtOnce) {
    std::vector<Started<Begun>> attempts;
    for (int i = 0; i < 64; ++i) {
        attempts.push_back(start(engine().begin("login", "anna", root(), answers({canary::wrong_password}))));
    }
    for (const auto& attempt : attempts) {
        EXPECT_EQ(refusal(end_of(attempt).turn), Reason::refused);
    }
    EXPECT_EQ(lockout_.heard(LockoutEvent::failed), 3U);
    std::size_t wrong = 0;
    for (const model::AuditEvent& record : records()) {
        wrong += record.detail == "wrong-password" ? 1 : 0;
    }
    EXPECT_EQ(wrong, 3U);
    EXPECT_TRUE(refusal(log_in("anna", canary::password)).has_value());
}

TEST_F(AGuesser, IsJudgedByWhatThePolicyWasAskedWhileTheHashWasMade) {
    (void)log_in("anna", canary::wrong_password);
    ASSERT_EQ(lockout_.requests.size(), 4U) << "the last one is what others would meet, for the helpdesk";
    EXPECT_EQ(lockout_.requests[0].event, LockoutEvent::before);
    EXPECT_EQ(lockout_.heard(LockoutEvent::failed), 1U);
    EXPECT_EQ(lockout_.heard(LockoutEvent::succeeded), 1U);
    EXPECT_EQ(counters("anna").account.consecutive, 1U);
    EXPECT_EQ(counters("anna").account.last_success, 0);
}

TEST_F(AGuesser, T15_BehindALockCausesAsManyQuestionsToThePolicy) {
    lock_anna();
    lockout_.requests.clear();
    (void)log_in("anna", canary::password);
    EXPECT_EQ(lockout_.requests.size(), 4U) << "as many as a wrong answer causes";
    EXPECT_EQ(lockout_.heard(LockoutEvent::before), 3U);
    EXPECT_EQ(lockout_.heard(LockoutEvent::refused), 1U);
}

TEST_F(AGuesser, IsCountedOnTopOfThoseWhoFailedAtThePlaceMeanwhile) {
    settings_.flows.front() = config::flow_of_steps("login", {});
    FakeStep& riddle = add_step("riddle", config::Proof::knowledge);
    add(bert, "bert", canary::password);
    const protocol::StepResponse question{
        protocol::StepAsk{{{protocol::PromptStyle::visible, "sum", {"arithmetic.question", {}}}}}, {}, {}, {}, {}};
    riddle.will_say(question);
    riddle.will_say(question);
    const Begun by_anna = begin("anna", root(":1.1"));
    const Begun by_bert = begin("bert", root(":1.2"));
    riddle.will_say({protocol::StepDeny{}, {}, {}, {}, {}});
    riddle.will_say({protocol::StepDeny{}, {}, {}, {}, {}});
    riddle.hold();
    const auto slow = start(engine().answer(*by_anna.dialog, ":1.1", answers({"1"})));
    ASSERT_TRUE(tests::eventually(loop_, [&] { return lockout_.heard(LockoutEvent::failed) == 1; }));
    base::Promise<void> annas = riddle.keep_held();
    EXPECT_EQ(refusal(answer(*by_bert.dialog, {"1"}, ":1.2")), Reason::refused);
    annas.set();
    EXPECT_EQ(refusal(end_of(slow)), Reason::refused);
    const model::Counter site = store_->read([](const store::ReadTxn& txn) { return CountersTable::site(txn); });
    EXPECT_EQ(site.consecutive, 2U);
    EXPECT_EQ(counters("anna").account.consecutive, 1U);
}

TEST_F(AGuesser, WaitsOutAGrowingDelayAndIsThenJudged) {
    lockout_.policy = [](const protocol::JudgeRequest& request) {
        protocol::Judgement judgement = judge_strictly(request);
        if (request.event == LockoutEvent::before) {
            judgement.verdict = Verdict::delay;
            judgement.until = request.now + base::Milliseconds(50);
        }
        return judgement;
    };
    const auto asked_at = std::chrono::steady_clock::now();
    EXPECT_TRUE(is_granted(log_in("anna", canary::password)));
    EXPECT_GE(std::chrono::steady_clock::now() - asked_at, base::Milliseconds(50));
}

TEST_F(AGuesser, IsRefusedAtOnceWhereTheDelayIsLongerThanAnAnswerIsHeld) {
    base::Milliseconds wait = limits::longest_held_answer + base::Milliseconds(1);
    lockout_.policy = [&](const protocol::JudgeRequest& request) {
        protocol::Judgement judgement = judge_strictly(request);
        judgement.verdict = Verdict::delay;
        judgement.until = request.now + wait;
        return judgement;
    };
    EXPECT_EQ(refusal(log_in("anna", canary::password)), Reason::refused);
    EXPECT_TRUE(records().back().detail.starts_with("locked: "));
    EXPECT_EQ(lockout_.heard(LockoutEvent::failed), 0U);
}

TEST_F(AGuesser, FacesTheBuiltInPolicyWhileThePluginIsDead) {
    lockout_.dead = true;
    lock_anna();
    EXPECT_TRUE(engine().on_fallback());
    EXPECT_EQ(refusal(log_in("anna", canary::password)), Reason::refused);
    lockout_.dead = false;
    EXPECT_EQ(refusal(log_in("anna", canary::password)), Reason::refused);
    EXPECT_FALSE(engine().on_fallback());
}

TEST_F(AGuesser, T27_GainsNothingBySettingTheClockBack) {
    lock_anna();
    const auto locked_until = counters("anna").account.locked_until;
    clock_.set_wall_by(-std::chrono::hours(24));
    EXPECT_EQ(refusal(log_in("anna", canary::password)), Reason::refused);
    EXPECT_EQ(counters("anna").account.locked_until, locked_until);
    clock_.advance(std::chrono::minutes(19));
    EXPECT_EQ(refusal(log_in("anna", canary::password)), Reason::refused);
    clock_.advance(std::chrono::minutes(1));
    EXPECT_TRUE(is_granted(log_in("anna", canary::password)));
}

TEST_F(AGuesser, IsLetInAfterTheHelpdesksUnlock) {
    lock_anna();
    const auto unlock = [this]() -> base::Task<void> {
        auto writing = store_->write([](store::WriteTxn& txn) {
            store::CountersTable::erase_attempts(txn, txn.digest(store::DigestKind::name, "anna"));
        });
        co_await writing;
    };
    done(engine().with_account_still(anna, unlock));
    EXPECT_TRUE(is_granted(log_in("anna", canary::password)));
}

TEST_F(AGuesser, DoesNotKeepTheHelpdeskOutByAFlood) {
    lockout_.hold();
    std::vector<Started<Begun>> flood;
    for (std::size_t i = 0; i <= limits::waiting_per_account; ++i) {
        const std::string place = "seat" + std::to_string(i % 4);
        const std::string sender = ":1." + std::to_string(i);
        flood.push_back(start(engine().begin("login", "anna", root(sender, place), answers({canary::wrong_password}))));
    }
    bool changed = false;
    const auto change = [&changed]() -> base::Task<void> {
        changed = true;
        co_return;
    };
    const auto unlocking = start(engine().with_account_still(anna, change));
    lockout_.let_go();
    end_of(unlocking);
    EXPECT_TRUE(changed);
    for (const auto& attempt : flood) {
        (void)end_of(attempt);
    }
}

TEST_F(AGuesser, CannotRunWhileAnAccountIsKeptStill) {
    base::Promise<void> held;
    const auto change = [&held]() -> base::Task<void> {
        auto let_go = held.future();
        co_await let_go;
    };
    const auto keeping = start(engine().with_account_still(anna, change));
    const auto attempt = start(engine().begin("login", "anna", root(), answers({canary::password})));
    loop_.run_once(base::Milliseconds(20));
    EXPECT_TRUE(lockout_.requests.empty());
    held.set();
    end_of(keeping);
    EXPECT_TRUE(is_granted(end_of(attempt).turn));
}

} // namespace
} // namespace loquet::conversation
