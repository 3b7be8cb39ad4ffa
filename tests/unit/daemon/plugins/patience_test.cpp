// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/plugins/patience.h"

#include <gtest/gtest.h>

namespace loquet::plugins {

namespace {

using base::Milliseconds;

/// Fails every time it is permitted to try, every `pause` at most; the time of each try.
std::vector<Milliseconds> tries(Patience& patience, Milliseconds pause, Milliseconds until) {
    std::vector<Milliseconds> times;
    for (Milliseconds now{0}; now < until; now += Milliseconds(50)) {
        if (patience.may_try(now) && (times.empty() || now - times.back() >= pause)) {
            times.push_back(now);
            patience.failed(now);
        }
    }
    return times;
}

TEST(Patience, DoublesTheDelayAfterEachFailure) {
    Patience patience;
    const auto times = tries(patience, Milliseconds(0), Milliseconds(1000));
    EXPECT_EQ(times, (std::vector{Milliseconds(0), Milliseconds(100), Milliseconds(300), Milliseconds(700)}));
    EXPECT_FALSE(patience.quarantined());
}

TEST(Patience, NeverDelaysLongerThanHalfAMinuteOutsideAQuarantine) {
    Patience patience;
    for (Milliseconds now{0}; now < Milliseconds(3'600'000); now += Milliseconds(60'000)) {
        ASSERT_TRUE(patience.may_try(now));
        patience.failed(now);
        ASSERT_TRUE(patience.may_try(now + Patience::longest_delay));
    }
    EXPECT_FALSE(patience.quarantined());
}

TEST(Patience, T24_QuarantinesAfterTheFifthFailureWithinAMinuteButNotAfterTheFourth) {
    Patience patience;
    for (int i = 0; i < 4; ++i) {
        patience.failed(Milliseconds(i));
    }
    EXPECT_FALSE(patience.quarantined());
    patience.failed(Milliseconds(4));
    EXPECT_TRUE(patience.quarantined());
    EXPECT_FALSE(patience.may_try(Milliseconds(4) + Patience::quarantine - Milliseconds(1)));
    EXPECT_TRUE(patience.may_try(Milliseconds(4) + Patience::quarantine));
}

TEST(Patience, T24_CountsFailuresBetweenWhichItWorked) {
    Patience patience;
    for (int i = 0; i < 5; ++i) {
        patience.failed(Milliseconds(10'000 * i));
        EXPECT_EQ(patience.quarantined(), i == 4);
        if (i < 4) {
            patience.succeeded();
        }
    }
}

TEST(Patience, ReturnsToQuarantineWhenTheProbeFailsAndIsCuredWhenItWorks) {
    Patience patience;
    for (int i = 0; i < 5; ++i) {
        patience.failed(Milliseconds(0));
    }
    const Milliseconds probe = Patience::quarantine;
    ASSERT_TRUE(patience.may_try(probe));
    patience.failed(probe);
    EXPECT_TRUE(patience.quarantined());
    EXPECT_FALSE(patience.may_try(probe + Patience::longest_delay));
    patience.succeeded();
    EXPECT_FALSE(patience.quarantined());
    patience.failed(2 * probe);
    EXPECT_FALSE(patience.quarantined());
    EXPECT_TRUE(patience.may_try(2 * probe + Patience::first_delay));
}

TEST(Patience, TriesAnAbsentPluginSoonAndForEver) {
    Patience patience;
    for (int i = 0; i < 100; ++i) {
        patience.absent(Milliseconds(0));
    }
    EXPECT_FALSE(patience.quarantined());
    EXPECT_TRUE(patience.may_try(Patience::first_delay));
}

} // namespace

} // namespace loquet::plugins
