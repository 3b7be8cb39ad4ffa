// SPDX-License-Identifier: LGPL-2.1-or-later
// What the lockout service keeps in memory for an attempt, where the store does not give all of it.
#include "daemon/conversation/lockout_service.h"
#include "daemon/store/counters_table.h"
#include "daemon/store/tables.h"
#include "tests/unit/daemon/conversation/conversation_fixture.h"

#include <array>
#include <string>

namespace loquet::conversation {
namespace {

class ALockoutService : public ConversationFixture {
protected:
    [[nodiscard]] AttemptKey attempt(const std::string& place = "desk") const {
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

    LockoutService keeper_{not_owned(lockout_), *store_, steady_, clock_, loop_};
};

TEST_F(ALockoutService, KeepsNothingOfAnAttemptWhoseCountersCannotBeRead) {
    damage_seat();
    EXPECT_EQ(kind_thrown_by([&] { const LockoutService::CounterLease hold(keeper_, attempt()); }), Kind::corrupt);
    EXPECT_FALSE(keeper_.unsaved().has_value()) << "as it has counters that the store has";
    store_->write_now([&](store::WriteTxn& txn) {
        model::AttemptCounters counters;
        counters.account.consecutive = 3;
        store::CountersTable::put_attempts(txn, attempt().identity, store::CountersTable::Whose::account, counters);
    });
    const LockoutService::CounterLease hold(keeper_, attempt("elsewhere"));
    EXPECT_EQ(keeper_.counters(hold).account.consecutive, 3U) << "read anew, and not what was held before";
}

TEST_F(ALockoutService, ForgetsAnAttemptThatChangedNothing) {
    {
        const LockoutService::CounterLease first(keeper_, attempt());
        const LockoutService::CounterLease second(keeper_, attempt());
    }
    EXPECT_FALSE(keeper_.unsaved().has_value());
}

} // namespace
} // namespace loquet::conversation
