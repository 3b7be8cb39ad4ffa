// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/work/worker_pool.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace loquet::work {
namespace {

using ::testing::ElementsAre;

model::Digest key(std::uint8_t number) {
    model::Digest digest;
    digest.bytes[0] = number;
    return digest;
}

std::vector<std::string> drain(FairQueue<std::string>& queue) {
    std::vector<std::string> all;
    while (!queue.empty()) {
        all.push_back(queue.pop());
    }
    return all;
}

TEST(AFairQueue, KeepsTheOrderOfOneKey) {
    FairQueue<std::string> queue(4);
    EXPECT_FALSE(queue.push(key(1), "a"));
    EXPECT_FALSE(queue.push(key(1), "b"));
    EXPECT_THAT(drain(queue), ElementsAre("a", "b"));
}

TEST(AFairQueue, TakesTurnsBetweenKeys) {
    FairQueue<std::string> queue(9);
    for (const char* item : {"a1", "a2", "a3"}) {
        EXPECT_FALSE(queue.push(key(1), item));
    }
    EXPECT_FALSE(queue.push(key(2), "b1"));
    EXPECT_FALSE(queue.push(key(3), "c1"));
    EXPECT_FALSE(queue.push(key(3), "c2"));
    EXPECT_THAT(drain(queue), ElementsAre("a1", "b1", "c1", "a2", "c2", "a3"));
}

TEST(AFairQueue, HoldsItsLimitAndReturnsOneMore) {
    FairQueue<std::string> queue(2);
    EXPECT_FALSE(queue.push(key(1), "a"));
    EXPECT_FALSE(queue.push(key(1), "b"));
    EXPECT_EQ(queue.push(key(1), "c"), "c");
    EXPECT_EQ(queue.size(), 2U);
}

TEST(AFairQueue, TakesThePlaceFromWhoHasMostOfThem) {
    FairQueue<std::string> queue(3);
    for (const char* item : {"a1", "a2", "a3"}) {
        EXPECT_FALSE(queue.push(key(1), item));
    }
    EXPECT_EQ(queue.push(key(2), "b1"), "a3");
    EXPECT_EQ(queue.push(key(2), "b2"), "b2") << "nobody would have more than the new item's own key";
    EXPECT_THAT(drain(queue), ElementsAre("a1", "b1", "a2"));
}

TEST(AFairQueue, WithoutRoomReturnsEverything) {
    FairQueue<std::string> queue(0);
    EXPECT_EQ(queue.push(key(1), "a"), "a");
    EXPECT_TRUE(queue.empty());
}

} // namespace
} // namespace loquet::work
