// SPDX-License-Identifier: LGPL-2.1-or-later
// What the helpdesk can do for somebody whose second factor is lost, or was entered and never set up.
#include "daemon/store/steps_table.h"
#include "tests/unit/daemon/accounts/accounts_fixture.h"

#include <gmock/gmock.h>

namespace loquet::accounts {
namespace {

using base::Error;
using store::StepsTable;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class AFactor : public AnAccountsFixture {
protected:
    void SetUp() override {
        uid_ = create("ana").public_part.uid;
        store_.write_now([this](store::WriteTxn& txn) {
            auto account = store::PrivateAccounts::get(txn, uid_).value();
            account.factors = {"totp", "recovery_codes"};
            account.trusted_places = {{model::Digest{}, base::Milliseconds(1)}};
            store::AccountsTable::put(txn, uid_, account);
            for (const char* factor : {"totp", "recovery_codes"}) {
                StepsTable::put(txn, uid_, factor, base::SecureBytes{1, 2, 3});
            }
        });
        accounts_.notify_owners([this](model::Uid, model::Notice notice) {
            return [this, notice](store::WriteTxn&) { notices_.push_back(notice); };
        });
        changes_.clear();
        before_ = records().size();
    }
    [[nodiscard]] bool has_state(const std::string& factor) const {
        return store_.read([&](const store::ReadTxn& txn) { return StepsTable::get(txn, uid_, factor).has_value(); });
    }
    void remove(const std::string& factor, const std::string& reason = "telephone lost", bool configured = true) {
        done(accounts_.remove_factor(uid_, {factor, reason, configured}, helpdesk));
    }
    std::string complaint(const std::string& factor, const std::string& reason, bool configured) {
        try {
            remove(factor, reason, configured);
        } catch (const Error& error) {
            return error.what();
        }
        return "";
    }

    model::Uid uid_;
    std::size_t before_ = 0;
    std::vector<model::Notice> notices_;
};

TEST_F(AFactor, IsRemovedWithWhatItsStepKeptAndTheOwnerIsTold) {
    const auto generation = private_part(uid_).generation;
    remove("totp");
    EXPECT_THAT(private_part(uid_).factors, ElementsAre("recovery_codes"));
    EXPECT_FALSE(has_state("totp"));
    EXPECT_TRUE(has_state("recovery_codes"));
    EXPECT_GT(private_part(uid_).generation, generation);
    EXPECT_THAT(private_part(uid_).trusted_places, IsEmpty());
    EXPECT_THAT(notices_, ElementsAre(model::Notice::factor_removed));
    EXPECT_THAT(told(), ElementsAre(Change::Kind::changed));
    const model::AuditEvent record = records().back().event;
    EXPECT_EQ(record.kind, model::AuditKind::factor_removed);
    EXPECT_EQ(record.detail, "totp: telephone lost");
    EXPECT_EQ(record.actor, helpdesk.uid);
    EXPECT_EQ(record.account, uid_);
}

TEST_F(AFactor, RemovedTwiceIsRemovedOnce) {
    remove("totp");
    const auto once = private_part(uid_);
    remove("totp", "asked again");
    EXPECT_EQ(private_part(uid_), once);
    EXPECT_EQ(records().size(), before_ + 1);
    EXPECT_EQ(notices_.size(), 1U);
    EXPECT_EQ(told().size(), 1U);
}

TEST_F(AFactor, ThatTheConfigurationNoLongerHasIsRemovedAllTheSame) {
    remove("totp", "badges were given up", false);
    EXPECT_THAT(private_part(uid_).factors, ElementsAre("recovery_codes"));
}

TEST_F(AFactor, WithAStateThatWasNeverFinishedIsRemoved) {
    store_.write_now([this](store::WriteTxn& txn) { StepsTable::erase(txn, uid_, "totp"); });
    remove("totp");
    EXPECT_THAT(private_part(uid_).factors, ElementsAre("recovery_codes"));
}

TEST_F(AFactor, ThatIsAPasswordIsRefusedWithWhatToDo) {
    EXPECT_THAT(complaint("password", "lost", true), HasSubstr("start a reset"));
    EXPECT_EQ(refusal(accounts_.remove_factor(uid_, {"password", "lost", true}, helpdesk)), Error::Kind::invalid);
    EXPECT_EQ(records().size(), before_);
}

TEST_F(AFactor, ThatNobodyKnowsIsRefusedWithThoseThatThereAre) {
    for (const char* unknown : {"", "TOTP", "totp ", "badge", "*"}) {
        EXPECT_THAT(complaint(unknown, "lost", false), HasSubstr("this account has: totp, recovery_codes")) << unknown;
        EXPECT_EQ(refusal(accounts_.remove_factor(uid_, {unknown, "lost", false}, helpdesk)), Error::Kind::not_found);
    }
    EXPECT_EQ(records().size(), before_);
    EXPECT_THAT(notices_, IsEmpty());
}

TEST_F(AFactor, IsNotRemovedWithoutAReasonOrWithOneThatCannotBeWrittenDown) {
    for (const std::string& reason : {std::string(), std::string("a\nb"), std::string(513, 'x')}) {
        EXPECT_EQ(refusal(accounts_.remove_factor(uid_, {"totp", reason, true}, helpdesk)), Error::Kind::invalid);
    }
    EXPECT_THAT(private_part(uid_).factors, ElementsAre("totp", "recovery_codes"));
}

TEST_F(AFactor, OfNobodyIsNotFound) {
    EXPECT_EQ(refusal(accounts_.remove_factor(model::Uid{39999}, {"totp", "lost", true}, helpdesk)),
              Error::Kind::not_found);
}

} // namespace
} // namespace loquet::accounts
