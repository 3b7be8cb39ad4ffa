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
#include <variant>

namespace loquet::tests {

namespace detail {

/// Owns the coroutine: one that is not done in time is cancelled.
template <class T>
struct Watched {
    std::optional<std::conditional_t<std::is_void_v<T>, std::monostate, T>> value;
    std::exception_ptr failure;
    base::TaskGroup group{[this](std::exception_ptr thrown) { failure = std::move(thrown); }};
    [[nodiscard]] bool done() const { return value.has_value() || failure != nullptr; }
};

template <class T, class Awaitable>
base::Task<void> keep_outcome(Awaitable work, Watched<T>& watched) {
    if constexpr (std::is_void_v<T>) {
        co_await work;
        watched.value.emplace();
    } else {
        T value = co_await work;
        watched.value.emplace(std::move(value));
    }
}

template <class T, class Awaitable>
void watch(Awaitable work, const std::shared_ptr<Watched<T>>& watched) {
    watched->group.spawn(keep_outcome<T>(std::move(work), *watched));
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
