// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/store/accounts_table.h"
#include "daemon/store/acts_table.h"
#include "lib/base/limits.h"
#include "lib/base/text.h"
#include "tests/unit/daemon/store/store_fixture.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace loquet::store {
namespace {

using model::Act;
using model::ActKind;
using model::ActState;
using model::Uid;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr Uid anna{1000};

Act act(ActKind kind = ActKind::factor_removed, ActState state = ActState::done) {
    Act act;
    act.kind = kind;
    act.state = state;
    act.actor = 2000;
    act.actor_name = "paul";
    act.approver = 2001;
    act.approver_name = "rita";
    act.detail = "totp";
    act.medium = model::Medium::sms;
    act.ticket = 7;
    act.tries = 2;
    act.wall = base::Milliseconds(3);
    act.at = base::Milliseconds(4);
    act.until = base::Milliseconds(5);
    return act;
}

class AnActsTable : public StoreFixture {
protected:
    std::uint64_t add(const Act& act, Uid uid = anna) {
        std::uint64_t number = 0;
        write([&](WriteTxn& txn) { number = ActsTable::add(txn, uid, act); });
        reopen();
        return number;
    }
    [[nodiscard]] std::vector<Act> of(Uid uid = anna) const {
        return read([&](const ReadTxn& txn) { return ActsTable::of(txn, uid); });
    }
};

TEST_F(AnActsTable, KeepsEverythingOfAnActWithItsAccount) {
    Act kept = act();
    kept.number = add(kept);
    EXPECT_EQ(kept.number, 1U);
    EXPECT_THAT(of(), ElementsAre(kept));
    EXPECT_THAT(of(Uid{999}), IsEmpty());
    EXPECT_THAT(of(Uid{1001}), IsEmpty());
    kept.state = ActState::approved;
    kept.approver.reset();
    kept.medium.reset();
    write([&](WriteTxn& txn) { ActsTable::put(txn, anna, kept); });
    EXPECT_THAT(of(), ElementsAre(kept));
    EXPECT_EQ(add(act()), 2U);
}

TEST_F(AnActsTable, LetsTheOldestGiveWayAndNeverWhatWasDoneLast) {
    EXPECT_EQ(add(act(ActKind::factor_removed)), 1U);
    write([&](WriteTxn& txn) {
        for (std::size_t i = 1; i < limits::acts_per_account; ++i) {
            (void)ActsTable::add(txn, anna, act(ActKind::unlocked));
        }
    });
    EXPECT_EQ(of().size(), limits::acts_per_account);
    (void)add(act(ActKind::caller_verified, ActState::asked));
    const auto kept = of();
    EXPECT_EQ(kept.size(), limits::acts_per_account);
    EXPECT_EQ(kept.front().number, 1U) << "the removal of a factor is remembered";
    EXPECT_EQ(kept.at(1).number, 3U);
}

TEST_F(AnActsTable, LosesTheActsOfAnErasedAccountAndNoOthers) {
    for (const std::uint32_t uid : {1000U, 1001U}) {
        write([&](WriteTxn& txn) { AccountsTable::put(txn, account(uid, "person" + std::to_string(uid))); });
        (void)add(act(), Uid{uid});
    }
    write([](WriteTxn& txn) { AccountsTable::erase(txn, anna); });
    EXPECT_THAT(of(), IsEmpty());
    EXPECT_EQ(of(Uid{1001}).size(), 1U);
}

TEST(AnActsCodec, PermitsNothingWhereOnlyANewerDaemonKnowsTheKindOrTheState) {
    Act approved = act(ActKind::code_read_out, ActState::approved);
    base::SecureBytes bytes = encode(approved, {});
    EXPECT_EQ(decode_act({anna, 1}, bytes).state, ActState::approved);
    approved.kind = static_cast<ActKind>(99);
    EXPECT_EQ(decode_act({anna, 1}, encode(approved, {})).state, ActState::done);
    approved = act(ActKind::code_read_out, static_cast<ActState>(99));
    EXPECT_EQ(decode_act({anna, 1}, encode(approved, {})).state, ActState::done);
    bytes.pop_back();
    EXPECT_EQ(kind_thrown_by([&] { (void)decode_act({anna, 1}, bytes); }), Kind::corrupt);
}

} // namespace
} // namespace loquet::store
