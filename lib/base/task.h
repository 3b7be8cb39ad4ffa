// SPDX-License-Identifier: LGPL-2.1-or-later
// Coroutines on the loop thread. A Task starts when it is awaited (or spawned) and is awaited once. Everything here
// belongs to one thread; results from other threads come in through Executor::post.
//
// g++ 12: name every object with a destructor before the co_await expression that uses it.
#pragma once

#include "lib/base/error.h"
#include "lib/base/function.h"

#include <coroutine>
#include <deque>
#include <exception>
#include <memory>
#include <optional>
#include <utility>
#include <variant>

namespace loquet::base {

template <class T>
class Task;

namespace detail {

struct PromiseBase {
    std::coroutine_handle<> waiter = std::noop_coroutine();
    std::exception_ptr failure;

    static std::suspend_always initial_suspend() noexcept { return {}; }
    struct Final {
        static bool await_ready() noexcept { return false; }
        template <class P>
        static std::coroutine_handle<> await_suspend(std::coroutine_handle<P> done) noexcept {
            return done.promise().waiter;
        }
        static void await_resume() noexcept {}
    };
    static Final final_suspend() noexcept { return {}; }
    void unhandled_exception() noexcept { failure = std::current_exception(); }
};

template <class T>
struct Promise : PromiseBase {
    std::optional<T> value;
    Task<T> get_return_object() noexcept;
    void return_value(T result) { value.emplace(std::move(result)); }
    T take() {
        if (failure) {
            std::rethrow_exception(failure);
        }
        return std::move(*value);
    }
};

template <>
struct Promise<void> : PromiseBase {
    Task<void> get_return_object() noexcept;
    static void return_void() noexcept {}
    void take() const {
        if (failure) {
            std::rethrow_exception(failure);
        }
    }
};

} // namespace detail

template <class T>
class [[nodiscard]] Task {
public:
    using promise_type = detail::Promise<T>;
    using Handle = std::coroutine_handle<promise_type>;

    explicit Task(Handle handle) noexcept : handle_(handle) {}
    Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
    Task& operator=(Task&& other) noexcept {
        std::swap(handle_, other.handle_);
        return *this;
    }
    Task(const Task&) = delete;
    Task& operator=(const Task&) = delete;
    ~Task() {
        if (handle_) {
            handle_.destroy();
        }
    }

    [[nodiscard]] bool await_ready() const noexcept { return false; }
    std::coroutine_handle<> await_suspend(std::coroutine_handle<> waiter) noexcept {
        handle_.promise().waiter = waiter;
        return handle_;
    }
    T await_resume() { return handle_.promise().take(); }

private:
    Handle handle_;
};

namespace detail {
template <class T>
Task<T> Promise<T>::get_return_object() noexcept {
    return Task<T>(std::coroutine_handle<Promise>::from_promise(*this));
}
inline Task<void> Promise<void>::get_return_object() noexcept {
    return Task<void>(std::coroutine_handle<Promise>::from_promise(*this));
}

/// A coroutine that owns itself; see TaskGroup.
struct Detached {
    struct promise_type { // NOLINT(readability-identifier-naming): the language's name
        static Detached get_return_object() noexcept { return {}; }
        static std::suspend_never initial_suspend() noexcept { return {}; }
        static std::suspend_never final_suspend() noexcept { return {}; }
        static void return_void() noexcept {}
        static void unhandled_exception() noexcept { std::terminate(); }
    };
};
} // namespace detail

/// Where tasks without an awaiter run. A task that the group does not outlive still ends where it stands, and what it
/// throws is told to nobody: it was the promise that it waited for, dropped by an owner that goes down too. Who wants
/// them to come to their end waits for when_idle() before the group dies.
class TaskGroup {
public:
    /// `on_error` takes what a task throws; it must not throw itself.
    explicit TaskGroup(Function<void(std::exception_ptr)> on_error) : group_(std::make_shared<Group>()) {
        group_->on_error = std::move(on_error);
    }
    TaskGroup(const TaskGroup&) = delete;
    TaskGroup& operator=(const TaskGroup&) = delete;
    ~TaskGroup() { group_->alive = false; }

    void spawn(Task<void> task) {
        ++group_->active;
        run(group_, std::move(task));
    }
    [[nodiscard]] std::size_t active() const noexcept { return group_->active; }
    /// Called on the loop thread each time the last running task ends.
    void when_idle(Job job) { group_->when_idle = std::move(job); }

private:
    /// Shared with the running tasks.
    struct Group {
        bool alive = true;
        std::size_t active = 0;
        Function<void(std::exception_ptr)> on_error;
        Job when_idle;
    };

