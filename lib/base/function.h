// SPDX-License-Identifier: LGPL-2.1-or-later
// A callable that may own move-only things (C++23 has move_only_function; g++ 12 in C++20 has not).
#pragma once

#include <memory>
#include <utility>

namespace loquet::base {

template <class Signature>
class Function;

template <class R, class... Args>
class Function<R(Args...)> {
public:
    Function() = default;
    template <class F>
        requires(!std::is_same_v<std::decay_t<F>, Function>)
    Function(F&& callable) // NOLINT(google-explicit-constructor,bugprone-forwarding-reference-overload)
        : body_(std::make_unique<Body<std::decay_t<F>>>(std::forward<F>(callable))) {}

    explicit operator bool() const noexcept { return body_ != nullptr; }
    R operator()(Args... args) { return body_->call(std::forward<Args>(args)...); }

private:
    struct Base {
        virtual ~Base() = default;
        virtual R call(Args... args) = 0;
    };
    template <class F>
    struct Body final : Base {
        explicit Body(F&& callable) : callable_(std::move(callable)) {}
        explicit Body(const F& callable) : callable_(callable) {}
        R call(Args... args) override { return callable_(std::forward<Args>(args)...); }
        F callable_;
    };
    std::unique_ptr<Base> body_;
};

/// Work without a result, handed from one thread to another.
using Job = Function<void()>;

/// The only way from one thread to another: `post` is thread-safe, the job runs on the executor's own thread (the
/// loop's).
class Executor {
public:
    virtual ~Executor() = default;
    virtual void post(Job job) = 0;
};

} // namespace loquet::base
