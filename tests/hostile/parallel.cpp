// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tests/hostile/parallel.h"

#include "tests/support/eventually.h"

#include <cstdio>
#include <cstdlib>
#include <exception>

namespace loquet::tests {

void in_parallel(bus::Loop& loop, int count, base::Function<base::Task<void>(int)> attempt) {
    std::exception_ptr failure;
    base::TaskGroup group([&](const std::exception_ptr& thrown) { failure = failure ? failure : thrown; });
    for (int n = 0; n < count; ++n) {
        group.spawn(attempt(n));
    }
    if (!eventually(loop, [&] { return group.active() == 0; }, 15 * patience)) {
        // Coroutines that still run refer to what the caller is about to destroy.
        std::fputs("attempts in parallel did not end in time\n", stderr);
        std::abort();
    }
    if (failure) {
        std::rethrow_exception(failure);
    }
}

Crowd::Crowd(const Machine& machine, int connections) {
    for (int n = 0; n < connections; ++n) {
        connections_.push_back(machine.connect());
        connections_.back().attach(loop_);
    }
}

namespace {

base::Task<void> begin_one(bus::Connection& connection, const Guess& guess, BegunDialog& begun) {
    auto beginning = begin_async(connection, guess);
    begun = co_await beginning;
}

base::Task<void> answer_one(bus::Connection& connection, const BegunDialog& begun, std::string_view password,
                            protocol::Turn& ended) {
    auto answering = answer_async(connection, begun.path, password);
    ended = co_await answering;
}

} // namespace

std::vector<protocol::Turn> Crowd::guess_at_once(const std::vector<Guess>& guesses) {
    std::vector<BegunDialog> begun(guesses.size());
    std::vector<protocol::Turn> ended(guesses.size());
    const auto at = [](int n) { return static_cast<std::size_t>(n); };
    const int count = static_cast<int>(guesses.size());
    in_parallel(loop_, count, [&](int n) { return begin_one(of(n), guesses[at(n)], begun[at(n)]); });
    in_parallel(loop_, count,
                [&](int n) { return answer_one(of(n), begun[at(n)], guesses[at(n)].password, ended[at(n)]); });
    return ended;
}

} // namespace loquet::tests
