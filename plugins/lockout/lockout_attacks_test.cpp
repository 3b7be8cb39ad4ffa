// SPDX-License-Identifier: LGPL-2.1-or-later
// The attack classes that a lockout policy has to stand, played through; and policies that do not stand them.
#include "plugins/lockout/lockout_harness.h"

#include <gtest/gtest.h>

#include <cstring>
#include <random>
#include <vector>

namespace loquet::plugins_lockout {
namespace {

using Outcome = Harness::Outcome;

/// What many systems do: five failures lock the account for twenty minutes, from wherever they came.
Decision naive_by_account(loquet_lockout_event event, std::int64_t now, const Counters& counters) {
    Decision decision;
    loquet_counter account = *counters[LOQUET_SCOPE_ACCOUNT];
    if (event == LOQUET_LOCKOUT_FAILED && ++account.since_lock >= 5) {
        account.locked_until = now + 20 * minute;
        account.since_lock = 0;
    } else if (event == LOQUET_LOCKOUT_SUCCEEDED) {
        account.since_lock = 0;
    }
    if (account.locked_until > now) {
        decision.verdict = LOQUET_VERDICT_LOCKED;
        decision.until = account.locked_until;
    }
    decision.changed[LOQUET_SCOPE_ACCOUNT] = account;
    return decision;
}

/// What others do: many failures from one address lock the address, also if somebody has logged in there since.
Decision naive_by_place(loquet_lockout_event event, std::int64_t now, const Counters& counters) {
    if (event == LOQUET_LOCKOUT_SUCCEEDED) {
        return {};
    }
    Counters place_alone;
    place_alone[LOQUET_SCOPE_ACCOUNT] = counters[LOQUET_SCOPE_PLACE];
    Decision decision = naive_by_account(event, now, place_alone);
    decision.changed[LOQUET_SCOPE_PLACE] = decision.changed[LOQUET_SCOPE_ACCOUNT];
    decision.changed[LOQUET_SCOPE_ACCOUNT].reset();
    return decision;
}

/// An attacker fails at place 1, `a_day` times at most; in between, every hour, the owner logs in at `desk`.
/// Returns how many of the owner's logins were refused.
int refused_owner(Harness& harness, const std::string& desk, int attempts, int spacing_seconds) {
    int refused = 0;
    std::int64_t next_login = harness.now + hour_ms;
    for (int n = 0; n < attempts; ++n) {
        harness.attempt("anne", "place 1", false);
        harness.now += spacing_seconds * 1000;
        if (harness.now >= next_login) {
            next_login += hour_ms;
            const auto login = harness.attempt("anne", desk, true);
            refused += login.outcome == Outcome::right ? 0 : 1;
            EXPECT_LE(login.waited, 30'000);
        }
    }
    return refused;
}

TEST(T13_AnAttackerAtAnotherPlace, DoesNotKeepTheOwnerFromAKnownPlaceOverHours) {
    Harness harness;
    ASSERT_EQ(harness.attempt("anne", "place 2", true).outcome, Outcome::right);
    EXPECT_EQ(refused_owner(harness, "place 2", 1000, 60), 0);
}

TEST(T13_AnAttackerAtAnotherPlace, DoesNotKeepTheOwnerFromAKnownPlaceOverDays) {
    Harness harness;
    ASSERT_EQ(harness.attempt("anne", "place 2", true).outcome, Outcome::right);
    EXPECT_EQ(refused_owner(harness, "place 2", 1000, 600), 0);
}

TEST(T13_AnAttackerAtAnotherPlace, DoesNotKeepTheOwnerFromANewPlaceBeforeTheDayCap) {
    Harness harness;
    int evaluated = 0;
    while (evaluated < 24) {
        evaluated += harness.attempt("anne", "place 1", false).outcome == Outcome::wrong ? 1 : 0;
        harness.now += 1000;
    }
    const auto login = harness.attempt("anne", "place 2", true);
    EXPECT_EQ(login.outcome, Outcome::right);
    EXPECT_EQ(login.waited, 0);
}

TEST(T13_AnAttackerAtManyPlaces, DoesNotKeepTheOwnerFromAKnownPlace) {
    for (const int places : {17, 25, 1000}) {
        Harness harness;
        ASSERT_EQ(harness.attempt("anne", "console", true).outcome, Outcome::right);
        for (int place = 0; place < places; ++place) {
            harness.attempt("anne", "place" + std::to_string(place), false);
        }
        const auto login = harness.attempt("anne", "console", true);
        EXPECT_EQ(login.outcome, Outcome::right) << places << " places";
        EXPECT_EQ(login.waited, 0);
    }
}

TEST(T13_AnAttackerAtManyPlaces, DoesNotKeepTheOwnerFromAKnownPlaceByAHundredInARow) {
    Harness harness;
    ASSERT_EQ(harness.attempt("anne", "console", true).outcome, Outcome::right);
    for (int n = 0; n < 60 * 24 * 12; ++n) {
        harness.attempt("anne", "host" + std::to_string(n % 70), false);
        harness.now += minute;
    }
    ASSERT_EQ(harness.kept["account anne"].disabled, 1U);
    EXPECT_EQ(harness.attempt("anne", "desk", true).outcome, Outcome::refused);
    EXPECT_EQ(harness.attempt("anne", "console", true).outcome, Outcome::right);
    EXPECT_EQ(harness.attempt("anne", "desk", true).outcome, Outcome::right) << "the owner ended the row of failures";
}

TEST(T13_AnAttackerAtAKnownPlace, GetsTheTriesOfThatPlaceAndNoMore) {
    Harness harness;
    ASSERT_EQ(harness.attempt("anne", "kiosk", true).outcome, Outcome::right);
    int evaluated = 0;
    for (int n = 0; n < 60 * 24 * 30; ++n) {
        evaluated += harness.attempt("anne", "kiosk", false).outcome == Outcome::wrong ? 1 : 0;
        // Losing the counter of the waits, as fails at many places make it, gives nothing back.
        harness.kept.erase("anne at kiosk");
        harness.now += minute;
    }
    EXPECT_EQ(evaluated, 100);
}

/// How long each answer took at `place`, for a script that every world plays alike.
std::vector<std::int64_t> waits_at(Harness& harness, const std::string& place,
                                   const std::vector<std::int64_t>& pauses) {
    std::vector<std::int64_t> waits;
    for (const std::int64_t pause : pauses) {
        waits.push_back(harness.attempt("anne", place, false).waited);
        harness.now += pause;
    }
    return waits;
}

class TheTimeOfARefusal : public testing::TestWithParam<unsigned> {};

TEST_P(TheTimeOfARefusal, T15_DoesNotTellWhetherTheOwnerKnowsThePlaceOrTheNameExists) {
    std::mt19937_64 random(GetParam());
    std::vector<std::int64_t> pauses(60);
    for (auto& pause : pauses) {
        pause = static_cast<std::int64_t>(random() % (random() % 5 == 0 ? 30U * 60'000U : 3000U));
    }
    const int elsewhere = static_cast<int>(random() % 60);
    const bool by_place = GetParam() % 4 != 0;
    const auto play = [&](bool known, bool disabled) {
        Options options;
        options.by_place = by_place;
        Harness harness(options);
        if (known) {
            harness.known["anne at tty1"].last_success = harness.now - hour_ms;
        }
        for (int place = 0; place < elsewhere; ++place) {
            harness.attempt("anne", "place" + std::to_string(place), false);
        }
        harness.kept["account anne"].disabled = disabled ? 1 : 0;
        harness.now = 490'002 * hour_ms; // waits elsewhere are over, the day is not
        return waits_at(harness, "tty1", pauses);
    };
    const auto of_an_unknown_name = play(false, false);
    EXPECT_EQ(play(true, false), of_an_unknown_name);
    if (by_place) {
        EXPECT_EQ(play(true, true), of_an_unknown_name);
        EXPECT_EQ(play(false, true), of_an_unknown_name);
    }
}

INSTANTIATE_TEST_SUITE_P(Random, TheTimeOfARefusal, testing::Range(1U, 41U));

TEST(T15_ARefusalBehindALock, FollowsTheWaitsOfThePlaceBehindALockOfTheAccount) {
    Harness harness;
    for (int place = 0; place < 26; ++place) {
        harness.attempt("anne", "place" + std::to_string(place), false);
    }
    ASSERT_EQ(harness.last.reason, "too-many-failures-a-day");
    EXPECT_EQ(waits_at(harness, "tty1", std::vector<std::int64_t>(6, 0)),
              (std::vector<std::int64_t>{0, 0, 1000, 2000, 4000, 0}));
}

TEST(T13_AnAttackerAtAnotherPlace, KeepsTheOwnerOutOfANaivePolicy) {
    Harness harness(naive_by_account);
    ASSERT_EQ(harness.attempt("anne", "place 2", true).outcome, Outcome::right);
    EXPECT_GT(refused_owner(harness, "place 2", 1000, 60), 5);
}

TEST(T13_AnAttackerAtAnotherPlace, IsEvaluatedSeldom) {
    Harness harness;
    int evaluated = 0;
    for (int n = 0; n < 1000; ++n) {
        evaluated += harness.attempt("anne", "place 1", false).outcome == Outcome::wrong ? 1 : 0;
        harness.now += 86'000; // just less than a day in all
    }
    EXPECT_EQ(evaluated, 25);
}

TEST(T16_AName, IsJudgedByItsCountersAlone) {
    // An outsider's name and an account: the daemon hands the same counters over, so the same must come out. The
    // request has nothing else in which they could differ, but for the destination, which only accounts have.
    Harness real;
    Harness phantom;
    for (int n = 0; n < 40; ++n) {
        const auto a = real.attempt("anne", "tty1", false);
        const auto b = phantom.attempt("nobody", "tty1", false);
        ASSERT_EQ(a.outcome, b.outcome);
        ASSERT_EQ(a.waited, b.waited);
        ASSERT_EQ(a.verdict.until, b.verdict.until);
        real.now += 7 * minute;
        phantom.now += 7 * minute;
    }
    Counters with;
    with[LOQUET_SCOPE_ACCOUNT] = real.kept["account anne"];
    with[LOQUET_SCOPE_ACCOUNT_PLACE] = real.kept["anne at tty1"];
    Counters without = with;
    with[LOQUET_SCOPE_DESTINATION].emplace();
    with[LOQUET_SCOPE_DESTINATION]->disabled = 1;
    EXPECT_EQ(before({}, real.now, with).until, before({}, real.now, without).until);
    EXPECT_EQ(before({}, real.now, with).verdict, before({}, real.now, without).verdict);
}

TEST(T17_ASixthTry, IsRefusedEvenWhenItIsRightAndTheNextDayTheCapHolds) {
    Options questions; // as configured for secret answers: five, then the rest of the day
    questions.tries_a_day = 5;
    Harness harness(questions);
    for (int n = 0; n < 5; ++n) {
        ASSERT_EQ(harness.attempt("anne", "tty1", false).outcome, Outcome::wrong);
    }
    for (int hours = 0; hours < 24; ++hours) {
        EXPECT_EQ(harness.attempt("anne", "tty" + std::to_string(hours), true).outcome, Outcome::refused);
        harness.now += hour_ms;
    }
}

TEST(T27_ALock, HoldsWhenTheSameTimeComesAgainAndAgain) {
    Harness harness;
    for (int n = 0; n < 5; ++n) {
        harness.attempt("anne", "tty1", false);
    }
    for (int n = 0; n < 100; ++n) {
        EXPECT_EQ(harness.attempt("anne", "tty1", true).outcome, Outcome::refused);
    }
}

TEST(T27_ALock, HoldsWhenTheClockIsSetBackByADayAgainAndAgain) {
    Harness harness;
    for (int n = 0; n < 5; ++n) {
        harness.attempt("anne", "tty1", false);
    }
    for (int n = 0; n < 100; ++n) {
        harness.now -= day_ms;
        EXPECT_EQ(harness.attempt("anne", "tty1", true).outcome, Outcome::refused);
    }
}

TEST(T27_FourFailures, AndOneMoreAfterARestartLock) {
    Harness harness;
    for (int n = 0; n < 4; ++n) {
        harness.attempt("anne", "tty1", false);
    }
    Harness restarted; // the policy keeps nothing: the counters are all there is
    restarted.kept = harness.kept;
    restarted.now = harness.now;
    restarted.attempt("anne", "tty1", false);
    EXPECT_EQ(restarted.attempt("anne", "tty1", true).outcome, Outcome::refused);
}

/// 200 people at one place within `minutes`, each mistyping once and right two seconds later: how many were held up?
int held_up_in_a_morning(Harness& harness, int minutes) {
    int held_up = 0;
    for (int person = 0; person < 200; ++person) {
        const auto name = "user" + std::to_string(person);
        const auto first = harness.attempt(name, "the place", false);
        harness.now += 2000;
        const auto second = harness.attempt(name, "the place", true);
        const bool free = first.outcome == Outcome::wrong && second.outcome == Outcome::right && first.waited == 0
                          && second.waited == 0;
        held_up += free ? 0 : 1;
        harness.now += minutes * minute / 200;
    }
    return held_up;
}

TEST(T28_TwoHundredPeopleBehindOnePlace, AreNotHeldUpByEachOther) {
    Harness harness;
    EXPECT_EQ(held_up_in_a_morning(harness, 240), 0);
    Harness in_a_hurry;
    EXPECT_EQ(held_up_in_a_morning(in_a_hurry, 30), 0);
}

TEST(T28_TwoHundredPeopleBehindOnePlace, AreHeldUpByANaivePolicy) {
    Harness harness(naive_by_place);
    EXPECT_GT(held_up_in_a_morning(harness, 30), 50);
}

TEST(T28_ABusyPlace, SlowsThoseWhoFailThereRepeatedlyByFourSeconds) {
    Harness harness;
    held_up_in_a_morning(harness, 30);
    harness.attempt("anne", "the place", false);
    harness.attempt("anne", "the place", false);
    EXPECT_EQ(harness.attempt("anne", "the place", true).waited, 4000);
    EXPECT_EQ(harness.attempt("zoe", "the place", true).waited, 0);
}

} // namespace
} // namespace loquet::plugins_lockout
