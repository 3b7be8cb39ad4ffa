// SPDX-License-Identifier: LGPL-2.1-or-later
// Runs a loop until a coroutine is done: `auto turn = wait_for(loop, engine.answer(...))`. The loop's thread.
#pragma once

#include "lib/base/task.h"
#include "lib/bus/loop.h"
#include "tests/support/eventually.h"

#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <type_traits>
#include <utility>

namespace loquet::tests {

namespace detail {

template <class T>
struct Watched {
    std::optional<std::conditional_t<std::is_void_v<T>, std::monostate, T>> value;
    std::exception_ptr failure;
    [[nodiscard]] bool done() const { return value.has_value() || failure != nullptr; }
};

/// Owns itself, so that one which is not done in time is left alone: to destroy it would leave a dangling waiter.
template <class T, class Awaitable>
base::detail::Detached watch(Awaitable work, std::shared_ptr<Watched<T>> watched) {
    try {
        if constexpr (std::is_void_v<T>) {
            co_await work;
            watched->value.emplace();
        } else {
            watched->value.emplace(co_await work);
        }
    } catch (...) {
        watched->failure = std::current_exception();
    }
}

template <class T, class Awaitable>
T wait(bus::Loop& loop, Awaitable work, base::Milliseconds deadline) {
    auto watched = std::make_shared<Watched<T>>();
    watch<T>(std::move(work), watched);
    if (!eventually(loop, [&] { return watched->done(); }, deadline)) {
        throw std::runtime_error("the coroutine was not done in time");
    }
    if (watched->failure) {
        std::rethrow_exception(watched->failure);
    }
    if constexpr (!std::is_void_v<T>) {
        return *std::move(watched->value);
    }
}

} // namespace detail

/// What the task returns, or what it throws; std::runtime_error when it is not done in time.
template <class T>
T wait_for(bus::Loop& loop, base::Task<T> task, base::Milliseconds deadline = patience) {
    return detail::wait<T>(loop, std::move(task), deadline);
}
template <class T>
T wait_for(bus::Loop& loop, base::Future<T> future, base::Milliseconds deadline = patience) {
    return detail::wait<T>(loop, std::move(future), deadline);
}

} // namespace loquet::tests
