// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/store/outbox_table.h"
#include "lib/base/limits.h"
#include "tests/unit/daemon/store/store_fixture.h"

#include <gtest/gtest.h>

namespace loquet::store {
namespace {

constexpr base::Milliseconds now{1795420800000};

model::Usage spent(std::uint32_t unproven, base::Milliseconds at = now) {
    model::Usage usage;
    usage.unproven.add(at);
    usage.unproven.by_hour.front() = unproven;
    return usage;
}

/// Digests with the same leading bits share their slots.
model::Digest digest_beside(std::uint8_t number) {
    model::Digest digest;
    digest.bytes.back() = number;
    return digest;
}

class ABudgetsTable : public StoreFixture {
protected:
    void put(std::uint8_t number, const model::Usage& usage) {
        write([&](WriteTxn& txn) { BudgetsTable::put(txn, digest_beside(number), usage); });
    }
    [[nodiscard]] model::Usage get(std::uint8_t number) const {
        return read([&](const ReadTxn& txn) { return BudgetsTable::usage(txn, digest_beside(number)); });
    }
};

TEST_F(ABudgetsTable, RemembersWhatOutsidersAndOthersSpent) {
    model::Usage usage = spent(3);
    usage.proven.add(now);
    put(1, usage);
    reopen();
    EXPECT_EQ(get(1), usage);
    EXPECT_EQ(get(2), model::Usage{});
}

TEST_F(ABudgetsTable, RemembersWhatBecameOfTheCodesOfEachMedium) {
    model::CodeUse use;
    use.sent.add(now);
    write([&](WriteTxn& txn) { BudgetsTable::put_code_use(txn, model::Medium::sms, use); });
    const auto of = [&](model::Medium medium) {
        return read([&](const ReadTxn& txn) { return BudgetsTable::code_use(txn, medium); });
    };
    EXPECT_EQ(of(model::Medium::sms), use);
    EXPECT_EQ(of(model::Medium::mail), model::CodeUse{});
}

TEST_F(ABudgetsTable, HasRoomForItsLimitAndGivesUpTheOldestAndLeastUsedForOneMore) {
    static_assert(limits::counted_budgets % limits::bucket_slots == 0);
    for (std::uint8_t i = 0; i < limits::bucket_slots; ++i) {
        put(i, spent(i == 5 ? 100 : 10, i == 5 ? now - std::chrono::hours(2) : now));
    }
    EXPECT_EQ(get(5), spent(100, now - std::chrono::hours(2)));
    put(100, spent(1));
    EXPECT_EQ(get(5), model::Usage{});
    put(101, spent(1));
    EXPECT_EQ(get(100), model::Usage{}) << "newcomers displace one another";
    for (std::uint8_t i = 0; i < limits::bucket_slots; ++i) {
        EXPECT_EQ(get(i) == model::Usage{}, i == 5) << int{i};
    }
}

} // namespace
} // namespace loquet::store
