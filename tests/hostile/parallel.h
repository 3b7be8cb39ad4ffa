// SPDX-License-Identifier: LGPL-2.1-or-later
// Many attempts at the same moment: coroutines on one loop, over several connections. One thread.
#pragma once

#include "lib/base/function.h"
#include "lib/base/task.h"
#include "lib/bus/loop.h"
#include "tests/hostile/dialogs.h"
#include "tests/support/machine.h"

#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace loquet::tests {

/// Lets attempt(0) ... attempt(count - 1) run side by side on `loop` until all have ended; throws what the first of
/// them threw.
void in_parallel(bus::Loop& loop, int count, base::Function<base::Task<void>(int)> attempt);

/// Connections to a machine that are attached to a loop.
class Crowd {
public:
    Crowd(const Machine& machine, int connections);

    [[nodiscard]] bus::Loop& loop() noexcept { return loop_; }
    /// The connection for the n-th attempt.
    [[nodiscard]] bus::Connection& of(int n) {
        return connections_.at(static_cast<std::size_t>(n) % connections_.size());
    }

    /// All dialogs are begun before the first is answered; how each ended.
    [[nodiscard]] std::vector<protocol::Turn> guess_at_once(const std::vector<Guess>& guesses);

private:
    bus::Loop loop_;
    std::deque<bus::Connection> connections_;
};

} // namespace loquet::tests
