// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/accounts/password_record.h"
#include "tests/unit/daemon/accounts/accounts_fixture.h"

#include <gmock/gmock.h>

namespace loquet::accounts {
namespace {

using ::testing::ElementsAre;

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
