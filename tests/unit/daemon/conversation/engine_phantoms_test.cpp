// SPDX-License-Identifier: LGPL-2.1-or-later
// A name that nobody has is counted, locked and unlocked as one that somebody has, in bounded room; and a lock ends by
// itself, so that it does not become a way to keep the owner out.
#include "daemon/store/tables.h"
#include "lib/base/limits.h"
#include "tests/unit/daemon/conversation/conversation_fixture.h"

#include <chrono>
#include <limits>

namespace loquet::conversation {
namespace {

using protocol::Judgement;
using protocol::JudgeRequest;
using protocol::Scope;
using store::CountersTable;

class AName : public ConversationFixture {
protected:
    AName() { settings_.disclose = {Reason::locked}; } // told, so that it can be seen from here

    Reason fail(const std::string& name) { return refusal(log_in(name, canary::wrong_password)).value(); }

    /// What a guesser sees: up to the lock, just before its end, at its end.
    std::vector<Reason> life_of(const std::string& name) {
        std::vector<Reason> seen;
        for (int i = 0; i < 4; ++i) {
            seen.push_back(fail(name));
        }
        clock_.advance(std::chrono::minutes(20) - base::Milliseconds(1));
        seen.push_back(fail(name));
        clock_.advance(base::Milliseconds(1));
        seen.push_back(fail(name));
        return seen;
    }
    /// The owner, 20 minutes after somebody locked the account.
    bool is_let_in_after_the_lock() {
        for (int i = 0; i < 3; ++i) {
            (void)fail("anna");
        }
        EXPECT_EQ(refusal(log_in("anna", canary::password)), Reason::locked);
        clock_.advance(std::chrono::minutes(20));
        return is_granted(log_in("anna", canary::password));
    }
    /// How many of thrice as many names as there is room for side by side are kept.
    std::size_t kept_of_a_flood(CountersTable::Whose whose, store::Table table) {
        store_->write_now([&](store::WriteTxn& txn) {
            for (std::uint8_t i = 0; i < 3 * limits::bucket_slots; ++i) {
                model::Digest unknown;
                unknown.bytes.back() = i;
                model::AttemptCounters failed;
                failed.account.consecutive = 1;
                CountersTable::put_attempts(txn, unknown, whose, failed);
            }
        });
        return store_->read([&](const store::ReadTxn& txn) { return txn.count(table); });
    }
};

TEST_F(AName, T16_ThatNobodyHasIsLockedAndUnlockedAfterTwentyMinutesAsOneThatSomebodyHas) {
    const std::vector<Reason> of_anna = life_of("anna");
    EXPECT_EQ(of_anna, (std::vector<Reason>{Reason::refused, Reason::refused, Reason::refused, Reason::locked,
                                            Reason::locked, Reason::refused}));
    EXPECT_EQ(life_of("nobody"), of_anna);
    EXPECT_EQ(life_of("not a name!"), of_anna);
}

TEST_F(AName, T16_IsLockedForTwentyMinutesAndNotForEver) {
    EXPECT_TRUE(is_let_in_after_the_lock());
}

TEST_F(AName, T16_KeepsItsOwnerOutWhereAPolicyLocksForEver) {
    lockout_.policy = [](const JudgeRequest& request) {
        Judgement judgement = judge_strictly(request);
        auto& account = judgement.counters[Scope::account];
        if (account && account->locked_until > 0) {
            account->locked_until = std::numeric_limits<std::int64_t>::max();
        }
        return judgement;
    };
    EXPECT_FALSE(is_let_in_after_the_lock());
}

TEST_F(AName, T16_ThatNobodyHasTakesBoundedRoom) {
    EXPECT_EQ(kept_of_a_flood(CountersTable::Whose::unknown, store::Table::unknown_names), limits::bucket_slots);
}

TEST_F(AName, T16_ThatNobodyHasTakesRoomWithoutBoundsWhereItIsKeptAsAnAccount) {
    EXPECT_GT(kept_of_a_flood(CountersTable::Whose::account, store::Table::attempts), limits::bucket_slots);
}

TEST_F(AName, T13_ThatNobodyHadLeavesNothingOfItsFailuresToWhoGetsItWhileAnAttemptIsJudged) {
    model::AttemptCounters failed;
    failed.account.consecutive = 100;
    failed.account.disabled = true;
    store_->write_now([&](store::WriteTxn& txn) {
        CountersTable::put_attempts(txn, txn.digest(store::DigestKind::name, "anna"), CountersTable::Whose::unknown,
                                    failed);
    });
    EXPECT_EQ(counters("anna"), model::AttemptCounters{});
    EXPECT_TRUE(is_granted(log_in("anna", canary::password)));
}

} // namespace
} // namespace loquet::conversation
