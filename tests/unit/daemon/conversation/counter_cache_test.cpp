// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/conversation/lockout_service.h"

#include <gtest/gtest.h>

namespace loquet::conversation {
namespace {

constexpr std::size_t most = 2;

class ACounterCache : public testing::Test {
protected:
    static model::CounterKey key(std::uint8_t number) { return model::Digest{{number}}; }
    void hold(std::uint8_t number, int stored = 0) {
        book_.hold(key(number), [stored] { return stored; });
    }
    /// A value that the store never got, with nobody using it.
    void leave(std::uint8_t number) {
        hold(number);
        book_.set(key(number), 1);
        book_.release(key(number), most);
    }

    CounterCache<int> book_;
};

TEST_F(ACounterCache, ForgetsWhatNobodyUsesAndTheStoreHas) {
    hold(1, 7);
    EXPECT_EQ(book_.get(key(1)), 7);
    book_.set(key(1), 8);
    book_.durable(key(1), book_.version(key(1)));
    EXPECT_TRUE(book_.has(key(1)));
    book_.release(key(1), most);
    EXPECT_EQ(book_.size(), 0U);
}

TEST_F(ACounterCache, KeepsWhatTheStoreHasNotGot) {
    leave(1);
    EXPECT_EQ(book_.unsaved(), std::vector<model::CounterKey>{key(1)});
    hold(1, 0);
    EXPECT_EQ(book_.get(key(1)), 1);
    EXPECT_TRUE(book_.unsaved().empty()); // in use
}

TEST_F(ACounterCache, DoesNotTakeAnOlderWriteForTheNewestValue) {
    hold(1);
    book_.set(key(1), 1);
    const auto first = book_.version(key(1));
    book_.set(key(1), 2);
    book_.release(key(1), most);
    book_.durable(key(1), first);
    ASSERT_TRUE(book_.has(key(1)));
    EXPECT_EQ(book_.get(key(1)), 2);
    book_.durable(key(1), book_.version(key(1)));
    EXPECT_FALSE(book_.has(key(1)));
}

TEST_F(ACounterCache, SharesOneValueBetweenAllWhoHoldIt) {
    hold(1, 5);
    book_.set(key(1), 6);
    hold(1, 5); // the store is behind
    EXPECT_EQ(book_.get(key(1)), 6);
    book_.release(key(1), most);
    EXPECT_TRUE(book_.has(key(1)));
}

TEST_F(ACounterCache, NeedsNoWriteForAValueThatDidNotChange) {
    hold(1, 5);
    book_.set(key(1), 5);
    EXPECT_TRUE(book_.is_durable(key(1)));
    book_.release(key(1), most);
    EXPECT_EQ(book_.size(), 0U);
}

TEST_F(ACounterCache, KnowsWhetherTheStoreHasTheValueAsItStands) {
    hold(1);
    book_.set(key(1), 1);
    EXPECT_FALSE(book_.is_durable(key(1)));
    book_.durable(key(1), book_.version(key(1)));
    EXPECT_TRUE(book_.is_durable(key(1)));
}

TEST_F(ACounterCache, TakesOverWhatWasChangedBehindIt) {
    leave(1);
    book_.replace(key(1), 0);
    EXPECT_FALSE(book_.has(key(1)));
}

TEST_F(ACounterCache, HoldsAsManyLeftOversAsItMayAndNotOneMore) {
    leave(1);
    leave(2);
    EXPECT_EQ(book_.size(), most);
    leave(3);
    EXPECT_EQ(book_.size(), most);
    EXPECT_FALSE(book_.has(key(3)));
}

} // namespace
} // namespace loquet::conversation
