// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/model/counters.h"
#include "lib/base/limits.h"

#include <gtest/gtest.h>

namespace loquet::model {

namespace {

Digest place_number(std::size_t number) {
    Digest digest;
    digest.bytes[0] = static_cast<std::uint8_t>(number);
    return digest;
}

Counter failed(std::uint32_t times, std::int64_t last) {
    Counter counter;
    counter.consecutive = times;
    counter.last_failure = last;
    return counter;
}

/// As many places as there is room for; place 3 has the fewest failures.
AttemptCounters full() {
    AttemptCounters counters;
    for (std::size_t i = 0; i < limits::places_per_account; ++i) {
        counters.set_place(place_number(i), failed(i == 3 ? 1 : 5, 1000));
    }
    return counters;
}

TEST(CountersOfPlaces, AreFreshWhereThereAreNone) {
    EXPECT_EQ(AttemptCounters().place(place_number(1)), Counter());
}

TEST(CountersOfPlaces, AreKeptUpToTheLimitAndReplacedInPlace) {
    AttemptCounters counters = full();
    EXPECT_EQ(counters.places.size(), limits::places_per_account);
    counters.set_place(place_number(0), failed(9, 2000));
    EXPECT_EQ(counters.places.size(), limits::places_per_account);
    EXPECT_EQ(counters.place(place_number(0)), failed(9, 2000));
    EXPECT_EQ(counters.place(place_number(3)), failed(1, 1000)) << "nobody had to give way";
}

TEST(CountersOfPlaces, BeyondTheLimitTakeThePlaceOfTheOneThatMattersLeast) {
    AttemptCounters counters = full();
    const Digest newcomer = place_number(limits::places_per_account);
    counters.set_place(newcomer, failed(1, 2000));
    EXPECT_EQ(counters.places.size(), limits::places_per_account);
    EXPECT_EQ(counters.place(newcomer), failed(1, 2000));
    EXPECT_EQ(counters.place(place_number(3)), Counter());
    EXPECT_EQ(counters.place(place_number(4)), failed(5, 1000));
}

constexpr std::int64_t minute = 60'000;
constexpr std::int64_t day = 24 * 60 * minute;
constexpr std::int64_t some_day = 20'000 * day;
const Digest console = place_number(200);

TEST(KnownPlaces, T13_AreNotPushedOutByFailuresAtOtherPlaces) {
    for (const std::size_t places : {17U, 25U, 250U}) {
        AttemptCounters counters;
        counters.note_success(console, {}, some_day);
        for (std::size_t place = 0; place < places; ++place) {
            counters.set_place(place_number(place), failed(5, some_day));
        }
        ASSERT_NE(counters.known_place(console), nullptr) << places;
        EXPECT_EQ(counters.known_place(console)->counter.last_success, some_day);
        EXPECT_EQ(counters.places.size(), limits::places_per_account);
    }
}

TEST(KnownPlaces, DoNotDecideWhichCountersOfFailuresAreKept) {
    AttemptCounters known;
    known.note_success(place_number(3), {}, some_day);
    AttemptCounters unknown;
    for (std::size_t place = 0; place < 40; ++place) {
        known.set_place(place_number(place), failed(static_cast<std::uint32_t>(place % 7), some_day));
        unknown.set_place(place_number(place), failed(static_cast<std::uint32_t>(place % 7), some_day));
    }
    EXPECT_EQ(known.places, unknown.places);
}

TEST(KnownPlaces, KeepTheOneOfMostDaysWhenItsOwnerComesFromSixteenAddressesInAMinute) {
    AttemptCounters counters;
    counters.note_success(console, {}, some_day);
    counters.note_success(console, {}, some_day + day);
    for (std::size_t address = 0; address < 16; ++address) {
        counters.note_success(place_number(address), {}, some_day + day + minute);
    }
    EXPECT_EQ(counters.known.size(), limits::known_places);
    ASSERT_NE(counters.known_place(console), nullptr);
    EXPECT_EQ(counters.known_place(console)->days, 2U);
    EXPECT_EQ(counters.known_place(place_number(0)), nullptr) << "the oldest success gave way";
    EXPECT_NE(counters.known_place(place_number(15)), nullptr);
}

TEST(KnownPlaces, LetTheOneOfMostDaysGoWhenItWasNotUsedForAMonth) {
    AttemptCounters counters;
    counters.note_success(console, {}, some_day);
    counters.note_success(console, {}, some_day + day);
    for (std::size_t address = 0; address < limits::known_places; ++address) {
        counters.note_success(place_number(address), {}, some_day + 40 * day);
    }
    EXPECT_EQ(counters.known_place(console), nullptr);
}

TEST(KnownPlaces, CountEachDayOnce) {
    AttemptCounters counters;
    for (const std::int64_t time : {some_day, some_day + minute, some_day + day, some_day + day + minute}) {
        counters.note_success(console, {}, time);
    }
    EXPECT_EQ(counters.known_place(console)->days, 2U);
}

TEST(CountersThatForgetFailures, KeepTheKnownPlacesAndNothingElse) {
    AttemptCounters counters = full();
    counters.account = failed(100, some_day);
    counters.account.disabled = true;
    counters.lock = {0, true, "too-many-failures-in-a-row"};
    counters.note_success(console, failed(4, some_day), some_day);
    EXPECT_TRUE(counters.forget_failures());
    AttemptCounters left;
    Counter succeeded;
    succeeded.last_success = some_day;
    left.known = {{console, succeeded, 1, some_day / day}};
    EXPECT_EQ(counters, left);
    EXPECT_FALSE(counters.forget_failures());
}

TEST(ALockByFailures, OfTheAccountIsToldApartFromOneOfAPlace) {
    AttemptCounters counters = full();
    EXPECT_FALSE(counters.lock_at(some_day).stands(some_day));
    counters.set_place_lock(place_number(1), {some_day + minute, false, "token-bucket"});
    EXPECT_FALSE(counters.lock_at(some_day).stands(some_day));
    EXPECT_EQ(counters.place_lock_at(some_day).reason, "token-bucket");
    counters.lock = {some_day + day, false, "too-many-failures-a-day"};
    EXPECT_EQ(counters.lock_at(some_day).reason, "too-many-failures-a-day");
    EXPECT_FALSE(counters.lock_at(some_day + day).stands(some_day + day));
}

TEST(ALockByFailures, IsSeenInTheCountersWhereNoWordWasWrittenDown) {
    AttemptCounters counters;
    counters.account.locked_until = some_day + 1;
    EXPECT_EQ(counters.lock_at(some_day), (FailureLock{some_day + 1, false, "too-many-failures"}));
    counters.account.disabled = true;
    EXPECT_EQ(counters.lock_at(some_day).reason, "too-many-failures-in-a-row");
    EXPECT_TRUE(counters.lock_at(some_day).endless);
}

TEST(ACounter, MattersMoreWhenDisabledThenLockedThenFailedThenYounger) {
    Counter disabled;
    disabled.disabled = true;
    Counter locked;
    locked.locked_until = 1;
    EXPECT_TRUE(matters_less(locked, disabled));
    EXPECT_TRUE(matters_less(failed(100, 9000), locked));
    EXPECT_TRUE(matters_less(failed(1, 9000), failed(2, 1)));
    EXPECT_TRUE(matters_less(failed(1, 1), failed(1, 2)));
    EXPECT_FALSE(matters_less(failed(1, 1), failed(1, 1)));
}

TEST(AttemptCountersOfRecovery, KeepCountersOfThePlacesThatAreKnownForLoginsAlone) {
    AttemptCounters logins;
    logins.note_success(place_number(1), {}, 1000);
    logins.note_success(place_number(2), {}, 1000);
    AttemptCounters recoveries;
    recoveries.set_known_as_in(logins, place_number(1), failed(3, 1000));
    recoveries.set_known_as_in(logins, place_number(3), failed(3, 1000));
    ASSERT_EQ(recoveries.known.size(), 1U);
    EXPECT_EQ(recoveries.known_place(place_number(1))->counter, failed(3, 1000));
    recoveries.set_known_as_in(logins, place_number(1), failed(4, 1000));
    ASSERT_EQ(recoveries.known.size(), 1U);
    EXPECT_EQ(recoveries.known_place(place_number(1))->counter, failed(4, 1000));
    logins.known.erase(logins.known.begin());
    recoveries.set_known_as_in(logins, place_number(2), failed(1, 1000));
    ASSERT_EQ(recoveries.known.size(), 1U) << "a place that is known no more takes its counter along";
    EXPECT_EQ(recoveries.known.front().place, place_number(2));
}

} // namespace

} // namespace loquet::model
