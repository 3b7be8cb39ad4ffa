// SPDX-License-Identifier: LGPL-2.1-or-later
// Waiting for a condition in place of sleeping: done as soon as it holds, and a failure when it does not in time.
#pragma once

#include "lib/base/clock.h"
#include "lib/bus/loop.h"

#include <chrono>
#include <thread>

namespace loquet::tests {

inline constexpr base::Milliseconds patience{60000}; ///< for what must happen; long, because a busy machine is slow

/// Asks `condition` again and again until it is true (true) or the deadline has passed (false).
template <class Condition>
[[nodiscard]] bool eventually(Condition condition, base::Milliseconds deadline = patience) {
    const auto end = std::chrono::steady_clock::now() + deadline;
    while (!condition()) {
        if (std::chrono::steady_clock::now() >= end) {
            return false;
        }
        std::this_thread::sleep_for(base::Milliseconds(2));
    }
    return true;
}

/// The same while `loop` works.
template <class Condition>
[[nodiscard]] bool eventually(bus::Loop& loop, Condition condition, base::Milliseconds deadline = patience) {
    const auto end = std::chrono::steady_clock::now() + deadline;
    while (!condition()) {
        if (std::chrono::steady_clock::now() >= end) {
            return false;
        }
        loop.run_once(base::Milliseconds(2));
    }
    return true;
}

} // namespace loquet::tests
