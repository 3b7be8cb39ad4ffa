// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/store/accounts_table.h"
#include "tests/unit/daemon/store/store_fixture.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace loquet::store {
namespace {

using model::Uid;
using testing::ElementsAre;

constexpr UidRange four_numbers{2000, 2004};

bool nobody(Uid /*number*/) {
    return false;
}

class AUidCursor : public StoreFixture {
protected:
    /// In one transaction.
    std::vector<std::uint32_t> give(int count, const UidCursor::IsTaken& is_taken = nobody) {
        std::vector<std::uint32_t> numbers;
        write([&](WriteTxn& txn) {
            numbers.clear();
            UidCursor cursor(txn, four_numbers);
            for (int i = 0; i < count; ++i) {
                numbers.push_back(cursor.allocate(is_taken).value);
            }
            cursor.keep_place();
        });
        return numbers;
    }
};

TEST_F(AUidCursor, GivesOneAfterTheOtherAndGoesOnInTheNextTransaction) {
    EXPECT_THAT(give(2), ElementsAre(2000, 2001));
    EXPECT_THAT(give(2), ElementsAre(2002, 2003));
    read([&](const ReadTxn& txn) {
        EXPECT_TRUE(AccountsTable::is_given(txn, Uid{2003}));
        EXPECT_FALSE(AccountsTable::is_given(txn, Uid{2004}));
    });
}

TEST_F(AUidCursor, PassesOverWhatIsTakenElsewhereOrWasGivenByName) {
    write([&](WriteTxn& txn) { AccountsTable::put(txn, account(2001, "anna")); });
    EXPECT_THAT(give(2, [](Uid number) { return number.value == 2000; }), ElementsAre(2002, 2003));
}

TEST_F(AUidCursor, ComesBackToWhatItPassedOverAtTheEndOfTheRange) {
    EXPECT_THAT(give(3, [](Uid number) { return number.value < 2002; }), ElementsAre(2002, 2003, 2004));
    EXPECT_THAT(give(2), ElementsAre(2000, 2001));
    EXPECT_EQ(kind_thrown_by([&] { give(1); }), Kind::limited);
}

TEST_F(AUidCursor, GivesEveryNumberOfTheRangeAndNotOneMore) {
    EXPECT_EQ(kind_thrown_by([&] { give(6); }), Kind::limited);
    EXPECT_THAT(give(5), ElementsAre(2000, 2001, 2002, 2003, 2004)) << "the other transaction was undone";
    EXPECT_EQ(kind_thrown_by([&] { give(1); }), Kind::limited);
}

TEST_F(AUidCursor, GivesNoNumberTwiceThoughNobodyKeptItsPlace) {
    write([&](WriteTxn& txn) { EXPECT_EQ(UidCursor(txn, four_numbers).allocate(nobody).value, 2000U); });
    EXPECT_THAT(give(1), ElementsAre(2001));
}

} // namespace
} // namespace loquet::store
