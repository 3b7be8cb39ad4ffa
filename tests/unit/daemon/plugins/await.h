// SPDX-License-Identifier: LGPL-2.1-or-later
// For tests: runs a loop until a task is done, and gives its value, its Error, or that it took too long.
#pragma once

#include "lib/base/task.h"
#include "lib/bus/loop.h"

#include <chrono>
#include <optional>
#include <stdexcept>

namespace loquet::tests {

template <class T>
class RunningTask {
public:
    /// Starts at once and goes on whenever the loop runs. Its end cancels the task.
    explicit RunningTask(base::Task<T> task) { group_.spawn(take(std::move(task), *this)); }
    RunningTask(const RunningTask&) = delete;
    RunningTask& operator=(const RunningTask&) = delete;

    /// Waits for the end. Throws what the task threw, or runtime_error after `limit`.
    T get(bus::Loop& loop, base::Milliseconds limit = std::chrono::seconds(20)) {
        const auto until = std::chrono::steady_clock::now() + limit;
        while (!value_ && !failure_) {
            if (std::chrono::steady_clock::now() > until) {
                throw std::runtime_error("the task does not end");
            }
            loop.run_once(base::Milliseconds(20));
        }
        if (failure_) {
            std::rethrow_exception(failure_);
        }
        return std::move(value_).value();
    }
    [[nodiscard]] bool done() const noexcept { return value_.has_value() || failure_ != nullptr; }

private:
    // NOLINTNEXTLINE(performance-unnecessary-value-param): a coroutine owns what it awaits
    static base::Task<void> take(base::Task<T> task, RunningTask& self) {
        try {
            T value = co_await task;
            self.value_.emplace(std::move(value));
        } catch (...) {
            self.failure_ = std::current_exception();
        }
    }

    std::optional<T> value_;
    std::exception_ptr failure_;
    base::TaskGroup group_{[](const std::exception_ptr&) {}}; ///< cancels the task at the end
};

template <class T>
T await(bus::Loop& loop, base::Task<T> task, base::Milliseconds limit = std::chrono::seconds(20)) {
    RunningTask<T> running(std::move(task));
    return running.get(loop, limit);
}

/// The kind of the Error that the task ends with; nothing where it ends well.
template <class T>
std::optional<base::Error::Kind> error_of(bus::Loop& loop, base::Task<T> task) {
    try {
        (void)await(loop, std::move(task));
    } catch (const base::Error& error) {
        return error.kind();
    }
    return std::nullopt;
}

} // namespace loquet::tests
