// SPDX-License-Identifier: LGPL-2.1-or-later
// What the lockout service keeps in memory for an attempt, where the store does not give all of it.
#include "daemon/conversation/lock_keeper.h"
#include "daemon/store/counters_table.h"
#include "daemon/store/tables.h"
#include "tests/unit/daemon/conversation/conversation_fixture.h"

#include <array>
#include <string>

namespace loquet::conversation {
namespace {

class ALockKeeper : public ConversationFixture {
protected:
    [[nodiscard]] Attempt attempt(const std::string& place = "desk") const {
        return {store_->digest(store::DigestKind::name, "anna"), false,
                store_->digest(store::DigestKind::place, place)};
    }
    /// What stands in the store for the place is no record.
    void damage_seat() {
        const std::array<std::uint8_t, 40> garbage{};
        store_->write_now([&, place = attempt().place](store::WriteTxn& txn) {
            txn.put_raw(store::Table::places, store::Key(place), garbage);
        });
    }

    LockKeeper keeper_{not_owned(lockout_), *store_, steady_, clock_, loop_};
};

TEST_F(ALockKeeper, KeepsNothingOfAnAttemptWhoseCountersCannotBeRead) {
    damage_seat();
    EXPECT_EQ(kind_thrown_by([&] { const LockKeeper::Hold hold(keeper_, attempt()); }), Kind::corrupt);
    EXPECT_FALSE(keeper_.left_over().has_value()) << "as it has counters that the store has";
    store_->write_now([&](store::WriteTxn& txn) {
        model::AttemptCounters counters;
        counters.account.consecutive = 3;
        store::CountersTable::put_attempts(txn, attempt().identity, store::CountersTable::Whose::account, counters);
    });
    const LockKeeper::Hold hold(keeper_, attempt("elsewhere"));
    EXPECT_EQ(keeper_.counters(hold).account.consecutive, 3U) << "read anew, and not what was held before";
}

TEST_F(ALockKeeper, ForgetsAnAttemptThatChangedNothing) {
    {
        const LockKeeper::Hold first(keeper_, attempt());
        const LockKeeper::Hold second(keeper_, attempt());
    }
    EXPECT_FALSE(keeper_.left_over().has_value());
}

} // namespace
} // namespace loquet::conversation
