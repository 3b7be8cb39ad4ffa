// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugins/lockout/lockout_harness.h"
#include "plugins/lockout/lockout_policy.h"

#include <gtest/gtest.h>

#include <deque>
#include <limits>
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

/// Ten failures three hours ago, which are pardoned, and four in the present hour.
loquet_counter pardoned_counter() {
    loquet_counter counter = counter_at(start);
    counter.failed_in_hour[0] = 10;
    counter.pardoned = 10;
    age(counter, start + 3 * hour_ms);
    counter.failed_in_hour[0] = 4;
    return counter;
}

TEST(FailureHours, PardonFewerAsTheHoursLeaveThatArePardoned) {
    loquet_counter counter = pardoned_counter();
    age(counter, start + 24 * hour_ms);
    EXPECT_EQ(counter.pardoned, 10U);
    EXPECT_EQ(unpardoned_in_a_day(counter), 4U);
    age(counter, start + 25 * hour_ms);
    EXPECT_EQ(counter.pardoned, 0U);
    EXPECT_EQ(unpardoned_in_a_day(counter), 4U) << "the failures since then still count";
    age(counter, start + 28 * hour_ms);
    EXPECT_EQ(unpardoned_in_a_day(counter), 0U);
}

TEST(FailureHours, PardonTheOldestOfAnHourFirst) {
    loquet_counter counter = pardoned_counter();
    counter.pardoned = 12; // two of the present hour too
    EXPECT_EQ(unpardoned_in_a_day(counter), 2U);
    age(counter, start + 25 * hour_ms);
    EXPECT_EQ(counter.pardoned, 2U);
    EXPECT_EQ(unpardoned_in_a_day(counter), 2U);
    age(counter, start + 28 * hour_ms);
    EXPECT_EQ(counter.pardoned, 0U);
}

TEST(FailureHours, TellWhenTheDayFallsBelowALimitByWhatIsNotPardoned) {
    const loquet_counter counter = pardoned_counter();
    EXPECT_EQ(day_falls_below(counter, 5), 0) << "ten of fourteen are pardoned";
    EXPECT_EQ(day_falls_below(counter, 4), start + 28 * hour_ms);
}

TEST(FailureHours, PardonNoMoreThanTheyRemember) {
    loquet_counter counter = pardoned_counter();
    counter.pardoned = std::numeric_limits<std::uint32_t>::max();
    age(counter, start + 3 * hour_ms);
    EXPECT_EQ(counter.pardoned, 14U);
}

