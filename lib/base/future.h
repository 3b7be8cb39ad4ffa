// SPDX-License-Identifier: LGPL-2.1-or-later
// Where a coroutine waits for a callback: a Future, and the Promise that answers it. The rules are in task.h. Loop
// thread, but for Promise::wanted().
#pragma once

#include "lib/base/coroutine.h"
#include "lib/base/error.h"
#include "lib/base/function.h"

#include <atomic>
#include <coroutine>
#include <cstddef>
#include <exception>
#include <list>
#include <memory>
#include <type_traits>
#include <utility>
#include <variant>

namespace loquet::base {

namespace detail {

struct OutcomeBase : RootOwner {
    std::coroutine_handle<> waiter;
    Root* waiting = nullptr; ///< whose frame the waiter is
    Root* work = nullptr;    ///< what makes the outcome, where the future owns it
    bool settled = false;
    bool awaited = false;
    bool given = false;             ///< the future
    std::atomic<bool> wanted{true}; ///< the future is there; workers look at it too

    void settle() {
        settled = true;
        if (auto handle = std::exchange(waiter, nullptr)) {
            if (waiting != nullptr) {
                waiting->running = true;
            }
            handle.resume();
        }
    }
    void abandon() noexcept {
        wanted = false;
        waiter = nullptr;
        if (Root* owned = std::exchange(work, nullptr)) {
            owned->cancel();
        }
    }
    void forget(Root& /*root*/) noexcept override { work = nullptr; }
    void ended(std::exception_ptr /*failure*/) noexcept override {} // it was told through the promise
};

template <class T>
struct Outcome final : OutcomeBase {
    std::variant<std::monostate, std::conditional_t<std::is_void_v<T>, std::monostate, T>, std::exception_ptr> result;
};
} // namespace detail

/// The waiting end of a callback: `co_await future`, once. Who drops it wants the outcome no more.
template <class T>
class [[nodiscard]] Future {
public:
    explicit Future(std::shared_ptr<detail::Outcome<T>> outcome) noexcept : outcome_(std::move(outcome)) {}
    Future(Future&&) noexcept = default;
    Future& operator=(Future&& other) noexcept {
        if (this != &other) {
            abandon();
            outcome_ = std::move(other.outcome_);
        }
        return *this;
    }
    Future(const Future&) = delete;
    Future& operator=(const Future&) = delete;
    ~Future() { abandon(); }

    [[nodiscard]] bool settled() const noexcept { return outcome_->settled; }

    /// Throws Error (internal) where it was awaited before.
    [[nodiscard]] bool await_ready() const {
        if (!outcome_ || std::exchange(outcome_->awaited, true)) {
            throw Error(Error::Kind::internal, "a future was awaited twice");
        }
        return outcome_->settled;
    }
    template <class P>
    void await_suspend(std::coroutine_handle<P> waiter) noexcept {
        detail::Root* root = detail::root_of(waiter);
        if (root != nullptr && root->cancelled) {
            root->destroy(); // and with it the frame that this future lives in
            return;
        }
        outcome_->waiter = waiter;
        outcome_->waiting = root;
        if (root != nullptr) {
            root->running = false;
        }
    }
    T await_resume() {
        if (auto* failure = std::get_if<2>(&outcome_->result)) {
            std::rethrow_exception(*failure);
        }
        if constexpr (!std::is_void_v<T>) {
            return std::move(std::get<1>(outcome_->result));
        }
    }

private:
    template <class U>
    friend Future<U> started(Task<U> task);

    void abandon() noexcept {
        if (const auto outcome = std::move(outcome_)) {
            outcome->abandon();
        }
    }

    std::shared_ptr<detail::Outcome<T>> outcome_;
};

/// The answering end: set() or fail() once, on the loop thread; the awaiting coroutine resumes inside that call, if it
/// is still there. Dropped without an answer, it answers Error::Kind::unavailable: to who awaits it afterwards, and by
/// a job of `loop` to who waits already. Without `loop` that one goes on waiting: for a promise in the frame of the
/// coroutine that waits for it.
template <class T>
class Promise {
public:
    Promise() : outcome_(std::make_shared<detail::Outcome<T>>()) {}
    explicit Promise(Executor& loop) : outcome_(std::make_shared<detail::Outcome<T>>()), loop_(&loop) {}
    Promise(Promise&&) noexcept = default;
    Promise& operator=(Promise&&) = delete;
    Promise(const Promise&) = delete;
    Promise& operator=(const Promise&) = delete;
    ~Promise() {
        if (outcome_ && !outcome_->settled && outcome_->wanted) {
            drop();
        }
    }

    /// Once; throws Error (internal) the second time.
    [[nodiscard]] Future<T> future() const {
        if (std::exchange(outcome_->given, true)) {
            throw Error(Error::Kind::internal, "a promise has one future");
        }
        return Future<T>(outcome_);
    }
    [[nodiscard]] bool settled() const noexcept { return outcome_->settled; }
    /// Any thread. False once the future is gone.
    [[nodiscard]] bool wanted() const noexcept { return outcome_->wanted; }
    template <class... V>
    void set(V&&... value) {
        outcome_->result.template emplace<1>(std::forward<V>(value)...);
        auto keep = outcome_;
        keep->settle();
    }
    void fail(std::exception_ptr failure) {
        outcome_->result.template emplace<2>(std::move(failure));
        auto keep = outcome_;
        keep->settle();
    }

private:
    void drop() noexcept {
        outcome_->result.template emplace<2>(
            std::make_exception_ptr(Error(Error::Kind::unavailable, "the work was cancelled before it ended")));
        if (!outcome_->waiter) {
            outcome_->settled = true;
        } else if (loop_ != nullptr) {
            loop_->post([outcome = std::move(outcome_)] { outcome->settle(); });
        }
    }

    std::shared_ptr<detail::Outcome<T>> outcome_;
    Executor* loop_ = nullptr;
};

namespace detail {
template <class T>
Task<void> deliver(Task<T> task, base::Promise<T> promise) {
    std::exception_ptr failure;
    try {
        if constexpr (std::is_void_v<T>) {
            co_await task;
            promise.set();
        } else {
            T value = co_await task;
            promise.set(std::move(value));
        }
    } catch (...) {
        failure = std::current_exception();
    }
    if (failure) {
        promise.fail(std::move(failure));
    }
}
} // namespace detail

/// Runs the task up to where it first waits, for who has other work before its outcome is needed. The future owns it:
/// dropped, it cancels the task.
template <class T>
[[nodiscard]] Future<T> started(Task<T> task) {
    Promise<T> promise;
    auto future = promise.future();
    const auto outcome = future.outcome_;
    detail::Root& root = *detail::as_root(detail::deliver(std::move(task), std::move(promise))).root;
    root.owner = outcome;
    outcome->work = &root;
    root.start();
    return future;
}

/// Exclusive access for coroutines: one at a time, in the order of asking. `auto lock = co_await mutex.lock();` holds
/// it until `lock` dies; the next one gets it by a job of the loop.
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
