// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tests/unit/daemon/accounts/accounts_fixture.h"

#include <gmock/gmock.h>

namespace loquet::accounts {
namespace {

using model::AccountState;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class AListOfAccounts : public AnAccountsFixture {
protected:
    void SetUp() override {
        for (const char* name : {"ana", "ben", "cem", "dov"}) {
            (void)create(name);
        }
        done(accounts_.lock(model::Uid{30001}, "", helpdesk));
        done(accounts_.lock(model::Uid{30003}, "", helpdesk));
    }
    static std::vector<std::string> names(const Page& page) {
        std::vector<std::string> all;
        for (const ListEntry& entry : page.entries) {
            all.push_back(entry.public_part.name);
        }
        return all;
    }
};

TEST_F(AListOfAccounts, IsInOrderOfNumberWithStates) {
    const Page page = accounts_.list({}, 10, std::nullopt, base::Milliseconds(0));
    EXPECT_THAT(names(page), ElementsAre("ana", "ben", "cem", "dov"));
    EXPECT_EQ(page.entries[1].state, AccountState::locked);
    EXPECT_EQ(page.next, std::nullopt);
}

TEST_F(AListOfAccounts, ComesInPages) {
    const Page first = accounts_.list({}, 3, std::nullopt, base::Milliseconds(0));
    EXPECT_THAT(names(first), ElementsAre("ana", "ben", "cem"));
    ASSERT_EQ(first.next, model::Uid{30002});
    const Page second = accounts_.list(*first.next, 3, std::nullopt, base::Milliseconds(0));
    EXPECT_THAT(names(second), ElementsAre("dov"));
    EXPECT_EQ(second.next, std::nullopt);
}

TEST_F(AListOfAccounts, HasNoNextWhereAPageEndsWithTheLast) {
    EXPECT_EQ(accounts_.list({}, 4, std::nullopt, base::Milliseconds(0)).next, std::nullopt);
}

TEST_F(AListOfAccounts, ShowsOneStateWhereItIsAsked) {
    EXPECT_THAT(names(accounts_.list({}, 10, AccountState::locked, base::Milliseconds(0))), ElementsAre("ben", "dov"));
    EXPECT_THAT(names(accounts_.list({}, 1, AccountState::locked, base::Milliseconds(0))), ElementsAre("ben"));
    EXPECT_THAT(names(accounts_.list(model::Uid{30001}, 1, AccountState::locked, base::Milliseconds(0))),
                ElementsAre("dov"));
    EXPECT_THAT(names(accounts_.list({}, 10, AccountState::disabled, base::Milliseconds(0))), IsEmpty());
}

TEST_F(AListOfAccounts, TakesAtMostOnePageAndAtLeastOneAccount) {
    store_.write_now([](store::WriteTxn& txn) {
        for (std::uint32_t i = 0; i < limits::accounts_per_page; ++i) {
            model::PublicAccount account;
            account.uid = {40000 + i};
            account.name = "bulk" + std::to_string(i);
            store::AccountsTable::put(txn, account);
        }
    });
    const Page page = accounts_.list({}, limits::accounts_per_page + 1, std::nullopt, base::Milliseconds(0));
    EXPECT_EQ(page.entries.size(), limits::accounts_per_page);
    EXPECT_TRUE(page.next);
    EXPECT_EQ(accounts_.list({}, 0, std::nullopt, base::Milliseconds(0)).entries.size(), 1U);
}

} // namespace
} // namespace loquet::accounts
