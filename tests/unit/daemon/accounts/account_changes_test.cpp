// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/accounts/account_changes.h"
#include "daemon/store/counters_table.h"
#include "daemon/store/steps_table.h"
#include "lib/base/error.h"
#include "tests/unit/daemon/accounts/accounts_fixture.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace loquet::accounts {
namespace {

using base::Error;
using model::AccountState;
using store::StepsTable;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(AStateChange, LeadsWhereTheTableSays) {
    EXPECT_EQ(state_after(Act::lock, AccountState::active), AccountState::locked);
    EXPECT_EQ(state_after(Act::unlock, AccountState::locked), AccountState::active);
    EXPECT_EQ(state_after(Act::disable, AccountState::active), AccountState::disabled);
    EXPECT_EQ(state_after(Act::disable, AccountState::locked), AccountState::disabled);
    EXPECT_EQ(state_after(Act::enable, AccountState::disabled), AccountState::active);
}

TEST(AStateChange, ThatIsDoneAlreadyChangesNothing) {
    EXPECT_EQ(state_after(Act::lock, AccountState::locked), AccountState::locked);
    EXPECT_EQ(state_after(Act::unlock, AccountState::active), AccountState::active);
    EXPECT_EQ(state_after(Act::disable, AccountState::disabled), AccountState::disabled);
    EXPECT_EQ(state_after(Act::enable, AccountState::active), AccountState::active);
}

TEST(AStateChange, ThatDoesNotFitIsAConflict) {
    for (const auto& [act, state] :
         {std::pair{Act::lock, AccountState::disabled}, std::pair{Act::unlock, AccountState::disabled},
          std::pair{Act::enable, AccountState::locked}}) {
        try {
            (void)state_after(act, state);
            ADD_FAILURE() << "was allowed";
        } catch (const Error& error) {
            EXPECT_EQ(error.kind(), Error::Kind::conflict);
        }
    }
}

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

class AnOwner : public AFactor {};

TEST_F(AnOwner, IsToldOnceThatTheHelpdeskLetsTriesBeginAnew) {
    done(accounts_.unlock(uid_, helpdesk));
    EXPECT_THAT(notices_, IsEmpty()) << "nothing was locked or counted";
    done(accounts_.lock(uid_, "lost badge", helpdesk));
    notices_.clear();
    done(accounts_.unlock(uid_, helpdesk));
    EXPECT_THAT(notices_, ElementsAre(model::Notice::reopened));
    done(accounts_.disable(uid_, "long leave", helpdesk));
    notices_.clear();
    done(accounts_.enable(uid_, helpdesk));
    EXPECT_THAT(notices_, ElementsAre(model::Notice::reopened));
}

TEST_F(AnOwner, IsToldThatTheHelpdeskForgotFailuresThoughNothingWasLocked) {
    store_.write_now([](store::WriteTxn& txn) {
        model::AttemptCounters counters;
        counters.account.consecutive = 4;
        counters.account.last_failure = 1;
        store::CountersTable::put_attempts(txn, txn.digest(store::DigestKind::name, "ana"),
                                           store::CountersTable::Whose::account, counters);
    });
    done(accounts_.unlock(uid_, helpdesk));
    EXPECT_THAT(notices_, ElementsAre(model::Notice::reopened));
}

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

class APasswordRecord : public AnAccountsFixture {
protected:
    void SetUp() override { uid_ = create("ana").public_part.uid; }
    void put(const std::string& hash, std::size_t history) {
        const NewPassword password{hash, false, history, clock_.wall()};
        store_.write_now([&](store::WriteTxn& txn) { put_password(txn, uid_, password); });
    }
    bool replace(const std::string& former, const std::string& hash) {
        bool done = false;
        store_.write_now([&](store::WriteTxn& txn) { done = replace_hash(txn, uid_, former, hash); });
        return done;
    }
    model::Uid uid_;
};

TEST_F(APasswordRecord, ForgetsOldOnesWhenLessHistoryIsKept) {
    for (const char* hash : {"$y$1", "$y$2", "$y$3", "$y$4"}) {
        put(hash, 3);
    }
    EXPECT_THAT(credential(uid_).history, ElementsAre("$y$3", "$y$2", "$y$1"));
    put("$y$5", 1);
    EXPECT_THAT(credential(uid_).history, ElementsAre("$y$4"));
    put("$y$6", 0);
    EXPECT_THAT(credential(uid_).history, ElementsAre());
}

TEST_F(APasswordRecord, HashedAnewIsTheSamePassword) {
    put("$1$1", 3);
    const auto before = credential(uid_);
    const auto generation = private_part(uid_).generation;
    clock_.advance(base::Milliseconds(1000));
    EXPECT_TRUE(replace("$1$1", "$y$1"));
    auto expected = before;
    expected.password_hash = "$y$1";
    EXPECT_EQ(credential(uid_), expected);
    EXPECT_EQ(private_part(uid_).generation, generation);
}

TEST_F(APasswordRecord, IsNotReplacedWhenItChangedMeanwhile) {
    put("$1$1", 3);
    put("$y$2", 3);
    EXPECT_FALSE(replace("$1$1", "$y$1"));
    EXPECT_EQ(credential(uid_).password_hash, "$y$2");
}

TEST_F(APasswordRecord, OfNobodyIsAnError) {
    EXPECT_THROW(store_.write_now([&](store::WriteTxn& txn) { put_password(txn, model::Uid{30005}, {"$y$1"}); }),
                 base::Error);
}

} // namespace

} // namespace loquet::accounts
