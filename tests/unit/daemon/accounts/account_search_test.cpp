// SPDX-License-Identifier: LGPL-2.1-or-later
// Whom the helpdesk finds: by the whole mail address or number, or by words of the name.
#include "daemon/accounts/account_search.h"
#include "tests/support/error_kind.h"
#include "tests/unit/daemon/accounts/accounts_fixture.h"

#include <gmock/gmock.h>

namespace loquet::accounts {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class ASearch : public AnAccountsFixture {
protected:
    void has(std::uint32_t uid, const std::string& name, const std::string& display_name, const std::string& mail = {},
             const std::string& phone = {}) {
        store_.write_now([&](store::WriteTxn& txn) {
            model::PublicAccount account;
            account.uid = {uid};
            account.name = name;
            account.display_name = display_name;
            store::AccountsTable::put(txn, account);
            model::PrivateAccount private_part;
            private_part.mail = mail;
            private_part.phone = phone;
            store::AccountsTable::put(txn, account.uid, private_part);
        });
    }
    /// In slices as small as they can be: what is found does not depend on their size.
    AccountSearch search(const std::string& text) {
        AccountSearch search(SearchTerms::read(text));
        while (!store_.read([&](const store::ReadTxn& txn) { return search.advance(txn, 1); })) {
        }
        return search;
    }
    std::vector<std::uint32_t> found(const std::string& text) {
        std::vector<std::uint32_t> uids;
        const AccountSearch ended = search(text);
        for (const model::Uid uid : ended.found()) {
            uids.push_back(uid.value);
        }
        return uids;
    }
};

TEST_F(ASearch, FindsAWholeMailAddressInAnyCase) {
    has(30000, "ana", "", "Ana.Lee@example.org");
    has(30001, "ben", "", "ben.lee@example.org");
    EXPECT_THAT(found(" ana.lee@EXAMPLE.org "), ElementsAre(30000));
    EXPECT_THAT(found("lee@example.org"), IsEmpty()) << "a part is nobody's address";
}

TEST_F(ASearch, FindsAWholeNumberHoweverItIsWritten) {
    has(30000, "ana", "", "", "+33612345678");
    has(30001, "ben", "", "", "+336123456789");
    for (const char* typed : {"+33612345678", "0033 6 12 34 56 78", "+33 (0)6.12.34.56.78", "06 12 34 56 78"}) {
        EXPECT_THAT(found(typed), ElementsAre(30000)) << typed;
    }
    EXPECT_THAT(found("0012345678"), IsEmpty());
    EXPECT_THAT(found("012345678"), IsEmpty()) << "a part of a number";
}

TEST_F(ASearch, FindsBeginningsOfWordsWhateverCaseAndMarks) {
    has(30000, "martin.e", "Élodie Martin");
    has(30001, "ben", "Ben Martineau");
    EXPECT_THAT(found("MARTIN elodie"), ElementsAre(30000));
    EXPECT_THAT(found("martin"), ElementsAre(30000, 30001));
    EXPECT_THAT(found("ben"), ElementsAre(30001)) << "the account's own name counts, too";
    EXPECT_THAT(found("tineau"), IsEmpty());
}

TEST_F(ASearch, EndsAtItsLimitAndSaysThatThereAreMore) {
    for (std::uint32_t i = 0; i < limits::found_accounts; ++i) {
        has(30000 + i, "martin" + std::to_string(i), "");
    }
    EXPECT_FALSE(search("martin").more());
    has(31000, "martin", "");
    EXPECT_THAT(search("martin").found(), SizeIs(limits::found_accounts));
    EXPECT_TRUE(search("martin").more());
}

TEST_F(ASearch, RefusesWhatFindsEverybodyOrNobody) {
    for (const char* typed : {"", " ", "a", "a b", "-", "12", "123456", "0612", "alice@", "@example.org"}) {
        EXPECT_EQ(tests::kind_of_error([&] { (void)SearchTerms::read(typed); }), base::Error::Kind::invalid) << typed;
    }
    const std::string longest(limits::searched_text_bytes, 'a');
    EXPECT_EQ(tests::kind_of_error([&] { (void)SearchTerms::read(longest); }), std::nullopt);
    EXPECT_EQ(tests::kind_of_error([&] { (void)SearchTerms::read(longest + 'a'); }), base::Error::Kind::invalid);
}

TEST_F(ASearch, IsOneInTheAuditLogHoweverItIsTyped) {
    EXPECT_EQ(SearchTerms::read("06 12 34 56 78").normalised(), SearchTerms::read("0612345678").normalised());
    EXPECT_EQ(SearchTerms::read("Élodie MARTIN").normalised(), SearchTerms::read("martin elodie").normalised());
}

} // namespace
} // namespace loquet::accounts
