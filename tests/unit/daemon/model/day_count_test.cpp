// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/model/day_count.h"

#include <gtest/gtest.h>

#include <chrono>

namespace loquet::model {
namespace {

using namespace std::chrono_literals;

constexpr base::Milliseconds start{1795420800000}; // the full hour

TEST(ADayCount, CountsWhatHappenedWithinADay) {
    DayCount count;
    EXPECT_EQ(count.within_day(start), 0U);
    count.add(start);
    count.add(start + 59min);
    count.add(start + 5h);
    EXPECT_EQ(count.within_day(start + 5h), 3U);
}

TEST(ADayCount, ForgetsNothingBeforeADayHasPassedAndAllOfItAfterAnHourMore) {
    DayCount count;
    count.add(start + 59min);
    EXPECT_EQ(count.within_day(start + 59min + 24h), 1U);
    EXPECT_EQ(count.within_day(start + 25h), 0U);
    count.add(start + 48h);
    EXPECT_EQ(count.within_day(start + 48h), 1U);
}

TEST(ADayCount, GivesNoSecondDaysWorthAroundMidnight) {
    DayCount count;
    for (auto at = start + 20h; at < start + 28h; at += 1h) {
        count.add(at);
    }
    EXPECT_EQ(count.within_day(start + 28h), 8U);
}

TEST(ADayCount, ForgetsNothingWhenItIsAskedOfAnEarlierHour) {
    DayCount count;
    count.add(start + 5h);
    count.add(start);
    EXPECT_EQ(count.hour, std::chrono::floor<std::chrono::hours>(start + 5h).count());
    EXPECT_EQ(count.within_day(start), 2U);
}

TEST(ADayCount, StopsAtTheLargestNumber) {
    DayCount count;
    count.add(start);
    count.by_hour.front() = UINT32_MAX;
    count.add(start);
    EXPECT_EQ(count.within_day(start), UINT32_MAX);
}

} // namespace
} // namespace loquet::model
