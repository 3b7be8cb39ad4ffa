// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugins/lockout/failure_hours.h"

#include <gtest/gtest.h>

#include <deque>
#include <random>

namespace loquet::plugins_lockout {
namespace {

constexpr std::int64_t some_hour = 490'000;
constexpr std::int64_t start = some_hour * hour_ms;

loquet_counter counter_at(std::int64_t now) {
    loquet_counter counter{};
    age(counter, now);
    return counter;
}

TEST(FailureHours, RememberADayAndForgetAfterwards) {
    loquet_counter counter = counter_at(start + hour_ms - 1);
    add_failure(counter);
    age(counter, start + hour_ms - 1 + day_ms);
    EXPECT_EQ(failures_in_a_day(counter), 1U) << "24 hours ago is still within the day";
    age(counter, start + 25 * hour_ms);
    EXPECT_EQ(failures_in_a_day(counter), 0U);
}

TEST(FailureHours, TellWhenTheDayFallsBelowALimit) {
    loquet_counter counter = counter_at(start);
    add_failure(counter);
    age(counter, start + 3 * hour_ms);
    add_failure(counter);
    add_failure(counter);
    EXPECT_EQ(day_falls_below(counter, 4), 0);
    EXPECT_EQ(day_falls_below(counter, 3), start + 25 * hour_ms);
    EXPECT_EQ(day_falls_below(counter, 1), start + 28 * hour_ms);
    const std::int64_t until = day_falls_below(counter, 1);
    age(counter, until - 1);
    EXPECT_GE(failures_in_a_day(counter), 1U);
    age(counter, until);
    EXPECT_EQ(failures_in_a_day(counter), 0U);
}

TEST(FailureHours, AFullHourStaysFull) {
    loquet_counter counter = counter_at(start);
    for (int n = 0; n < 65'536; ++n) {
        add_failure(counter);
    }
    EXPECT_EQ(counter.failed_in_hour[0], 65'535);
}

TEST(FailureHours, AnHourFromTheFutureIsTakenForThePresent) {
    loquet_counter counter = counter_at(start + 5 * hour_ms);
    add_failure(counter);
    age(counter, start);
    EXPECT_EQ(failures_in_a_day(counter), 1U);
    EXPECT_EQ(counter.hour, some_hour);
}

TEST(FailureHours, NeverCountFewerThanThereWere) {
    std::mt19937 random(7);
    loquet_counter counter = counter_at(start);
    std::deque<std::int64_t> truth;
    std::int64_t now = start;
    for (int n = 0; n < 20'000; ++n) {
        now += static_cast<std::int64_t>(random() % (random() % 8 == 0 ? 9 * hour_ms : hour_ms / 4));
        age(counter, now);
        while (!truth.empty() && now - truth.front() > day_ms) {
            truth.pop_front();
        }
        const auto hour_truth =
            std::count_if(truth.begin(), truth.end(), [&](std::int64_t at) { return now - at <= hour_ms; });
        ASSERT_GE(failures_in_a_day(counter), truth.size()) << "step " << n;
        ASSERT_GE(failures_in_an_hour(counter), static_cast<std::uint32_t>(hour_truth)) << "step " << n;
        add_failure(counter);
        truth.push_back(now);
    }
}

} // namespace
} // namespace loquet::plugins_lockout
