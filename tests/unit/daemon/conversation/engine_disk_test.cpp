// SPDX-License-Identifier: LGPL-2.1-or-later
// A disk that refuses: nobody is kept out by it, and nobody gets tries for free.
#include "lib/base/limits.h"
#include "tests/unit/daemon/conversation/conversation_fixture.h"
#include "tests/unit/daemon/conversation/refusing_disk.h"

namespace loquet::conversation {
namespace {

class AnAttemptOnARefusingDisk : public ConversationFixture {
protected:
    /// As the daemon does: what was left is saved when the disk takes writes again.
    void save_when_writable() {
        store_changes_ = store_->on<store::WritabilityChanged>([this](const auto& change) {
            if (change.writable()) {
                engine().save_unsaved();
            }
        });
    }

private:
    store::Subscription store_changes_;
};

TEST_F(AnAttemptOnARefusingDisk, IsGrantedToTheRightPassword) {
    const RefusingDisk refusing;
    EXPECT_TRUE(is_granted(log_in("anna", canary::password)));
    EXPECT_EQ(private_part(anna).last_login, base::Milliseconds(0));
}

TEST_F(AnAttemptOnARefusingDisk, IsCountedInMemoryAndDurablyOnceTheDiskTakesIt) {
    save_when_writable();
    {
        const RefusingDisk refusing;
        for (int i = 0; i < 3; ++i) {
            (void)log_in("anna", canary::wrong_password);
        }
        EXPECT_EQ(counters("anna").account, model::Counter{});
        EXPECT_EQ(refusal(log_in("anna", canary::password)), Reason::refused);
    }
    EXPECT_TRUE(tests::eventually(loop_, [&] { return counters("anna").account.locked_until > 0; }));
}

TEST_F(AnAttemptOnARefusingDisk, IsNotGrantedWhereAStepsStateCannotBeKept) {
    settings_.flows.front() = config::flow_of_steps("login", {});
    FakeStep& step = add_step("code", config::Proof::possession);
    step.will_say({protocol::StepAsk{{{protocol::PromptStyle::visible, "code", {"refused", {}}}}}, {}, {}, {}, {}});
    step.will_say({protocol::StepGrant{}, base::SecureBytes{1, 2, 3}, {}, {}, {}});
    const DialogId id = *begin("anna").dialog;
    const RefusingDisk refusing;
    EXPECT_EQ(refusal(answer(id, {"123456"})), Reason::unavailable);
}

TEST_F(AnAttemptOnARefusingDisk, EndsWhereAStepThatGoesOnCannotKeepItsState) {
    settings_.flows.front() = config::flow_of_steps("login", {});
    FakeStep& step = add_step("code", config::Proof::possession);
    const protocol::StepAsk ask{{{protocol::PromptStyle::visible, "code", {"refused", {}}}}};
    step.will_say({ask, {}, {}, {}, {}});
    step.will_say({ask, base::SecureBytes{1, 2, 3}, {}, {}, {}});
    const DialogId id = *begin("anna").dialog;
    const RefusingDisk refusing;
    EXPECT_EQ(refusal(answer(id, {"123456"})), Reason::unavailable);
    EXPECT_FALSE(engine().exists(id));
}

/// A login that proves a password and then a code, whose plugin keeps something of the account.
class AnAttemptWhoseStepWrites : public AnAttemptOnARefusingDisk {
protected:
    AnAttemptWhoseStepWrites() : step_(add_step("code", config::Proof::possession)) {}
    /// What the code's step keeps when it grants.
    DialogId reach_the_code(std::size_t state_bytes) {
        step_.will_say(
            {protocol::StepAsk{{{protocol::PromptStyle::visible, "code", {"refused", {}}}}}, {}, {}, {}, {}});
        step_.will_say({protocol::StepGrant{}, base::SecureBytes(state_bytes), {}, {}, {}});
        const DialogId id = *begin("anna").dialog;
        EXPECT_EQ(asked(answer(id, {canary::password})), std::vector<std::string>{"code.code"});
        return id;
    }
    void fail_twice() {
        for (int i = 0; i < 2; ++i) {
            EXPECT_EQ(refusal(log_in("anna", canary::wrong_password)), Reason::refused);
        }
    }

    FakeStep& step_;
};

TEST_F(AnAttemptWhoseStepWrites, IsCountedAndRecordedWhereOnlyTheStepsPartCannotBeWritten) {
    fail_twice();
    const DialogId id = reach_the_code(limits::plugin_state_bytes + 1);
    const auto before = records().size();
    EXPECT_EQ(refusal(answer(id, {"123456"})), Reason::unavailable);
    ASSERT_EQ(records().size(), before + 1);
    EXPECT_FALSE(records().back().granted);
    EXPECT_EQ(records().back().detail, "unavailable");
}

TEST_F(AnAttemptWhoseStepWrites, ForgivesNothingWhereItsSuccessIsNotDurable) {
    fail_twice();
    const DialogId id = reach_the_code(3);
    {
        const RefusingDisk refusing;
        EXPECT_EQ(refusal(answer(id, {"123456"})), Reason::unavailable);
    }
    EXPECT_EQ(refusal(log_in("anna", canary::wrong_password)), Reason::refused);
    EXPECT_GT(counters("anna").account.locked_until, 0) << "it was the third in a row";
}

TEST_F(AnAttemptWhoseStepWrites, ForgivesTheFailuresWhereItIsDurable) {
    fail_twice();
    EXPECT_TRUE(is_granted(answer(reach_the_code(3), {"123456"})));
    EXPECT_EQ(refusal(log_in("anna", canary::wrong_password)), Reason::refused);
    EXPECT_EQ(counters("anna").account.locked_until, 0);
}

TEST_F(AnAttemptOnARefusingDisk, IsAnnouncedAsALockOnlyWhereTheLockIsDurable) {
    add(bert, "bert", canary::password);
    int announced = 0;
    engine().on_locked = [&](model::Uid, base::Milliseconds, const std::string&) { ++announced; };
    {
        const RefusingDisk refusing;
        for (int i = 0; i < 3; ++i) {
            (void)log_in("anna", canary::wrong_password);
        }
        EXPECT_EQ(announced, 0);
    }
    for (int i = 0; i < 3; ++i) {
        (void)log_in("bert", canary::wrong_password);
    }
    EXPECT_EQ(announced, 1);
}

TEST_F(AnAttemptOnARefusingDisk, DoesNotComeBackOverAnUnlockThatFoundTheDiskMended) {
    save_when_writable();
    std::optional<RefusingDisk> refusing(std::in_place);
    for (int i = 0; i < 3; ++i) {
        (void)log_in("anna", canary::wrong_password);
    }
    const auto unlock = [this, &refusing]() -> base::Task<void> {
        refusing.reset();
        auto writing = store_->write([](store::WriteTxn& txn) {
            store::CountersTable::erase_attempts(txn, txn.digest(store::DigestKind::name, "anna"));
        });
        co_await writing;
    };
    done(engine().with_account_still(anna, unlock));
    auto one_more = store_->write([](store::WriteTxn&) {}); // behind all that was left over
    EXPECT_TRUE(tests::eventually(loop_, [&] { return one_more.settled(); }));
    EXPECT_EQ(counters("anna").account.locked_until, 0);
    EXPECT_TRUE(is_granted(log_in("anna", canary::password)));
}

} // namespace
} // namespace loquet::conversation