TEST(FailureHours, CountAFailureInAFullHourAsOneLessThatIsPardoned) {
    loquet_counter counter = counter_at(start);
    counter.failed_in_hour[0] = 65'535;
    counter.pardoned = 65'535;
    for (int n = 0; n < 25; ++n) {
        add_failure(counter);
    }
    EXPECT_EQ(unpardoned_in_a_day(counter), 25U);
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

using Outcome = Harness::Outcome;

void fail(Harness& harness, int times, const std::string& place = "tty1") {
    for (int n = 0; n < times; ++n) {
        ASSERT_EQ(harness.attempt("anne", place, false).outcome, Outcome::wrong) << "failure " << n + 1;
    }
}

TEST(ALockoutPolicy, AllowsAFirstAttemptAndChargesNothingForAsking) {
    Harness harness;
    const Decision decision = harness.ask(LOQUET_LOCKOUT_BEFORE, "anne", "tty1");
    EXPECT_EQ(decision.verdict, LOQUET_VERDICT_ALLOW);
    for (const auto& counter : decision.changed) {
        EXPECT_FALSE(counter.has_value());
    }
}

TEST(ALockoutPolicy, WaitsLongerAfterEachFailureButNotAfterTheFirst) {
    Options options;
    options.tries = 20;
    Harness harness(options);
    const std::int64_t expected[] = {0, 0, 1000, 2000, 4000, 8000, 16'000, 30'000, 30'000};
    for (const std::int64_t wait : expected) {
        EXPECT_EQ(harness.attempt("anne", "tty1", false).waited, wait);
    }
}

TEST(ALockoutPolicy, DoesNotDelayWhoLetsTheTimePass) {
    Harness harness;
    fail(harness, 4);
    harness.now += 4000;
    EXPECT_EQ(harness.attempt("anne", "tty1", true).waited, 0);
}

TEST(ALockoutPolicy, BONUS_15_and_16_LocksAfterFiveFailures) {
    Harness harness;
    fail(harness, 5);
    EXPECT_EQ(harness.last.verdict, LOQUET_VERDICT_LOCKED);
    EXPECT_EQ(harness.last.until, harness.now + 20 * minute);
    EXPECT_EQ(harness.last.reason, "too-many-failures");
    EXPECT_EQ(harness.attempt("anne", "tty1", true).outcome, Outcome::refused) << "even the right password";
}

TEST(ALockoutPolicy, BONUS_17_LetsTryAgainAfterTwentyMinutes) {
    Harness harness;
    fail(harness, 5);
    harness.now += 20 * minute - 1;
    EXPECT_EQ(harness.attempt("anne", "tty1", true).outcome, Outcome::refused);
    harness.now += 1;
    EXPECT_EQ(harness.attempt("anne", "tty1", true).outcome, Outcome::right);
}

TEST(ALockoutPolicy, DoesNotProlongALockByRefusedAttempts) {
    Harness harness;
    fail(harness, 5);
    const auto kept = harness.kept["anne at tty1"];
    for (int n = 0; n < 50; ++n) {
        harness.now += 1000;
        EXPECT_EQ(harness.attempt("anne", "tty1", false).outcome, Outcome::refused);
    }
    EXPECT_EQ(harness.kept["anne at tty1"].locked_until, kept.locked_until);
    EXPECT_EQ(harness.kept["anne at tty1"].consecutive, 5U);
    EXPECT_EQ(harness.kept["account anne"].consecutive, 5U);
}

TEST(ALockoutPolicy, StartsAgainAfterASuccessButRemembersTheDay) {
    Harness harness;
    fail(harness, 4);
    ASSERT_EQ(harness.attempt("anne", "tty1", true).outcome, Outcome::right);
    const auto& counter = harness.kept["anne at tty1"];
    EXPECT_EQ(counter.consecutive, 0U);
    EXPECT_EQ(counter.since_lock, 0U);
    EXPECT_EQ(counter.last_success, harness.now);
    EXPECT_EQ(failures_in_a_day(counter), 4U);
    EXPECT_EQ(harness.attempt("anne", "tty1", false).waited, 0);
    EXPECT_EQ(harness.last.verdict, LOQUET_VERDICT_ALLOW);
}

TEST(ALockoutPolicy, LocksTheAccountEverywhereAfterADayOfFailures) {
    Harness harness;
    for (int place = 0; place < 25; ++place) {
        fail(harness, 1, "host" + std::to_string(place));
    }
    EXPECT_EQ(harness.last.reason, "too-many-failures-a-day");
    const auto met = harness.attempt("anne", "a new host", true);
    ASSERT_EQ(met.outcome, Outcome::refused);
    harness.now = met.verdict.until - 1;
    EXPECT_EQ(harness.attempt("anne", "a new host", true).outcome, Outcome::refused);
    harness.now += 1;
    EXPECT_EQ(harness.attempt("anne", "a new host", true).outcome, Outcome::right);
}

TEST(ALockoutPolicy, SparesAPlaceThatTheAccountKnowsFromTheDayLock) {
    Harness harness;
    ASSERT_EQ(harness.attempt("anne", "desk", true).outcome, Outcome::right);
    for (int place = 0; place < 25; ++place) {
        fail(harness, 1, "host" + std::to_string(place));
    }
    EXPECT_EQ(harness.attempt("anne", "desk", false).outcome, Outcome::wrong);
    EXPECT_EQ(harness.attempt("anne", "desk", true).outcome, Outcome::right);
}

TEST(ALockoutPolicy, ForgetsAKnownPlaceAfterItsDays) {
    Harness harness;
    ASSERT_EQ(harness.attempt("anne", "desk", true).outcome, Outcome::right);
    harness.now += 30 * day_ms;
    for (int place = 0; place < 25; ++place) {
        fail(harness, 1, "host" + std::to_string(place));
    }
    EXPECT_EQ(harness.attempt("anne", "desk", true).outcome, Outcome::refused);
}

TEST(ALockoutPolicy, GivesAKnownPlaceADayOfItsOwn) {
    Harness harness;
    ASSERT_EQ(harness.attempt("anne", "desk", true).outcome, Outcome::right);
    int evaluated = 0;
    for (int n = 0; n < 2000; ++n) {
        evaluated += harness.attempt("anne", "desk", false).outcome == Outcome::wrong ? 1 : 0;
        harness.now += 30'000; // 16 hours and 40 minutes in all
    }
    EXPECT_EQ(evaluated, 25);
}

TEST(ALockoutPolicy, DisablesAnAccountAfterAHundredFailuresInARow) {
    Harness harness;
    int evaluated = 0;
    for (int n = 0; n < 60 * 24 * 12; ++n) {
        evaluated += harness.attempt("anne", "host" + std::to_string(n % 7), false).outcome == Outcome::wrong ? 1 : 0;
        harness.now += minute;
    }
    EXPECT_EQ(evaluated, 100);
    harness.now += 365 * day_ms;
    const auto met = harness.attempt("anne", "desk", true);
    EXPECT_EQ(met.verdict.verdict, LOQUET_VERDICT_DISABLED);
    EXPECT_EQ(met.verdict.reason, "too-many-failures-in-a-row");
}

TEST(ALockoutPolicy, CountsByPlaceOrByAccountAsConfigured) {
    Options options;
    options.by_place = false; // the profile bonuseco
    Harness by_account(options);
    fail(by_account, 3, "tty1");
    fail(by_account, 2, "tty2");
    EXPECT_EQ(by_account.attempt("anne", "tty3", true).outcome, Outcome::refused);

    Harness by_place;
    fail(by_place, 3, "tty1");
    fail(by_place, 2, "tty2");
    EXPECT_EQ(by_place.attempt("anne", "tty3", true).outcome, Outcome::right);
}

TEST(ALockoutPolicy, CountsAnAttemptWithoutAPlaceByTheAccount) {
    Harness harness;
    fail(harness, 5, "");
    EXPECT_EQ(harness.attempt("anne", "", true).outcome, Outcome::refused);
    EXPECT_EQ(harness.attempt("anne", "tty1", true).outcome, Outcome::right) << "places are not locked by it";
}

TEST(ALockoutPolicy, AlertsOnceAnHourWhenTheSiteIsUnderAttackAndBlocksNobody) {
    Harness harness;
    harness.now = 490'000 * hour_ms;
    const auto spray = [&](int failures) {
        for (int n = 0; n < failures; ++n) {
            const auto name = "user" + std::to_string(n);
            ASSERT_EQ(harness.attempt(name, "host" + name, false).outcome, Outcome::wrong);
        }
    };
    spray(500);
    EXPECT_EQ(harness.alerts.size(), 0U);
    spray(1);
    EXPECT_EQ(harness.alerts.size(), 1U);
    spray(3);
    EXPECT_EQ(harness.alerts.size(), 1U);
    harness.now += hour_ms;
    spray(3);
    EXPECT_EQ(harness.alerts.size(), 2U);
    EXPECT_EQ(harness.attempt("anne", "desk", true).outcome, Outcome::right);
    EXPECT_LE(harness.alerts.front().size(), 256U);
}

TEST(ALockoutPolicy, EndsTheTimedLockOfThePlaceWhenLifted) {
    Harness harness;
    fail(harness, 5);
    ASSERT_EQ(harness.last.verdict, LOQUET_VERDICT_LOCKED);
    EXPECT_EQ(harness.ask(LOQUET_LOCKOUT_LIFTED, "anne", "tty1").verdict, LOQUET_VERDICT_ALLOW);
    EXPECT_EQ(harness.attempt("anne", "tty1", false).waited, 0) << "the waits begin anew";
    fail(harness, 4);
    EXPECT_EQ(harness.last.reason, "too-many-failures") << "as five more do";
}

TEST(ALockoutPolicy, LeavesTheLocksOfOtherPlacesWhenLifted) {
    Harness harness;
    fail(harness, 5, "tty1");
    harness.ask(LOQUET_LOCKOUT_LIFTED, "anne", "desk");
    EXPECT_EQ(harness.attempt("anne", "tty1", true).outcome, Outcome::refused);
    EXPECT_EQ(harness.attempt("anne", "desk", true).outcome, Outcome::right);
}

TEST(ALockoutPolicy, EndsTheLockOfTheDayWhenLiftedAndKeepsItsCount) {
    Harness harness;
    for (int place = 0; place < 25; ++place) {
        fail(harness, 1, "host" + std::to_string(place));
    }
    ASSERT_EQ(harness.last.reason, "too-many-failures-a-day");
    EXPECT_EQ(harness.ask(LOQUET_LOCKOUT_LIFTED, "anne", "desk").verdict, LOQUET_VERDICT_ALLOW);
    EXPECT_EQ(failures_in_a_day(harness.kept["account anne"]), 25U);
    EXPECT_EQ(harness.kept["account anne"].consecutive, 25U);
    for (int place = 0; place < 25; ++place) {
        fail(harness, 1, "other" + std::to_string(place));
    }
    EXPECT_EQ(harness.last.reason, "too-many-failures-a-day") << "25 more are the next day's";
    EXPECT_EQ(harness.attempt("anne", "desk", true).outcome, Outcome::refused);
}

TEST(ALockoutPolicy, EndsTheDisablingWhenLiftedAndCountsAHundredMoreInARow) {
    Options options;
    options.tries_a_day = 10'000;
    Harness harness(options);
    const auto fail_until_disabled = [&] {
        int failed = 0;
        for (; harness.last.verdict != LOQUET_VERDICT_DISABLED; ++failed) {
            fail(harness, 1, "host" + std::to_string(failed));
        }
        return failed;
    };
    EXPECT_EQ(fail_until_disabled(), 100);
    EXPECT_EQ(harness.ask(LOQUET_LOCKOUT_LIFTED, "anne", "desk").verdict, LOQUET_VERDICT_ALLOW);
    EXPECT_EQ(harness.kept["account anne"].consecutive, 100U) << "the row stays as long as it is";
    harness.last = {};
    EXPECT_EQ(fail_until_disabled(), 100);
    harness.ask(LOQUET_LOCKOUT_LIFTED, "anne", "desk");
    ASSERT_EQ(harness.attempt("anne", "desk", true).outcome, Outcome::right);
    EXPECT_EQ(harness.kept["account anne"].pardoned_in_a_row, 0U) << "nothing of a row that is over";
}

TEST(ALockoutPolicy, EndsTheLocksOfAKnownPlaceWhenLifted) {
    Harness harness;
    ASSERT_EQ(harness.attempt("anne", "desk", true).outcome, Outcome::right);
    for (int n = 0; n < 100; ++n) {
        harness.attempt("anne", "desk", false);
        harness.now += 30 * minute;
    }
    auto& known = harness.known["anne at desk"];
    known.disabled = 1;
    ASSERT_EQ(harness.attempt("anne", "desk", true).outcome, Outcome::refused);
    EXPECT_EQ(harness.ask(LOQUET_LOCKOUT_LIFTED, "anne", "desk").verdict, LOQUET_VERDICT_ALLOW);
    EXPECT_EQ(known.disabled, 0U);
    EXPECT_EQ(harness.attempt("anne", "desk", true).outcome, Outcome::right);
}

TEST(ALockoutPolicy, ChangesNothingOfThePlaceOrTheSiteWhenLifted) {
    Harness harness;
    fail(harness, 5);
    const Decision decision = harness.ask(LOQUET_LOCKOUT_LIFTED, "anne", "tty1");
    EXPECT_FALSE(decision.changed[LOQUET_SCOPE_PLACE].has_value());
    EXPECT_FALSE(decision.changed[LOQUET_SCOPE_SITE].has_value());
}

TEST(ALockoutPolicy, TakesAClockThatWentBackForOneThatStands) {
    Harness harness;
    fail(harness, 5);
    harness.now -= day_ms;
    const auto met = harness.attempt("anne", "tty1", true);
    EXPECT_EQ(met.outcome, Outcome::refused);
    EXPECT_EQ(met.verdict.until, harness.now + 20 * minute) << "what remained of the lock remains, and no more";
    harness.now += 20 * minute;
    EXPECT_EQ(harness.attempt("anne", "tty1", true).outcome, Outcome::right);
}

TEST(ALockoutPolicy, KeepsAPlaceKnownWhenTheClockGoesBack) {
    Harness harness;
    ASSERT_EQ(harness.attempt("anne", "desk", true).outcome, Outcome::right);
    harness.now -= 40 * day_ms;
    for (int place = 0; place < 25; ++place) {
        fail(harness, 1, "host" + std::to_string(place));
    }
    EXPECT_EQ(harness.attempt("anne", "desk", true).outcome, Outcome::right);
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
    EXPECT_EQ(decision.changed[LOQUET_SCOPE_PLACE]->since_lock, std::numeric_limits<std::uint32_t>::max());
    EXPECT_EQ(decision.changed[LOQUET_SCOPE_SITE]->failed_in_hour[0], 65'535);
    EXPECT_EQ(decision.changed[LOQUET_SCOPE_ACCOUNT]->disabled, 1U);
}

} // namespace
} // namespace loquet::plugins_lockout
