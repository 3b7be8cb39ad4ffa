// SPDX-License-Identifier: LGPL-2.1-or-later
// What must hold for every sequence of attempts, tried on many random ones (the seed is in the message).
#include "plugins/lockout/lockout_harness.h"

#include <gtest/gtest.h>

#include <cstring>
#include <deque>
#include <random>

namespace loquet::plugins_lockout {
namespace {

using Outcome = Harness::Outcome;

class EverySequence : public testing::TestWithParam<unsigned> {
protected:
    std::uint64_t draw(std::uint64_t bound) { return random_() % bound; }

    /// Mostly seconds, now and then hours.
    std::int64_t pause() {
        const auto kind = draw(20);
        return static_cast<std::int64_t>(kind < 12 ? draw(20'000) : kind < 19 ? draw(25 * 60'000) : draw(20 * hour_ms));
    }

    std::mt19937_64 random_{GetParam()};
};

TEST_P(EverySequence, HasAtMostSoManyEvaluationsBetweenTheLocksOfAPlace) {
    const Options options;
    Harness harness(options);
    std::map<std::string, std::uint32_t> since_lock;
    for (int n = 0; n < 5000; ++n) {
        const std::string place = "place" + std::to_string(draw(3));
        const bool right = draw(40) == 0;
        const std::int64_t former_lock = harness.kept["anne at " + place].locked_until;
        const auto attempt = harness.attempt("anne", place, right);
        const bool lock_begins = harness.kept["anne at " + place].locked_until != former_lock;
        if (attempt.outcome == Outcome::right) {
            since_lock[place] = 0;
        } else if (attempt.outcome == Outcome::wrong) {
            ASSERT_LE(++since_lock[place], options.tries) << "attempt " << n;
            ASSERT_TRUE(lock_begins || since_lock[place] < options.tries) << "attempt " << n;
        }
        if (lock_begins) {
            since_lock[place] = 0; // what was refused behind a lock of the account may have brought it nearer
            const auto met = harness.ask(LOQUET_LOCKOUT_BEFORE, "anne", place);
            ASSERT_TRUE(met.verdict == LOQUET_VERDICT_LOCKED || met.verdict == LOQUET_VERDICT_DISABLED);
        }
        harness.now += pause();
    }
}

TEST_P(EverySequence, HasAtMostSoManyFailuresADayFromUnknownPlaces) {
    const Options options;
    Harness harness(options);
    std::deque<std::int64_t> failures;
    std::size_t most = 0;
    for (int n = 0; n < 5000; ++n) {
        // Nobody ever succeeds, so no place is known; the account is "recovered" whenever it has been disabled.
        if (harness.attempt("anne", "place" + std::to_string(draw(16)), false).outcome == Outcome::wrong) {
            failures.push_back(harness.now);
        }
        while (!failures.empty() && harness.now - failures.front() > day_ms) {
            failures.pop_front();
        }
        most = std::max(most, failures.size());
        ASSERT_LE(failures.size(), options.tries_a_day) << "attempt " << n;
        harness.kept["account anne"].disabled = 0;
        harness.kept["account anne"].consecutive = 0;
        harness.now += pause();
    }
    EXPECT_EQ(most, options.tries_a_day) << "the sequence should have reached the limit";
}

/// Recoveries lift locks at random; the failures since the last one are counted here by themselves.
class LiftedCounts {
public:
    void failed(std::int64_t now) { since_.push_back(now); }
    void lifted() { since_.clear(); }
    /// Of the last 24 hours.
    std::size_t of_the_day(std::int64_t now) {
        while (!since_.empty() && now - since_.front() > day_ms) {
            since_.pop_front();
        }
        return since_.size();
    }

private:
    std::deque<std::int64_t> since_;
};

TEST_P(EverySequence, HasAtMostADaysFailuresFromUnknownPlacesSinceTheLastTimeItWasLifted) {
    const Options options;
    Harness harness(options);
    LiftedCounts truth;
    std::size_t most = 0;
    std::uint32_t in_a_row = 0;
    for (int n = 0; n < 5000; ++n) {
        const std::string place = "place" + std::to_string(draw(16));
        if (draw(60) == 0) {
            const Decision decision = harness.ask(LOQUET_LOCKOUT_LIFTED, "anne", place);
            ASSERT_EQ(decision.verdict, LOQUET_VERDICT_ALLOW) << "attempt " << n;
            truth.lifted();
            in_a_row = 0;
        }
        if (harness.attempt("anne", place, false).outcome == Outcome::wrong) {
            truth.failed(harness.now);
            ++in_a_row;
        }
        const std::size_t of_the_day = truth.of_the_day(harness.now);
        most = std::max(most, of_the_day);
        ASSERT_LE(of_the_day, options.tries_a_day) << "attempt " << n;
        ASSERT_LE(in_a_row, options.tries_in_a_row) << "attempt " << n;
        const loquet_counter& account = harness.kept["account anne"];
        ASSERT_LE(account.pardoned, failures_in_a_day(account)) << "attempt " << n;
        ASSERT_GE(unpardoned_in_a_day(account), of_the_day) << "attempt " << n;
        harness.now += pause();
    }
    EXPECT_EQ(most, options.tries_a_day) << "the sequence should have reached the limit";
}

TEST_P(EverySequence, WithANaivePardonOfTheDayGivesMoreThanADaysFailures) {
    // The pardon stays as it is when hours leave: what was forgotten anyway pardons what comes later.
    const Options options;
    const auto honest = Harness::judge_with(options);
    Harness harness([&](loquet_lockout_event event, std::int64_t at, const Counters& counters) {
        Decision decision = honest(event, at, counters);
        const auto& before = counters[LOQUET_SCOPE_ACCOUNT];
        auto& after = decision.changed[LOQUET_SCOPE_ACCOUNT];
        if (event != LOQUET_LOCKOUT_LIFTED && before && after) {
            after->pardoned = std::max(after->pardoned, before->pardoned);
        }
        return decision;
    });
    LiftedCounts truth;
    std::size_t most = 0;
    for (int n = 0; n < 3000; ++n) {
        if (n % 500 == 100) {
            harness.ask(LOQUET_LOCKOUT_LIFTED, "anne", "desk");
            truth.lifted();
        }
        if (harness.attempt("anne", "place" + std::to_string(draw(16)), false).outcome == Outcome::wrong) {
            truth.failed(harness.now);
        }
        most = std::max(most, truth.of_the_day(harness.now));
        harness.kept["account anne"].disabled = 0;
        harness.kept["account anne"].consecutive = 0;
        harness.now += 10 * minute;
    }
    EXPECT_GT(most, options.tries_a_day);
}

TEST_P(EverySequence, MakesTheWaitsGrowUntilTheLock) {
    Options options;
    options.tries = static_cast<std::uint32_t>(3 + draw(10));
    Harness harness(options);
    std::int64_t longest = 0;
    while (harness.last.verdict != LOQUET_VERDICT_LOCKED) {
        const auto attempt = harness.attempt("anne", "tty1", false);
        ASSERT_EQ(attempt.outcome, Outcome::wrong);
        ASSERT_GE(attempt.waited, longest);
        ASSERT_LE(attempt.waited, options.max_delay_ms);
        longest = attempt.waited;
    }
    EXPECT_GT(longest, 0);
}

TEST_P(EverySequence, OfGarbageCountersHasABoundedEnd) {
    for (int n = 0; n < 20'000; ++n) {
        Counters counters;
        for (auto& counter : counters) {
            if (draw(4) != 0) {
                loquet_counter garbage{};
                std::uint64_t words[sizeof garbage / 8 + 1];
                for (auto& word : words) {
                    // Whole garbage, small garbage, and the edges.
                    const std::uint64_t edges[] = {0, 1, ~0ULL, 1ULL << 63, (1ULL << 63) - 1, draw(~0ULL), draw(100)};
                    word = edges[draw(std::size(edges))];
                }
                std::memcpy(&garbage, words, sizeof garbage);
                counter = garbage;
            }
        }
        const std::int64_t clocks[] = {0, 490'000 * hour_ms, std::numeric_limits<std::int64_t>::max() / 2};
        const std::int64_t now = clocks[draw(std::size(clocks))];
        for (const auto event :
             {LOQUET_LOCKOUT_BEFORE, LOQUET_LOCKOUT_FAILED, LOQUET_LOCKOUT_SUCCEEDED, LOQUET_LOCKOUT_LIFTED}) {
            const Decision decision = Harness::judge_with({})(event, now, counters);
            ASSERT_LE(decision.until, now + longest_lock({}));
            ASSERT_TRUE(decision.until == 0 || decision.until > now);
            for (const auto& counter : decision.changed) {
                if (counter) {
                    ASSERT_LE(counter->last_failure, now);
                    ASSERT_LE(counter->last_success, now);
                    ASSERT_LE(counter->locked_until, now + longest_lock({}));
                    ASSERT_EQ(counter->hour, now / hour_ms);
                    ASSERT_LE(counter->pardoned, failures_in_a_day(*counter));
                }
            }
        }
    }
}

TEST_P(EverySequence, OfImpossibleTimesIsJudged) {
    for (const std::int64_t now :
         {std::numeric_limits<std::int64_t>::min(), std::int64_t{-1}, std::numeric_limits<std::int64_t>::max()}) {
        Harness harness;
        harness.now = now;
        for (int n = 0; n < 10; ++n) {
            harness.now = now;
            harness.attempt("anne", "tty1", draw(9) == 0);
        }
        EXPECT_TRUE(harness.kept.contains("account anne"));
    }
}

INSTANTIATE_TEST_SUITE_P(Random, EverySequence, testing::Range(1U, 9U));

} // namespace
} // namespace loquet::plugins_lockout
