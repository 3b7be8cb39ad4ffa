// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/base/clock.h"
#include "lib/base/file.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace loquet::base {

namespace {

TEST(TheSystemsClock, TellsTheBootIdOfTheKernelWithoutDashes) {
    const SystemClock clock;
    std::string expected = read_file("/proc/sys/kernel/random/boot_id", 128);
    std::erase_if(expected, [](char c) { return c == '-' || c == '\n'; });
    EXPECT_EQ(clock.boot_id(), expected);
    EXPECT_EQ(clock.boot_id().size(), 32U);
}

TEST(TheSystemsClock, TellsTheTimeInMilliseconds) {
    const SystemClock clock;
    const auto before = std::chrono::system_clock::now().time_since_epoch();
    const Milliseconds wall = clock.wall();
    const auto after = std::chrono::system_clock::now().time_since_epoch();
    EXPECT_GE(wall, std::chrono::duration_cast<Milliseconds>(before));
    EXPECT_LE(wall, std::chrono::duration_cast<Milliseconds>(after));
}

TEST(TheSystemsClock, NeverGoesBackSinceTheMachineStarted) {
    const SystemClock clock;
    Milliseconds last = clock.boottime();
    for (int i = 0; i < 1000; ++i) {
        const Milliseconds now = clock.boottime();
        ASSERT_GE(now, last);
        last = now;
    }
    EXPECT_GT(last.count(), 0);
}

TEST(ATimeAsText, IsRfc3339InSecondsAndUtc) {
    EXPECT_EQ(rfc3339(Milliseconds(0)), "1970-01-01T00:00:00Z");
    EXPECT_EQ(rfc3339(Milliseconds(1795420800000)), "2026-11-23T08:00:00Z");
    EXPECT_EQ(rfc3339(Milliseconds(951782400999)), "2000-02-29T00:00:00Z");
    EXPECT_EQ(rfc3339(Milliseconds(253402300799000)), "9999-12-31T23:59:59Z");
}

} // namespace

} // namespace loquet::base
