// SPDX-License-Identifier: LGPL-2.1-or-later
// A coroutine that another one awaits, and the root of such a chain, which has an owner that can cancel it. The rules
// are in task.h. Loop thread.
#pragma once

#include <coroutine>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <utility>

namespace loquet::base {

template <class T>
class Task;

/// Of a task in its group; never used twice.
using TaskId = std::uint64_t;

namespace detail {

struct Root;

/// Who has a root: a group, or the outcome that a future waits for.
struct RootOwner {
    RootOwner() = default;
    RootOwner(const RootOwner&) = delete;
    RootOwner& operator=(const RootOwner&) = delete;
    virtual ~RootOwner() = default;
    /// The frame is being destroyed.
    virtual void forget(Root& root) noexcept = 0;
    /// It was destroyed, at its end or cancelled; `failure` is what it threw.
    virtual void ended(std::exception_ptr failure) noexcept = 0;
};

/// A coroutine that no other one awaits, with the chain of those that it awaits.
struct Root {
    std::shared_ptr<RootOwner> owner;
    std::coroutine_handle<> frame;
    bool running = false;   ///< a frame of the chain is on the stack
    bool cancelled = false; ///< to be destroyed when it next waits
    bool shielded = false;
    TaskId id = 0;
    const void* scope = nullptr;

    /// This object may be gone afterwards, as after all that follows.
    void start() {
        running = true;
        frame.resume();
    }
    void destroy() noexcept {
        const auto keep = owner;
        frame.destroy();
        keep->ended(nullptr);
    }
    void cancel() noexcept {
        if (running) {
            cancelled = true;
        } else {
            destroy();
        }
    }
};

template <class P>
Root* root_of(std::coroutine_handle<P> coroutine) noexcept {
    if constexpr (requires { coroutine.promise().root; }) {
        return coroutine.promise().root;
    } else {
        return nullptr; // of another kind, and not ours to destroy
    }
}

struct PromiseBase {
    std::coroutine_handle<> waiter = std::noop_coroutine();
    Root* root = nullptr;
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
    template <class P>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<P> waiter) noexcept {
        handle_.promise().waiter = waiter;
        handle_.promise().root = detail::root_of(waiter);
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

/// The frame of a root. Its owner destroys it, or its end.
struct RootTask {
    struct promise_type : Root { // NOLINT(readability-identifier-naming): the language's name
        Root* root = this;
        std::exception_ptr failure;

        promise_type() { frame = std::coroutine_handle<promise_type>::from_promise(*this); }
        promise_type(const promise_type&) = delete;
        promise_type& operator=(const promise_type&) = delete;
        ~promise_type() {
            if (owner) {
                owner->forget(*this);
            }
        }
        RootTask get_return_object() noexcept { return {this}; }
        static std::suspend_always initial_suspend() noexcept { return {}; }
        struct Final {
            static bool await_ready() noexcept { return false; }
            static void await_suspend(std::coroutine_handle<promise_type> done) noexcept {
                const auto owner = done.promise().owner;
                std::exception_ptr failure = std::move(done.promise().failure);
                done.destroy();
                owner->ended(std::move(failure));
            }
            static void await_resume() noexcept {}
        };
        static Final final_suspend() noexcept { return {}; }
        static void return_void() noexcept {}
        void unhandled_exception() noexcept { failure = std::current_exception(); }
    };
    Root* root;
};

inline RootTask as_root(Task<void> task) {
    co_await task;
}

} // namespace detail

} // namespace loquet::base
