// SPDX-License-Identifier: LGPL-2.1-or-later
// Failure counters as the daemon keeps them: plain values, the same meaning and units as loquet_counter in
// sdk/include/loquet/lockout.h. Times are of the daemon's steady clock (steady_time.h), 0 = never.
#pragma once

#include "daemon/model/ids.h"
#include "lib/base/clock.h"
#include "lib/protocol/counter.h"

#include <cstdint>
#include <vector>

namespace loquet::model {

using protocol::Counter;

/// What is known of attempts under one name, whether an account has it or not.
struct AttemptCounters {
    struct Seat {
        Digest seat;
        Counter counter;
        friend bool operator==(const Seat&, const Seat&) = default;
    };
    Counter account;
    std::vector<Seat> seats; ///< at most limits::seats_per_account

    [[nodiscard]] Counter seat(const Digest& seat) const; ///< a fresh counter where there is none
    /// Keeps the seat's counter; when the list is full the one that matters least gives way: no lock, fewest failures,
    /// oldest.
    void set_seat(const Digest& seat, const Counter& counter);
    friend bool operator==(const AttemptCounters&, const AttemptCounters&) = default;
};

/// True when `a` matters less than `b`: what gives way first where room is bounded.
[[nodiscard]] bool matters_less(const Counter& a, const Counter& b) noexcept;

} // namespace loquet::model
