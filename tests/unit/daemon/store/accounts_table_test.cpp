// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/store/accounts_table.h"
#include "daemon/store/counters_table.h"
#include "daemon/store/steps_table.h"
#include "lib/base/text.h"
#include "tests/unit/daemon/store/store_fixture.h"

#include <gtest/gtest.h>

#include <set>

namespace loquet::store {
namespace {

using model::Uid;

constexpr UidRange range{2000, 2004};

class AnAccountsTable : public StoreFixture {
protected:
    Uid allocate(const UidRange& from = range) {
        Uid uid;
        write([&](WriteTxn& txn) { uid = AccountsTable::allocate(txn, from); });
        return uid;
    }
    void add(std::uint32_t uid, const std::string& name) {
        write([&](WriteTxn& txn) { AccountsTable::put(txn, account(uid, name)); });
    }
    [[nodiscard]] std::optional<Uid> find(const std::string& name) const {
        return read([&](const ReadTxn& txn) { return PublicAccounts::find(txn, name); });
    }
};

TEST_F(AnAccountsTable, GivesBackEveryPartOfAnAccountAsItWasPut) {
    const model::PrivateAccount private_part{.state = model::AccountState::locked,
                                             .state_reason = "lost badge",
                                             .generation = 7,
                                             .created = base::Milliseconds(11),
                                             .last_login = base::Milliseconds(12),
                                             .mail = "anna@example.org",
                                             .phone = "+33123456789",
                                             .organisation = "north",
                                             .locale = "fr_FR.UTF-8",
                                             .authorisations = {"login", "sshd"},
                                             .factors = {"totp", "recovery_codes"},
                                             .revocation_codes = {{model::Digest{{4}}, base::Milliseconds(14)}},
                                             .trusted_places = {{model::Digest{{5}}, base::Milliseconds(15)}},
                                             .screen_notices = {{.event = model::ScreenEvent::factor_removed,
                                                                 .when = base::Milliseconds(16),
                                                                 .by = "marie",
                                                                 .left = 2}},
                                             .unlocks = {.hour = 17, .by_hour = {1, 0, 2}}};
    const model::Credential credential{.password_hash = "$y$j9T$abc",
                                       .password_changed = base::Milliseconds(13),
                                       .must_change = true,
                                       .own_before = true,
                                       .history = {"$y$1", "$y$2"}};
    write([&](WriteTxn& txn) {
        AccountsTable::put(txn, account(2000, "anna"));
        AccountsTable::put(txn, Uid{2000}, private_part);
        AccountsTable::put(txn, Uid{2000}, credential);
    });
    reopen();
    read([&](const ReadTxn& txn) {
        EXPECT_EQ(PublicAccounts::get(txn, Uid{2000}), account(2000, "anna"));
        EXPECT_EQ(PrivateAccounts::get(txn, Uid{2000}), private_part);
        EXPECT_EQ(Credentials::get(txn, Uid{2000}), credential);
        EXPECT_EQ(PrivateAccounts::get(txn, Uid{2001}), std::nullopt);
        return 0;
    });
}

TEST_F(AnAccountsTable, ListsInOrderOfNumberAfterTheOneGiven) {
    for (const std::uint32_t uid : {300U, 100U, 70000U, 200U}) {
        add(uid, "person" + std::to_string(uid));
    }
    const auto numbers = [&](std::uint32_t after, std::size_t limit) {
        std::vector<std::uint32_t> out;
        for (const auto& found :
             read([&](const ReadTxn& txn) { return PublicAccounts::list(txn, Uid{after}, limit); })) {
            out.push_back(found.uid.value);
        }
        return out;
    };
    EXPECT_EQ(numbers(0, 10), (std::vector<std::uint32_t>{100, 200, 300, 70000}));
    EXPECT_EQ(numbers(100, 2), (std::vector<std::uint32_t>{200, 300}));
    EXPECT_EQ(numbers(70000, 10), std::vector<std::uint32_t>{});
    EXPECT_EQ(numbers(UINT32_MAX, 10), std::vector<std::uint32_t>{});
    EXPECT_EQ(numbers(0, 0), std::vector<std::uint32_t>{});
}

TEST_F(AnAccountsTable, GivesEachNumberOfTheRangeOnceAndThenSaysThatItIsUsedUp) {
    std::set<std::uint32_t> given;
    for (int i = 0; i < 5; ++i) {
        given.insert(allocate().value);
    }
    EXPECT_EQ(given, (std::set<std::uint32_t>{2000, 2001, 2002, 2003, 2004}));
    EXPECT_EQ(kind_thrown_by([&] { allocate(); }), Kind::limited);
}

TEST_F(AnAccountsTable, NeverGivesTheNumberOfAnErasedAccountAgain) {
    const Uid uid = allocate();
    add(uid.value, "anna");
    write([&](WriteTxn& txn) { EXPECT_TRUE(AccountsTable::erase(txn, uid)); });
    reopen();
    for (int i = 0; i < 4; ++i) {
        EXPECT_NE(allocate(), uid);
    }
    EXPECT_EQ(kind_thrown_by([&] { allocate(); }), Kind::limited);
    EXPECT_EQ(kind_thrown_by([&] { add(uid.value, "bert"); }), Kind::conflict);
}

TEST_F(AnAccountsTable, NeverGivesAUsedNumberAgainWhenTheRangeWasChangedInBetween) {
    const Uid erased = allocate({2000, 2000});
    add(erased.value, "anna");
    write([&](WriteTxn& txn) { AccountsTable::erase(txn, erased); });
    EXPECT_EQ(allocate({9000, 9001}), Uid{9000});
    EXPECT_EQ(allocate({2000, 2001}), Uid{2001});
    add(9001, "imported");
    EXPECT_EQ(kind_thrown_by([&] { allocate({9000, 9001}); }), Kind::limited);
}

TEST_F(AnAccountsTable, RefusesANameThatAnotherAccountHas) {
    add(2000, "anna");
    EXPECT_EQ(kind_thrown_by([&] { add(2001, "anna"); }), Kind::conflict);
    EXPECT_EQ(find("anna"), Uid{2000});
}

TEST_F(AnAccountsTable, FollowsAnAccountToItsNewNameWithItsCounters) {
    add(2000, "anna");
    write([](WriteTxn& txn) {
        const auto was = txn.digest(DigestKind::name, "anna");
        CountersTable::put_attempts(txn, was, CountersTable::Whose::account, {failures(4), {}});
        CountersTable::put_attempts(txn, {was, model::Axis::recovery}, CountersTable::Whose::account,
                                    {failures(3), {}});
        const model::CounterKey by_outsiders(txn.digest(DigestKind::name, "anne"), model::Axis::recovery);
        CountersTable::put_attempts(txn, by_outsiders, CountersTable::Whose::unknown, {failures(90), {}});
        AccountsTable::put(txn, account(2000, "anne"));
    });
    EXPECT_EQ(find("anne"), Uid{2000});
    EXPECT_EQ(find("anna"), std::nullopt);
    const auto counted = [&](const std::string& name, model::Axis axis) {
        return read([&](const ReadTxn& txn) {
            return CountersTable::attempts(txn, {txn.digest(DigestKind::name, name), axis}).account.consecutive;
        });
    };
    EXPECT_EQ(counted("anne", model::Axis::login), 4U);
    EXPECT_EQ(counted("anna", model::Axis::login), 0U);
    EXPECT_EQ(counted("anne", model::Axis::recovery), 3U);
    EXPECT_EQ(counted("anna", model::Axis::recovery), 0U);
}

TEST_F(AnAccountsTable, RefusesPrivatePartsOfAnAccountThatDoesNotExist) {
    EXPECT_EQ(kind_thrown_by(
                  [&] { write([](WriteTxn& txn) { AccountsTable::put(txn, Uid{2000}, model::PrivateAccount{}); }); }),
              Kind::not_found);
    EXPECT_EQ(
        kind_thrown_by([&] { write([](WriteTxn& txn) { AccountsTable::put(txn, Uid{2000}, model::Credential{}); }); }),
        Kind::not_found);
}

TEST_F(AnAccountsTable, RefusesATextThatIsNotUtf8) {
    auto bad = account(2000, "anna");
    bad.display_name = "\xff";
    EXPECT_EQ(kind_thrown_by([&] { write([&](WriteTxn& txn) { AccountsTable::put(txn, bad); }); }), Kind::invalid);
}

TEST_F(AnAccountsTable, ErasesEveryTraceButTheNumber) {
    add(2000, "anna");
    add(2001, "bert");
    write([](WriteTxn& txn) {
        const auto name = txn.digest(DigestKind::name, "anna");
        AccountsTable::put(txn, Uid{2000}, model::PrivateAccount{});
        AccountsTable::put(txn, Uid{2000}, model::Credential{});
        CountersTable::put_attempts(txn, name, CountersTable::Whose::account, {failures(4), {}});
        CountersTable::put_attempts(txn, {name, model::Axis::recovery}, CountersTable::Whose::account,
                                    {failures(4), {}});
        StepsTable::put(txn, Uid{2000}, "totp", base::as_bytes("seed"));
        StepsTable::put(txn, Uid{2001}, "totp", base::as_bytes("other"));
        EXPECT_TRUE(AccountsTable::erase(txn, Uid{2000}));
        EXPECT_FALSE(AccountsTable::erase(txn, Uid{2000}));
    });
    read([](const ReadTxn& txn) {
        for (const Table table : {Table::names, Table::public_accounts, Table::steps}) {
            EXPECT_EQ(txn.count(table), 1U) << name_of(table); // bert's
        }
        for (const Table table : {Table::private_accounts, Table::credential, Table::attempts, Table::unknown_names}) {
            EXPECT_EQ(txn.count(table), 0U) << name_of(table);
        }
        EXPECT_EQ(txn.count(Table::numbers), 2U);
        return 0;
    });
}

} // namespace
} // namespace loquet::store