    static detail::Detached run(std::shared_ptr<Group> group, Task<void> task) {
        try {
            co_await task;
        } catch (...) {
            if (group->alive) {
                group->on_error(std::current_exception());
            }
        }
        if (--group->active == 0 && group->alive && group->when_idle) {
            group->when_idle();
        }
    }

    std::shared_ptr<Group> group_;
};

namespace detail {
template <class T>
struct Outcome {
    std::variant<std::monostate, std::conditional_t<std::is_void_v<T>, std::monostate, T>, std::exception_ptr> result;
    std::coroutine_handle<> waiter;
    bool settled = false;
    void settle() {
        settled = true;
        if (auto handle = std::exchange(waiter, nullptr)) {
            handle.resume();
        }
    }
};
} // namespace detail

/// The waiting end of a callback: `co_await future`, once.
template <class T>
class [[nodiscard]] Future {
public:
    explicit Future(std::shared_ptr<detail::Outcome<T>> outcome) noexcept : outcome_(std::move(outcome)) {}
    [[nodiscard]] bool await_ready() const noexcept { return outcome_->settled; }
    void await_suspend(std::coroutine_handle<> waiter) noexcept { outcome_->waiter = waiter; }
    T await_resume() {
        if (auto* failure = std::get_if<2>(&outcome_->result)) {
            std::rethrow_exception(*failure);
        }
        if constexpr (!std::is_void_v<T>) {
            return std::move(std::get<1>(outcome_->result));
        }
    }

private:
    std::shared_ptr<detail::Outcome<T>> outcome_;
};

/// The answering end: set() or fail() once, on the loop thread; the awaiting coroutine resumes inside that call.
/// Dropped without an answer, it answers Error::Kind::unavailable: forgetting shows as an error, never as a hang.
template <class T>
class Promise {
public:
    Promise() : outcome_(std::make_shared<detail::Outcome<T>>()) {}
    Promise(Promise&&) noexcept = default;
    Promise& operator=(Promise&&) = delete;
    Promise(const Promise&) = delete;
    Promise& operator=(const Promise&) = delete;
    ~Promise() {
        if (outcome_ && !outcome_->settled) {
            fail(std::make_exception_ptr(Error(Error::Kind::unavailable, "the work was dropped before it ended")));
        }
    }

    [[nodiscard]] Future<T> future() const { return Future<T>(outcome_); }
    [[nodiscard]] bool settled() const noexcept { return outcome_->settled; }
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
    std::shared_ptr<detail::Outcome<T>> outcome_;
};

namespace detail {
template <class T>
Detached settle(Task<T> task, base::Promise<T> promise) {
    std::exception_ptr failure;
    try {
        T value = co_await task;
        promise.set(std::move(value));
    } catch (...) {
        failure = std::current_exception();
    }
    if (failure) {
        promise.fail(std::move(failure));
    }
}
} // namespace detail

/// Runs the task up to where it first waits, for whoever has other work before its outcome is needed. Nobody can take
/// it back: the task owns what it uses, and goes on where the future is dropped.
template <class T>
[[nodiscard]] Future<T> started(Task<T> task) {
    Promise<T> promise;
    auto outcome = promise.future();
    detail::settle(std::move(task), std::move(promise));
    return outcome;
}

/// One at a time, in the order of asking. `auto turn = co_await mutex.lock();` holds it until `turn` dies.
class AsyncMutex {
public:
    class [[nodiscard]] Guard {
    public:
        explicit Guard(AsyncMutex* mutex) noexcept : mutex_(mutex) {}
        Guard(Guard&& other) noexcept : mutex_(std::exchange(other.mutex_, nullptr)) {}
        Guard& operator=(Guard&&) = delete;
        Guard(const Guard&) = delete;
        Guard& operator=(const Guard&) = delete;
        ~Guard() {
            if (mutex_ != nullptr) {
                mutex_->release();
            }
        }

    private:
        AsyncMutex* mutex_;
    };

    Task<Guard> lock() {
        if (std::exchange(held_, true)) {
            Promise<void> turn;
            auto my_turn = turn.future();
            waiting_.push_back(std::move(turn));
            co_await my_turn;
        }
        co_return Guard(this);
    }
    [[nodiscard]] std::size_t waiting() const noexcept { return waiting_.size(); }

private:
    void release() {
        if (waiting_.empty()) {
            held_ = false;
            return;
        }
        Promise<void> next = std::move(waiting_.front());
        waiting_.pop_front();
        next.set();
    }

    bool held_ = false;
    std::deque<Promise<void>> waiting_;
};

} // namespace loquet::base
