// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/model/canonical_form.h"
#include "daemon/store/accounts_table.h"
#include "daemon/store/identifiers_table.h"
#include "daemon/store/meta_table.h"
#include "lib/base/file.h"
#include "tests/unit/daemon/store/store_fixture.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

namespace loquet::store {
namespace {

using model::Uid;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class AnIdentifiersTable : public StoreFixture {
protected:
    void add(std::uint32_t uid, const std::string& mail, bool confirmed = true) {
        write([&](WriteTxn& txn) {
            AccountsTable::put(txn, account(uid, "a" + std::to_string(uid)));
            model::PrivateAccount private_part;
            private_part.mail = mail;
            private_part.mail_confirmed = base::Milliseconds(confirmed ? 1 : 0);
            AccountsTable::put(txn, Uid{uid}, private_part);
        });
    }
    void change(std::uint32_t uid, const std::function<void(model::PrivateAccount&)>& how) {
        write([&](WriteTxn& txn) {
            auto private_part = PrivateAccounts::get(txn, Uid{uid}).value();
            how(private_part);
            AccountsTable::put(txn, Uid{uid}, private_part);
        });
    }
    [[nodiscard]] std::vector<Uid> with(std::string_view mail, std::size_t most = 10) const {
        return read([&](const ReadTxn& txn) { return IdentifiersTable::with_mail(txn, mail, most); });
    }
};

TEST_F(AnIdentifiersTable, FindsEachAccountThatHasTheAddressConfirmed) {
    add(2000, "anna@example.org");
    add(2001, "Anna@Example.ORG");
    add(2002, "anna@example.org", false);
    add(2003, "other@example.org");
    EXPECT_THAT(with("anna@example.org"), ElementsAre(Uid{2000}, Uid{2001}));
    EXPECT_THAT(with("anna@example.org", 1), ElementsAre(Uid{2000}));
    EXPECT_THAT(with("nobody@example.org"), IsEmpty());
    reopen();
    EXPECT_THAT(with("anna@example.org"), SizeIs(2));
}

TEST_F(AnIdentifiersTable, FollowsAnAccountThroughItsChanges) {
    add(2000, "anna@example.org", false);
    change(2000, [](auto& account) { account.mail_confirmed = base::Milliseconds(5); });
    EXPECT_THAT(with("anna@example.org"), ElementsAre(Uid{2000})) << "confirmed";
    change(2000, [](auto& account) { account.last_login = base::Milliseconds(6); });
    EXPECT_THAT(with("anna@example.org"), ElementsAre(Uid{2000})) << "a login";
    change(2000, [](auto& account) { account.mail = "anna@example.net"; });
    EXPECT_THAT(with("anna@example.org"), IsEmpty());
    EXPECT_THAT(with("anna@example.net"), ElementsAre(Uid{2000})) << "another address";
    change(2000, [](auto& account) { account.mail_confirmed = base::Milliseconds(0); });
    EXPECT_THAT(with("anna@example.net"), IsEmpty()) << "in doubt again";
}

TEST_F(AnIdentifiersTable, KeepsNothingOfAnErasedAccount) {
    add(2000, "anna@example.org");
    add(2001, "anna@example.org");
    write([](WriteTxn& txn) { AccountsTable::erase(txn, Uid{2000}); });
    EXPECT_THAT(with("anna@example.org"), ElementsAre(Uid{2001}));
    write([](WriteTxn& txn) { AccountsTable::erase(txn, Uid{2001}); });
    EXPECT_EQ(read([](const ReadTxn& txn) { return txn.count(Table::identifiers); }), 0U);
}

TEST_F(AnIdentifiersTable, KeepsNothingOfWorkThatFails) {
    add(2000, "anna@example.org");
    EXPECT_EQ(kind_thrown_by([&] {
                  write([](WriteTxn& txn) {
                      auto private_part = PrivateAccounts::get(txn, Uid{2000}).value();
                      private_part.mail = "thief@example.org";
                      AccountsTable::put(txn, Uid{2000}, private_part);
                      throw base::Error(Kind::conflict, "no");
                  });
              }),
              Kind::conflict);
    EXPECT_THAT(with("thief@example.org"), IsEmpty());
    EXPECT_THAT(with("anna@example.org"), ElementsAre(Uid{2000}));
}

TEST_F(AnIdentifiersTable, KnowsWhatAnotherAccountHasConfirmedToo) {
    add(2000, "anna@example.org");
    add(2001, "Anna@Example.ORG");
    add(2002, "bert@example.org");
    const auto is_shared = [&](std::uint32_t uid, model::Medium medium) {
        return read([&](const ReadTxn& txn) {
            return IdentifiersTable::is_shared(txn, Uid{uid}, PrivateAccounts::get(txn, Uid{uid}).value(), medium,
                                               base::Milliseconds(100));
        });
    };
    EXPECT_TRUE(is_shared(2000, model::Medium::mail));
    EXPECT_TRUE(is_shared(2001, model::Medium::mail));
    EXPECT_FALSE(is_shared(2002, model::Medium::mail));
    EXPECT_FALSE(is_shared(2000, model::Medium::sms)) << "neither has one";
    for (const std::uint32_t uid : {2000U, 2002U}) {
        change(uid, [](auto& account) {
            account.phone = "+33612345678";
            account.phone_confirmed = base::Milliseconds(1);
        });
    }
    EXPECT_TRUE(is_shared(2000, model::Medium::sms));
    change(2002, [](auto& account) { account.phone_confirmed = base::Milliseconds(0); });
    EXPECT_FALSE(is_shared(2000, model::Medium::sms)) << "who only claims it";
    change(2001, [](auto& account) { account.mail_held_until = base::Milliseconds(101); });
    EXPECT_FALSE(is_shared(2000, model::Medium::mail)) << "a claim that may still be stopped";
    EXPECT_TRUE(is_shared(2001, model::Medium::mail)) << "but it claims what another account has";
    change(2001, [](auto& account) { account.mail_confirmed = base::Milliseconds(0); });
    EXPECT_FALSE(is_shared(2000, model::Medium::mail));
    EXPECT_FALSE(is_shared(2001, model::Medium::mail)) << "an address in doubt is no one's";
    write([](WriteTxn& txn) {
        AccountsTable::erase(txn, Uid{2000});
        AccountsTable::erase(txn, Uid{2002});
    });
    EXPECT_EQ(read([](const ReadTxn& txn) { return txn.count(Table::identifiers); }), 0U);
}

/// More than are read in one slice.
TEST_F(AnIdentifiersTable, IsFilledAnewFromTheAccountsWhereItWasFilledByOtherRules) {
    constexpr std::uint32_t accounts = 2500;
    write([](WriteTxn& txn) {
        for (std::uint32_t uid = 2000; uid < 2000 + accounts; ++uid) {
            AccountsTable::put(txn, account(uid, "a" + std::to_string(uid)));
            model::PrivateAccount private_part;
            private_part.mail = "a" + std::to_string(uid) + "@example.org";
            private_part.mail_confirmed = base::Milliseconds(uid % 2);
            private_part.phone = "+336" + std::to_string(10000000 + uid);
            private_part.phone_confirmed = private_part.mail_confirmed;
            AccountsTable::put(txn, Uid{uid}, private_part);
        }
        txn.erase(Table::identifiers,
                  Key(IdentifierKey{txn.digest(DigestKind::identifier, "mail a2001@example.org"), Uid{2001}}));
        txn.put(Table::identifiers,
                Key(IdentifierKey{txn.digest(DigestKind::identifier, "mail of@old.rules"), Uid{2000}}), {});
        MetaTable::put_number(txn, "identifier-forms", model::identifier_forms + 1);
    });
    EXPECT_THAT(with("a2001@example.org"), IsEmpty());
    reopen();
    EXPECT_THAT(with("a2001@example.org"), ElementsAre(Uid{2001}));
    EXPECT_THAT(with("a4499@example.org"), ElementsAre(Uid{4499}));
    EXPECT_THAT(with("a4498@example.org"), IsEmpty());
    EXPECT_EQ(read([](const ReadTxn& txn) { return txn.count(Table::identifiers); }), accounts)
        << "mail and telephone of every second one";
}

TEST_F(AnIdentifiersTable, T18_HoldsNoAddressThatSomebodyCouldRead) {
    add(2000, "anna@example.org");
    close();
    const std::string file = base::read_file(store_folder() + "/data.mdb", std::size_t{1} << 24U);
    EXPECT_EQ(file.find("anna@example"), std::string::npos);
}

} // namespace
} // namespace loquet::store
