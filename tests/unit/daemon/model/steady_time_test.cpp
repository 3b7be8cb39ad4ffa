// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/model/steady_time.h"
#include "tests/support/fake_clock.h"

#include <gtest/gtest.h>

namespace loquet::model {

namespace {

using base::Milliseconds;
constexpr Milliseconds hour = std::chrono::hours(1);

class ASteadyTime : public testing::Test {
protected:
    tests::FakeClock clock;
    Milliseconds start = clock.wall();
};

TEST_F(ASteadyTime, MovesWithTheTime) {
    SteadyTime time(Milliseconds(0), clock);
    EXPECT_EQ(time.now(clock), start);
    clock.advance(hour);
    EXPECT_EQ(time.now(clock), start + hour);
}

TEST_F(ASteadyTime, T27_NeverGoesBackWhenSomebodySetsTheClockBack) {
    SteadyTime time(Milliseconds(0), clock);
    clock.advance(hour);
    const Milliseconds before = time.now(clock);
    clock.set_wall_by(-10 * hour);
    EXPECT_LT(clock.wall(), before) << "the wall clock alone would have gone back";
    EXPECT_EQ(time.now(clock), before);
    clock.advance(hour);
    EXPECT_EQ(time.now(clock), before + hour) << "and it goes on at its pace";
}

TEST_F(ASteadyTime, T27_DoesNotGrowYoungerOverARebootWithTheClockSetBack) {
    const Milliseconds stored = start + hour;
    clock.reboot(Milliseconds(0));
    clock.set_wall_by(-1000 * hour);
    SteadyTime time(stored, clock);
    EXPECT_EQ(time.now(clock), stored);
    clock.advance(hour);
    EXPECT_EQ(time.now(clock), stored + hour);
}

TEST_F(ASteadyTime, AgesWhileTheMachineIsOff) {
    clock.reboot(8 * hour);
    SteadyTime time(start, clock);
    EXPECT_EQ(time.now(clock), start + 8 * hour);
}

TEST_F(ASteadyTime, FollowsAMachineThatLearnsTheTimeAfterItsStart) {
    SteadyTime time(Milliseconds(0), clock);
    clock.set_wall_by(5 * hour);
    EXPECT_EQ(time.now(clock), start + 5 * hour);
}

TEST_F(ASteadyTime, IsShownOnTheWallClockAsItIsNow) {
    SteadyTime time(Milliseconds(0), clock);
    const Milliseconds lock_ends = time.now(clock) + hour;
    clock.set_wall_by(-2 * hour);
    EXPECT_EQ(time.on_wall(lock_ends, clock), clock.wall() + hour);
}

} // namespace

} // namespace loquet::model
