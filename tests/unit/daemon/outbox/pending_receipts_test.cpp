// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/outbox/receipts.h"
#include "lib/base/limits.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

namespace loquet::outbox {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

class ThePendingReceipts : public testing::Test {
protected:
    std::vector<std::uint64_t> due(base::Milliseconds now, std::size_t most = 10) {
        return awaited.take_due(now, 30s, most);
    }
    PendingReceipts awaited;
};

TEST_F(ThePendingReceipts, AreAskedForAtOnceAndThenWheneverTheyAreTwiceAsOld) {
    awaited.add(1, 1000s);
    EXPECT_THAT(due(999s), IsEmpty());
    EXPECT_THAT(due(1010s), ElementsAre(1));
    EXPECT_THAT(due(1039s), IsEmpty());
    EXPECT_THAT(due(1040s), ElementsAre(1)) << "30 seconds at least";
    EXPECT_THAT(due(1079s), IsEmpty());
    EXPECT_THAT(due(1080s), ElementsAre(1));
    EXPECT_THAT(due(1159s), IsEmpty());
    EXPECT_THAT(due(1160s), ElementsAre(1));
}

TEST_F(ThePendingReceipts, TakeTurns) {
    for (std::uint64_t number = 1; number <= 5; ++number) {
        awaited.add(number, 1000s);
    }
    EXPECT_THAT(due(1000s, 2), ElementsAre(1, 2));
    EXPECT_THAT(due(1000s, 2), ElementsAre(3, 4));
    EXPECT_THAT(due(1000s, 2), ElementsAre(5));
    EXPECT_THAT(due(1000s, 2), IsEmpty());
}

TEST_F(ThePendingReceipts, AreForgottenWhenItIsKnownHowTheyEnded) {
    awaited.add(1, 1000s);
    awaited.add(2, 1000s);
    awaited.add(2, 1005s);
    EXPECT_EQ(awaited.size(), 2U);
    awaited.remove(1);
    awaited.remove(1);
    EXPECT_THAT(due(2000s), ElementsAre(2));
    awaited.remove(2);
    EXPECT_TRUE(awaited.empty());
    EXPECT_THAT(due(9000s), IsEmpty());
}

TEST_F(ThePendingReceipts, AreForgottenWhenTheyAreOld) {
    awaited.add(1, 1000s);
    awaited.add(2, 1001s);
    awaited.drop_older(1001s);
    EXPECT_THAT(due(2000s), ElementsAre(2));
}

TEST_F(ThePendingReceipts, AreForgottenAltogether) {
    awaited.add(1, 1000s);
    awaited.clear();
    EXPECT_TRUE(awaited.empty());
    EXPECT_THAT(due(2000s), IsEmpty());
}

TEST_F(ThePendingReceipts, AreSoManyAndNoMore) {
    for (std::uint64_t number = 1; number <= limits::awaited_receipts; ++number) {
        awaited.add(number, 1000s);
    }
    EXPECT_EQ(awaited.size(), limits::awaited_receipts);
    EXPECT_THAT(due(1000s, 1), ElementsAre(1));
    awaited.add(limits::awaited_receipts + 1, 1000s);
    EXPECT_EQ(awaited.size(), limits::awaited_receipts);
    EXPECT_THAT(due(1000s, 1), ElementsAre(2));
    EXPECT_THAT(due(9000s, limits::awaited_receipts + 1), testing::Not(testing::Contains(1))) << "the oldest gave way";
}

} // namespace
} // namespace loquet::outbox
