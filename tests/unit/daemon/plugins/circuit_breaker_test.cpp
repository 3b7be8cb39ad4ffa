// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/plugins/circuit_breaker.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace loquet::plugins {

namespace {

using base::Milliseconds;

/// Fails every time it is permitted to try, every `pause` at most; the time of each try.
std::vector<Milliseconds> tries(CircuitBreaker& breaker, Milliseconds pause, Milliseconds until) {
    std::vector<Milliseconds> times;
    for (Milliseconds now{0}; now < until; now += Milliseconds(50)) {
        if (breaker.may_try(now) && (times.empty() || now - times.back() >= pause)) {
            times.push_back(now);
            breaker.failed(now);
        }
    }
    return times;
}

TEST(CircuitBreaker, DoublesTheDelayAfterEachFailure) {
    CircuitBreaker breaker;
    const auto times = tries(breaker, Milliseconds(0), Milliseconds(1000));
    EXPECT_EQ(times, (std::vector{Milliseconds(0), Milliseconds(100), Milliseconds(300), Milliseconds(700)}));
    EXPECT_FALSE(breaker.quarantined());
}

TEST(CircuitBreaker, NeverDelaysLongerThanHalfAMinuteOutsideAQuarantine) {
    CircuitBreaker breaker;
    for (Milliseconds now{0}; now < Milliseconds(3'600'000); now += Milliseconds(60'000)) {
        ASSERT_TRUE(breaker.may_try(now));
        breaker.failed(now);
        ASSERT_TRUE(breaker.may_try(now + CircuitBreaker::longest_delay));
    }
    EXPECT_FALSE(breaker.quarantined());
}

TEST(CircuitBreaker, T24_QuarantinesAfterTheFifthFailureWithinAMinuteButNotAfterTheFourth) {
    CircuitBreaker breaker;
    for (int i = 0; i < 4; ++i) {
        breaker.failed(Milliseconds(i));
    }
    EXPECT_FALSE(breaker.quarantined());
    breaker.failed(Milliseconds(4));
    EXPECT_TRUE(breaker.quarantined());
    EXPECT_FALSE(breaker.may_try(Milliseconds(4) + CircuitBreaker::quarantine - Milliseconds(1)));
    EXPECT_TRUE(breaker.may_try(Milliseconds(4) + CircuitBreaker::quarantine));
}

TEST(CircuitBreaker, T24_CountsFailuresBetweenWhichItWorked) {
    CircuitBreaker breaker;
    for (int i = 0; i < 5; ++i) {
        breaker.failed(Milliseconds(10'000 * i));
        EXPECT_EQ(breaker.quarantined(), i == 4);
        if (i < 4) {
            breaker.succeeded();
        }
    }
}

TEST(CircuitBreaker, ReturnsToQuarantineWhenTheProbeFailsAndIsCuredWhenItWorks) {
    CircuitBreaker breaker;
    for (int i = 0; i < 5; ++i) {
        breaker.failed(Milliseconds(0));
    }
    const Milliseconds probe = CircuitBreaker::quarantine;
    ASSERT_TRUE(breaker.may_try(probe));
    breaker.failed(probe);
    EXPECT_TRUE(breaker.quarantined());
    EXPECT_FALSE(breaker.may_try(probe + CircuitBreaker::longest_delay));
    breaker.succeeded();
    EXPECT_FALSE(breaker.quarantined());
    breaker.failed(2 * probe);
    EXPECT_FALSE(breaker.quarantined());
    EXPECT_TRUE(breaker.may_try(2 * probe + CircuitBreaker::first_delay));
}

TEST(CircuitBreaker, TriesAnAbsentPluginSoonAndForEver) {
    CircuitBreaker breaker;
    for (int i = 0; i < 100; ++i) {
        breaker.absent(Milliseconds(0));
    }
    EXPECT_FALSE(breaker.quarantined());
    EXPECT_TRUE(breaker.may_try(CircuitBreaker::first_delay));
}

TEST(RetryPause, DoublesUpToHalfAMinuteAndBeginsAnewOncePluginsAnswer) {
    RetryPause pause(Milliseconds(1000));
    std::vector<Milliseconds> pauses(8);
    std::ranges::generate(pauses, [&] { return pause.next(); });
    EXPECT_EQ(pauses,
              (std::vector{Milliseconds(1000), Milliseconds(2000), Milliseconds(4000), Milliseconds(8000),
                           Milliseconds(16'000), RetryPause::longest, RetryPause::longest, RetryPause::longest}));
    pause.reset();
    EXPECT_EQ(pause.next(), Milliseconds(1000));
}

} // namespace

} // namespace loquet::plugins
