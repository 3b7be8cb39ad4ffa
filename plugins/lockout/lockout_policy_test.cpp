// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugins/lockout/lockout_policy.h"
#include "plugins/lockout/lockout_world.h"

#include <gtest/gtest.h>

#include <limits>

namespace loquet::plugins_lockout {
namespace {

using Outcome = World::Outcome;

void fail(World& world, int times, const std::string& seat = "tty1") {
    for (int n = 0; n < times; ++n) {
        ASSERT_EQ(world.attempt("anne", seat, false).outcome, Outcome::wrong) << "failure " << n + 1;
    }
}

TEST(ALockoutPolicy, AllowsAFirstAttemptAndChargesNothingForAsking) {
    World world;
    const Decision decision = world.ask(LOQUET_LOCKOUT_BEFORE, "anne", "tty1");
    EXPECT_EQ(decision.verdict, LOQUET_VERDICT_ALLOW);
    for (const auto& counter : decision.changed) {
        EXPECT_FALSE(counter.has_value());
    }
}

TEST(ALockoutPolicy, WaitsLongerAfterEachFailureButNotAfterTheFirst) {
    Options options;
    options.tries = 20;
    World world(options);
    const std::int64_t expected[] = {0, 0, 1000, 2000, 4000, 8000, 16'000, 30'000, 30'000};
    for (const std::int64_t wait : expected) {
        EXPECT_EQ(world.attempt("anne", "tty1", false).waited, wait);
    }
}

TEST(ALockoutPolicy, DoesNotDelayWhoLetsTheTimePass) {
    World world;
    fail(world, 4);
    world.now += 4000;
    EXPECT_EQ(world.attempt("anne", "tty1", true).waited, 0);
}

TEST(ALockoutPolicy, BONUS_15_and_16_LocksAfterFiveFailures) {
    World world;
    fail(world, 5);
    EXPECT_EQ(world.last.verdict, LOQUET_VERDICT_LOCKED);
    EXPECT_EQ(world.last.until, world.now + 20 * minute);
    EXPECT_EQ(world.last.reason, "too-many-failures");
    EXPECT_EQ(world.attempt("anne", "tty1", true).outcome, Outcome::refused) << "even the right password";
}

TEST(ALockoutPolicy, BONUS_17_LetsTryAgainAfterTwentyMinutes) {
    World world;
    fail(world, 5);
    world.now += 20 * minute - 1;
    EXPECT_EQ(world.attempt("anne", "tty1", true).outcome, Outcome::refused);
    world.now += 1;
    EXPECT_EQ(world.attempt("anne", "tty1", true).outcome, Outcome::right);
}

TEST(ALockoutPolicy, DoesNotProlongALockByRefusedAttempts) {
    World world;
    fail(world, 5);
    const auto kept = world.kept["anne at tty1"];
    for (int n = 0; n < 50; ++n) {
        world.now += 1000;
        EXPECT_EQ(world.attempt("anne", "tty1", false).outcome, Outcome::refused);
    }
    EXPECT_EQ(world.kept["anne at tty1"].locked_until, kept.locked_until);
    EXPECT_EQ(world.kept["anne at tty1"].consecutive, 5U);
    EXPECT_EQ(world.kept["account anne"].consecutive, 5U);
}

TEST(ALockoutPolicy, StartsAgainAfterASuccessButRemembersTheDay) {
    World world;
    fail(world, 4);
    ASSERT_EQ(world.attempt("anne", "tty1", true).outcome, Outcome::right);
    const auto& counter = world.kept["anne at tty1"];
    EXPECT_EQ(counter.consecutive, 0U);
    EXPECT_EQ(counter.since_lock, 0U);
    EXPECT_EQ(counter.last_success, world.now);
    EXPECT_EQ(failures_in_a_day(counter), 4U);
    EXPECT_EQ(world.attempt("anne", "tty1", false).waited, 0);
    EXPECT_EQ(world.last.verdict, LOQUET_VERDICT_ALLOW);
}

TEST(ALockoutPolicy, LocksTheAccountEverywhereAfterADayOfFailures) {
    World world;
    for (int seat = 0; seat < 25; ++seat) {
        fail(world, 1, "host" + std::to_string(seat));
    }
    EXPECT_EQ(world.last.reason, "too-many-failures-a-day");
    const auto met = world.attempt("anne", "a new host", true);
    ASSERT_EQ(met.outcome, Outcome::refused);
    world.now = met.verdict.until - 1;
    EXPECT_EQ(world.attempt("anne", "a new host", true).outcome, Outcome::refused);
    world.now += 1;
    EXPECT_EQ(world.attempt("anne", "a new host", true).outcome, Outcome::right);
}

TEST(ALockoutPolicy, SparesASeatThatTheAccountKnowsFromTheDayLock) {
    World world;
    ASSERT_EQ(world.attempt("anne", "desk", true).outcome, Outcome::right);
    for (int seat = 0; seat < 25; ++seat) {
        fail(world, 1, "host" + std::to_string(seat));
    }
    EXPECT_EQ(world.attempt("anne", "desk", false).outcome, Outcome::wrong);
    EXPECT_EQ(world.attempt("anne", "desk", true).outcome, Outcome::right);
}

TEST(ALockoutPolicy, ForgetsAKnownSeatAfterItsDays) {
    World world;
    ASSERT_EQ(world.attempt("anne", "desk", true).outcome, Outcome::right);
    world.now += 30 * day_ms;
    for (int seat = 0; seat < 25; ++seat) {
        fail(world, 1, "host" + std::to_string(seat));
    }
    EXPECT_EQ(world.attempt("anne", "desk", true).outcome, Outcome::refused);
}

TEST(ALockoutPolicy, GivesAKnownSeatADayOfItsOwn) {
    World world;
    ASSERT_EQ(world.attempt("anne", "desk", true).outcome, Outcome::right);
    int evaluated = 0;
    for (int n = 0; n < 2000; ++n) {
        evaluated += world.attempt("anne", "desk", false).outcome == Outcome::wrong ? 1 : 0;
        world.now += 30'000; // 16 hours and 40 minutes in all
    }
    EXPECT_EQ(evaluated, 25);
}

TEST(ALockoutPolicy, DisablesAnAccountAfterAHundredFailuresInARow) {
    World world;
    int evaluated = 0;
    for (int n = 0; n < 60 * 24 * 12; ++n) {
        evaluated += world.attempt("anne", "host" + std::to_string(n % 7), false).outcome == Outcome::wrong ? 1 : 0;
        world.now += minute;
    }
    EXPECT_EQ(evaluated, 100);
    world.now += 365 * day_ms;
    const auto met = world.attempt("anne", "desk", true);
    EXPECT_EQ(met.verdict.verdict, LOQUET_VERDICT_DISABLED);
    EXPECT_EQ(met.verdict.reason, "too-many-failures-in-a-row");
}

TEST(ALockoutPolicy, CountsBySeatOrByAccountAsConfigured) {
    Options options;
    options.by_seat = false; // the profile bonuseco
    World by_account(options);
    fail(by_account, 3, "tty1");
    fail(by_account, 2, "tty2");
    EXPECT_EQ(by_account.attempt("anne", "tty3", true).outcome, Outcome::refused);

    World by_seat;
    fail(by_seat, 3, "tty1");
    fail(by_seat, 2, "tty2");
    EXPECT_EQ(by_seat.attempt("anne", "tty3", true).outcome, Outcome::right);
}

TEST(ALockoutPolicy, CountsAnAttemptWithoutASeatByTheAccount) {
    World world;
    fail(world, 5, "");
    EXPECT_EQ(world.attempt("anne", "", true).outcome, Outcome::refused);
    EXPECT_EQ(world.attempt("anne", "tty1", true).outcome, Outcome::right) << "seats are not locked by it";
}

TEST(ALockoutPolicy, AlertsOnceAnHourWhenTheSiteIsUnderAttackAndBlocksNobody) {
    World world;
    world.now = 490'000 * hour_ms;
    const auto spray = [&](int failures) {
        for (int n = 0; n < failures; ++n) {
            const auto name = "user" + std::to_string(n);
            ASSERT_EQ(world.attempt(name, "host" + name, false).outcome, Outcome::wrong);
        }
    };
    spray(500);
    EXPECT_EQ(world.alerts.size(), 0U);
    spray(1);
    EXPECT_EQ(world.alerts.size(), 1U);
    spray(3);
    EXPECT_EQ(world.alerts.size(), 1U);
    world.now += hour_ms;
    spray(3);
    EXPECT_EQ(world.alerts.size(), 2U);
    EXPECT_EQ(world.attempt("anne", "desk", true).outcome, Outcome::right);
    EXPECT_LE(world.alerts.front().size(), 256U);
}

TEST(ALockoutPolicy, TakesAClockThatWentBackForOneThatStands) {
    World world;
    fail(world, 5);
    world.now -= day_ms;
    const auto met = world.attempt("anne", "tty1", true);
    EXPECT_EQ(met.outcome, Outcome::refused);
    EXPECT_EQ(met.verdict.until, world.now + 20 * minute) << "what remained of the lock remains, and no more";
    world.now += 20 * minute;
    EXPECT_EQ(world.attempt("anne", "tty1", true).outcome, Outcome::right);
}

TEST(ALockoutPolicy, KeepsASeatKnownWhenTheClockGoesBack) {
    World world;
    ASSERT_EQ(world.attempt("anne", "desk", true).outcome, Outcome::right);
    world.now -= 40 * day_ms;
    for (int seat = 0; seat < 25; ++seat) {
        fail(world, 1, "host" + std::to_string(seat));
    }
    EXPECT_EQ(world.attempt("anne", "desk", true).outcome, Outcome::right);
}

TEST(ALockoutPolicy, CountsToTheEndOfItsCountersAndStaysThere) {
    Counters counters;
    for (auto& counter : counters) {
        counter.emplace();
        counter->consecutive = std::numeric_limits<std::uint32_t>::max();
        counter->since_lock = std::numeric_limits<std::uint32_t>::max();
        std::fill(std::begin(counter->failed_in_hour), std::end(counter->failed_in_hour), std::uint16_t{65'535});
        counter->hour = 490'000;
    }
    const Decision decision = failed({}, 490'000 * hour_ms, counters);
    EXPECT_EQ(decision.changed[LOQUET_SCOPE_ACCOUNT]->consecutive, std::numeric_limits<std::uint32_t>::max());
    EXPECT_EQ(decision.changed[LOQUET_SCOPE_SEAT]->since_lock, std::numeric_limits<std::uint32_t>::max());
    EXPECT_EQ(decision.changed[LOQUET_SCOPE_SITE]->failed_in_hour[0], 65'535);
    EXPECT_EQ(decision.changed[LOQUET_SCOPE_ACCOUNT]->disabled, 1U);
}

} // namespace
} // namespace loquet::plugins_lockout
