// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/model/counters.h"
#include "lib/base/limits.h"

#include <gtest/gtest.h>

namespace loquet::model {

namespace {

Digest seat_number(std::size_t number) {
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

/// As many seats as there is room for; seat 3 has the fewest failures.
AttemptCounters full() {
    AttemptCounters counters;
    for (std::size_t i = 0; i < limits::seats_per_account; ++i) {
        counters.set_seat(seat_number(i), failed(i == 3 ? 1 : 5, 1000));
    }
    return counters;
}

TEST(CountersOfSeats, AreFreshWhereThereAreNone) {
    EXPECT_EQ(AttemptCounters().seat(seat_number(1)), Counter());
}

TEST(CountersOfSeats, AreKeptUpToTheLimitAndReplacedInPlace) {
    AttemptCounters counters = full();
    EXPECT_EQ(counters.seats.size(), limits::seats_per_account);
    counters.set_seat(seat_number(0), failed(9, 2000));
    EXPECT_EQ(counters.seats.size(), limits::seats_per_account);
    EXPECT_EQ(counters.seat(seat_number(0)), failed(9, 2000));
    EXPECT_EQ(counters.seat(seat_number(3)), failed(1, 1000)) << "nobody had to give way";
}

TEST(CountersOfSeats, BeyondTheLimitTakeThePlaceOfTheOneThatMattersLeast) {
    AttemptCounters counters = full();
    const Digest newcomer = seat_number(limits::seats_per_account);
    counters.set_seat(newcomer, failed(1, 2000));
    EXPECT_EQ(counters.seats.size(), limits::seats_per_account);
    EXPECT_EQ(counters.seat(newcomer), failed(1, 2000));
    EXPECT_EQ(counters.seat(seat_number(3)), Counter());
    EXPECT_EQ(counters.seat(seat_number(4)), failed(5, 1000));
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

} // namespace

} // namespace loquet::model
