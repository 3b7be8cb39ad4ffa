// SPDX-License-Identifier: LGPL-2.1-or-later
// Exclusive access for coroutines. Loop thread.
#pragma once

#include "lib/base/coroutine.h"
#include "lib/base/function.h"
#include "lib/base/future.h"

#include <cstddef>
#include <list>
#include <memory>
#include <utility>

namespace loquet::base {

/// One at a time, in the order of asking. `auto turn = co_await mutex.lock();` holds it until `turn` dies; the next one
/// gets it by a job of the loop.
class AsyncMutex {
    struct State;

public:
    class [[nodiscard]] Guard {
    public:
        Guard(Guard&&) noexcept = default;
        Guard& operator=(Guard&&) = delete;
        Guard(const Guard&) = delete;
        Guard& operator=(const Guard&) = delete;
        ~Guard() {
            if (state_) {
                State::hand_over(std::move(state_));
            }
        }

    private:
        friend class AsyncMutex;
        explicit Guard(std::shared_ptr<State> state) noexcept : state_(std::move(state)) {}
        std::shared_ptr<State> state_;
    };

    explicit AsyncMutex(Executor& loop) : state_(std::make_shared<State>(loop)) {}

    Task<Guard> lock() {
        const std::shared_ptr<State> state = state_;
        if (!std::exchange(state->held, true)) {
            co_return Guard(state);
        }
        Waiter waiter(state);
        auto turn = waiter.promise.future();
        Guard guard = co_await turn;
        co_return guard;
    }
    [[nodiscard]] std::size_t waiting() const noexcept { return state_->waiting.size(); }

private:
    /// In the frame of who waits, and in line until it is chosen or the frame goes.
    struct Waiter {
        explicit Waiter(std::shared_ptr<State> of)
            : state(std::move(of)), promise(state->loop), place(state->waiting.insert(state->waiting.end(), this)) {}
        Waiter(const Waiter&) = delete;
        Waiter& operator=(const Waiter&) = delete;
        ~Waiter() {
            if (in_line) {
                state->waiting.erase(place);
            }
        }
        std::shared_ptr<State> state;
        Promise<Guard> promise;
        std::list<Waiter*>::iterator place;
        bool in_line = true;
    };
    struct State {
        explicit State(Executor& executor) noexcept : loop(executor) {}
        Executor& loop;
        bool held = false;
        std::list<Waiter*> waiting;

        static void hand_over(std::shared_ptr<State> state) {
            if (state->waiting.empty()) {
                state->held = false;
                return;
            }
            Waiter& next = *state->waiting.front();
            state->waiting.pop_front();
            next.in_line = false;
            Executor& loop = state->loop;
            loop.post([state = std::move(state), chosen = std::move(next.promise)]() mutable {
                if (chosen.wanted()) {
                    chosen.set(Guard(std::move(state)));
                } else {
                    hand_over(std::move(state)); // it left meanwhile
                }
            });
        }
    };

    std::shared_ptr<State> state_;
};

} // namespace loquet::base
