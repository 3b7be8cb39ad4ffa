// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/outbox/waiting_list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

namespace loquet::outbox {
namespace {

using namespace std::chrono_literals;
using model::Medium;
using testing::ElementsAre;
using testing::IsEmpty;

model::OutboxEntry to(std::uint8_t destination, base::Milliseconds due, base::Milliseconds expires = 1000s) {
    model::OutboxEntry message;
    message.destination.bytes.fill(destination);
    message.next = due;
    message.expires = expires;
    return message;
}

class AWaitingList : public testing::Test {
protected:
    WaitingList list;
    std::optional<std::uint64_t> take(base::Milliseconds now) { return list.take(Medium::mail, now); }
};

TEST_F(AWaitingList, GivesWhatIsDueTheLongestDueFirst) {
    list.add(1, to(1, 20s));
    list.add(2, to(2, 10s));
    EXPECT_EQ(take(9s), std::nullopt);
    EXPECT_EQ(list.first_due(Medium::mail), 10s);
    EXPECT_EQ(list.first_due(Medium::sms), std::nullopt);
    EXPECT_EQ(take(20s), 2U);
    EXPECT_EQ(take(20s), 1U);
    EXPECT_EQ(take(20s), std::nullopt);
}

TEST_F(AWaitingList, LetsTheFirstToADestinationHoldUpTheOthers) {
    list.add(1, to(1, 50s));
    list.add(2, to(1, 10s));
    EXPECT_EQ(take(10s), std::nullopt);
    EXPECT_EQ(take(50s), 1U);
    EXPECT_EQ(take(50s), std::nullopt) << "it is in hand";
    list.put_back(1, 60s);
    EXPECT_EQ(take(59s), std::nullopt);
    EXPECT_EQ(take(60s), 1U);
    list.remove(1);
    EXPECT_EQ(take(60s), 2U);
}

TEST_F(AWaitingList, GivesExpiredMessagesFromAnyPlaceInTheQueue) {
    list.add(1, to(1, 10s, 100s));
    list.add(2, to(1, 10s, 50s));
    list.add(3, to(2, 10s, 60s));
    EXPECT_EQ(list.first_expiry(), 50s);
    EXPECT_THAT(list.take_expired(49s, 10), IsEmpty());
    EXPECT_THAT(list.take_expired(60s, 1), ElementsAre(2U));
    EXPECT_THAT(list.take_expired(60s, 10), ElementsAre(3U));
    EXPECT_EQ(take(10s), 1U);
    EXPECT_THAT(list.take_expired(100s, 10), IsEmpty()) << "what is in hand is brought to its end";
}

TEST_F(AWaitingList, LetsWhatIsHeldHoldUpTheOthersUntilItIsPutBack) {
    list.add(1, to(1, 10s));
    list.add(2, to(1, 10s));
    list.hold(1);
    EXPECT_EQ(take(10s), std::nullopt);
    EXPECT_THAT(list.take_expired(1000s, 10), ElementsAre(2U));
    list.put_back(1, 20s);
    EXPECT_EQ(take(20s), 1U);
}

TEST_F(AWaitingList, MakesAMessageItKnowsDueAndLeavesOneInHandAlone) {
    list.add(1, to(1, 50s));
    list.add(1, to(1, 10s));
    EXPECT_EQ(list.size(), 1U);
    EXPECT_EQ(take(10s), 1U);
    list.add(1, to(1, 5s));
    EXPECT_EQ(take(10s), std::nullopt);
}

TEST_F(AWaitingList, ForgetsWhatIsRemovedWhereverItStands) {
    list.add(1, to(1, 10s));
    list.add(2, to(1, 10s));
    list.remove(2);
    list.remove(7);
    EXPECT_EQ(take(10s), 1U);
    list.remove(1);
    list.put_back(1, 20s);
    EXPECT_EQ(list.size(), 0U);
    EXPECT_EQ(list.first_expiry(), std::nullopt);
}

} // namespace
} // namespace loquet::outbox
