// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/base/error.h"
#include "lib/base/limits.h"
#include "plugin_host/delivery_server.h"

#include <gtest/gtest.h>

#include <set>

namespace loquet::plugin_host {

namespace {

using base::Milliseconds;

constexpr Milliseconds minute{60'000};
constexpr Milliseconds start{5'000'000};
constexpr Requester anne{1, 7};
constexpr Requester bert{2, 7};

TEST(Deliveries, KnowWhoIsToBeAnswered) {
    Deliveries deliveries;
    const auto first = deliveries.add(anne, start, minute);
    const auto second = deliveries.add(bert, start, minute);
    EXPECT_EQ(deliveries.finish(second), bert);
    EXPECT_EQ(deliveries.finish(first), anne);
    EXPECT_TRUE(deliveries.empty());
}

TEST(Deliveries, KnowNoNumberTwiceAndNoneThatWasNeverGiven) {
    Deliveries deliveries;
    const auto number = deliveries.add(anne, start, minute);
    EXPECT_THROW((void)deliveries.finish(number + 1), base::Error);
    EXPECT_THROW((void)deliveries.finish(0), base::Error);
    (void)deliveries.finish(number);
    EXPECT_THROW((void)deliveries.finish(number), base::Error);
    const auto declined = deliveries.add(anne, start, minute);
    deliveries.remove(declined);
    EXPECT_THROW((void)deliveries.finish(declined), base::Error);
    EXPECT_NE(deliveries.add(anne, start, minute), declined) << "a number is not given again";
}

TEST(Deliveries, AreFullAtTheLimitAndNotBefore) {
    Deliveries deliveries;
    for (std::size_t i = 0; i < limits::deliveries_in_flight; ++i) {
        EXPECT_FALSE(deliveries.full()) << i;
        (void)deliveries.add(anne, start, minute);
    }
    EXPECT_TRUE(deliveries.full());
}

TEST(Deliveries, AreAnsweredBeforeTheirRequestersDeadline) {
    Deliveries deliveries;
    const auto number = deliveries.add(anne, start, minute);
    const Milliseconds due = start + minute - Deliveries::headway;
    EXPECT_TRUE(deliveries.take_overdue(due - Milliseconds(1)).empty());
    EXPECT_EQ(deliveries.take_overdue(due), std::vector<Requester>{anne});
    EXPECT_TRUE(deliveries.take_overdue(due).empty()) << "each is named once";
    EXPECT_FALSE(deliveries.empty()) << "the channel still has it";
    EXPECT_EQ(deliveries.finish(number), std::nullopt) << "nobody is answered twice";
}

TEST(Deliveries, UseThreeQuartersOfAShortDeadline) {
    Deliveries deliveries;
    (void)deliveries.add(anne, start, Milliseconds(100));
    EXPECT_TRUE(deliveries.take_overdue(start + Milliseconds(74)).empty());
    EXPECT_EQ(deliveries.take_overdue(start + Milliseconds(75)).size(), 1U);
}

TEST(Deliveries, AreStuckWhenOneIsKeptForAMinuteAfterItsTime) {
    Deliveries deliveries;
    const auto number = deliveries.add(anne, start, minute);
    const Milliseconds due = start + minute - Deliveries::headway;
    (void)deliveries.take_overdue(due);
    EXPECT_FALSE(deliveries.is_stuck(due + Deliveries::stuck_after - Milliseconds(1)));
    EXPECT_TRUE(deliveries.is_stuck(due + Deliveries::stuck_after));
    (void)deliveries.finish(number);
    EXPECT_FALSE(deliveries.is_stuck(due + Deliveries::stuck_after));
}

TEST(Deliveries, SayHowLongThereIsNothingToDo) {
    Deliveries deliveries;
    constexpr Milliseconds most{10'000};
    EXPECT_EQ(deliveries.quiet_for(start, most), most);
    (void)deliveries.add(anne, start, minute);
    EXPECT_EQ(deliveries.quiet_for(start, most), most);
    (void)deliveries.add(bert, start, Milliseconds(2000));
    EXPECT_EQ(deliveries.quiet_for(start, most), Milliseconds(1750));
    EXPECT_EQ(deliveries.quiet_for(start + Milliseconds(1750), most), Milliseconds(0));
    EXPECT_EQ(deliveries.quiet_for(start + minute, most), Milliseconds(0)) << "never less";
    (void)deliveries.take_overdue(start + Milliseconds(1750));
    EXPECT_EQ(deliveries.quiet_for(start + Milliseconds(1750), minute + minute), minute - Milliseconds(2000))
        << "the other one's time";
}

} // namespace

} // namespace loquet::plugin_host
