// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/store/accounts_table.h"
#include "daemon/store/public_accounts.h"
#include "tests/unit/daemon/store/store_fixture.h"

#include <gmock/gmock.h>

namespace loquet::store {
namespace {

using model::Uid;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

constexpr std::uint32_t cnrs = 3000;
constexpr std::uint32_t inria = 3001;

class AGroup : public StoreFixture {
protected:
    AGroup() {
        write([](WriteTxn& txn) {
            GroupsTable::put(txn, {cnrs, "cnrs"});
            GroupsTable::put(txn, {inria, "inria"});
        });
    }
    void put(std::uint32_t uid, const std::string& name, std::vector<std::uint32_t> groups) {
        auto one = account(uid, name);
        one.groups = std::move(groups);
        write([&](WriteTxn& txn) { AccountsTable::put(txn, one); });
    }
    [[nodiscard]] std::vector<std::uint32_t> members(std::uint32_t gid, std::size_t limit = 100) {
        std::vector<std::uint32_t> numbers;
        for (const Uid uid : read([&](const ReadTxn& txn) { return GroupsTable::members(txn, gid, limit); })) {
            numbers.push_back(uid.value);
        }
        return numbers;
    }
};

TEST_F(AGroup, IsFoundByItsOrganisationAndByItsNumber) {
    EXPECT_EQ(read([](const ReadTxn& txn) { return GroupsTable::of(txn, "inria"); }), inria);
    EXPECT_EQ(read([](const ReadTxn& txn) { return GroupsTable::of(txn, "nobody"); }), std::nullopt);
    EXPECT_EQ(read([](const ReadTxn& txn) { return GroupsTable::get(txn, cnrs); }).value().organisation, "cnrs");
    EXPECT_EQ(read([](const ReadTxn& txn) { return GroupsTable::get(txn, 7); }), std::nullopt);
    EXPECT_THAT(read(GroupsTable::all), ElementsAre(cnrs, inria));
}

TEST_F(AGroup, IsMadeOnceAnOrganisation) {
    EXPECT_EQ(kind_thrown_by([&] { write([](WriteTxn& txn) { GroupsTable::put(txn, {3002, "cnrs"}); }); }),
              Kind::conflict);
    EXPECT_EQ(read([](const ReadTxn& txn) { return GroupsTable::get(txn, 3002); }), std::nullopt);
}

TEST_F(AGroup, HasWhoJoinedAndNobodyWhoLeftOrWasErased) {
    put(2000, "ana", {cnrs});
    put(2001, "ben", {cnrs, inria});
    EXPECT_THAT(members(cnrs), ElementsAre(2000, 2001));
    EXPECT_THAT(members(inria), ElementsAre(2001));
    EXPECT_THAT(members(cnrs, 1), ElementsAre(2000));
    EXPECT_THAT(members(cnrs, 0), IsEmpty());
    put(2001, "ben", {inria});
    EXPECT_THAT(members(cnrs), ElementsAre(2000));
    write([](WriteTxn& txn) { AccountsTable::erase(txn, Uid{2001}); });
    EXPECT_THAT(members(inria), IsEmpty());
}

TEST_F(AGroup, IsPartOfTheAccountsPublicRecord) {
    put(2000, "ana", {cnrs, inria});
    EXPECT_THAT(read([](const ReadTxn& txn) { return PublicAccounts::get(txn, Uid{2000}); }).value().groups,
                ElementsAre(cnrs, inria));
}

class APublication : public StoreFixture {
protected:
    APublication() {
        changes_ = store_->on<PublicChange>([this](const auto& change) { told_.push_back(change); });
    }
    /// What the last commit told, after `count` of them.
    [[nodiscard]] PublicChange told(std::size_t count) {
        EXPECT_TRUE(tests::eventually(loop_, [&] { return told_.size() >= count; }));
        EXPECT_EQ(told_.size(), count);
        return told_.empty() ? PublicChange{} : told_.back();
    }
    static std::vector<Uid> accounts(std::initializer_list<std::uint32_t> numbers) {
        std::vector<Uid> out;
        for (const std::uint32_t number : numbers) {
            out.push_back(Uid{number});
        }
        return out;
    }
    Subscription changes_;
    std::vector<PublicChange> told_;
};

TEST_F(APublication, IsToldOnceACommitWithAllThatChangedInIt) {
    write([](WriteTxn& txn) {
        AccountsTable::put(txn, account(2000, "ana"));
        AccountsTable::put(txn, account(2001, "ben"));
    });
    const PublicChange first = told(1);
    EXPECT_THAT(first.accounts, ElementsAre(Uid{2000}, Uid{2001}));
    EXPECT_EQ(first.generation, 1U);
    write([](WriteTxn& txn) { AccountsTable::erase(txn, Uid{2000}); });
    EXPECT_EQ(told(2).accounts, accounts({2000}));
    EXPECT_EQ(told(2).generation, 2U);
    EXPECT_EQ(read(PublicAccounts::generation), 2U);
}

TEST_F(APublication, IsNotToldOfWhatNobodyElseMayKnowNorOfWhatDidNotChange) {
    write([](WriteTxn& txn) { AccountsTable::put(txn, account(2000, "ana")); });
    write([](WriteTxn& txn) { AccountsTable::put(txn, Uid{2000}, model::PrivateAccount{}); });
    write([](WriteTxn& txn) { AccountsTable::put(txn, account(2000, "ana")); });
    write([](WriteTxn& txn) { AccountsTable::put(txn, account(2001, "ben")); });
    EXPECT_EQ(told(2).accounts, accounts({2001}));
    EXPECT_EQ(told(2).generation, 2U);
}

TEST_F(APublication, LeavesOutWorkThatFailedBesideOther) {
    auto good = store_->write([](WriteTxn& txn) { AccountsTable::put(txn, account(2000, "ana")); });
    auto bad = store_->write([](WriteTxn& txn) {
        AccountsTable::put(txn, account(2001, "ben"));
        throw base::Error(Kind::invalid, "not this one");
    });
    EXPECT_EQ(outcome(std::move(good)), std::nullopt);
    EXPECT_EQ(outcome(std::move(bad)), Kind::invalid);
    EXPECT_EQ(told(1).accounts, accounts({2000}));
}

TEST_F(APublication, NamesTheGroupsWhoseListOfMembersIsAnother) {
    write([](WriteTxn& txn) {
        GroupsTable::put(txn, {cnrs, "cnrs"});
        GroupsTable::put(txn, {inria, "inria"});
    });
    EXPECT_THAT(told(1).groups, ElementsAre(cnrs, inria));
    auto ana = account(2000, "ana");
    ana.groups = {cnrs};
    write([&](WriteTxn& txn) { AccountsTable::put(txn, ana); });
    EXPECT_THAT(told(2).groups, ElementsAre(cnrs));
    ana.name = "anna";
    write([&](WriteTxn& txn) { AccountsTable::put(txn, ana); });
    EXPECT_THAT(told(3).groups, ElementsAre(cnrs)) << "members are listed by name";
    ana.groups = {inria};
    write([&](WriteTxn& txn) { AccountsTable::put(txn, ana); });
    EXPECT_THAT(told(4).groups, UnorderedElementsAre(cnrs, inria));
    ana.shell = "/bin/zsh";
    write([&](WriteTxn& txn) { AccountsTable::put(txn, ana); });
    EXPECT_THAT(told(5).groups, IsEmpty());
}

} // namespace
} // namespace loquet::store
