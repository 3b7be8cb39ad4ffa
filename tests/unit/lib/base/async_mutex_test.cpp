// SPDX-License-Identifier: LGPL-2.1-or-later
// A mutex that many wait for, some of whom are cancelled.
#include "lib/base/future.h"
#include "lib/base/task.h"
#include "tests/support/job_queue.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

namespace loquet::base {
namespace {

class AContendedMutex : public testing::Test {
protected:
    tests::JobQueue loop;
    TaskGroup tasks{[](const std::exception_ptr&) { ADD_FAILURE(); }};
};

/// Where the caller's frame stands on the stack.
[[gnu::noinline]] std::uintptr_t stack_place() {
    return reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
}

std::uintptr_t spread(const std::vector<std::uintptr_t>& places) {
    const auto [lowest, highest] = std::minmax_element(places.begin(), places.end());
    return *highest - *lowest;
}

Task<void> hold_until(AsyncMutex& mutex, Future<void> leave) {
    auto locking = mutex.lock();
    const AsyncMutex::Guard guard = co_await locking;
    co_await leave;
}

Task<void> lock_and_leave(AsyncMutex& mutex, std::vector<std::uintptr_t>& places) {
    auto locking = mutex.lock();
    const AsyncMutex::Guard guard = co_await locking;
    places.push_back(stack_place());
}

TEST_F(AContendedMutex, NeedsNoMoreStackForManyWhoLeaveWithoutWaiting) {
    constexpr std::size_t many = 4096;
    AsyncMutex mutex(loop);
    Promise<void> leave;
    std::vector<std::uintptr_t> places;
    tasks.spawn(hold_until(mutex, leave.future()));
    for (std::size_t i = 0; i < many; ++i) {
        tasks.spawn(lock_and_leave(mutex, places));
    }
    EXPECT_EQ(mutex.waiting(), many);
    leave.set();
    loop.run();
    ASSERT_EQ(places.size(), many);
    EXPECT_EQ(spread(places), 0U) << "bytes of stack";
    EXPECT_EQ(tasks.active(), 0U);
}

TEST_F(AContendedMutex, PassesOverWhoWasCancelledWhileWaiting) {
    AsyncMutex mutex(loop);
    Promise<void> leave;
    std::vector<std::uintptr_t> places;
    TaskId cancelled = 0;
    tasks.spawn(hold_until(mutex, leave.future()));
    tasks.spawn(lock_and_leave(mutex, places), &cancelled);
    tasks.spawn(lock_and_leave(mutex, places));
    tasks.cancel(cancelled);
    EXPECT_EQ(mutex.waiting(), 1U);
    leave.set();
    loop.run();
    EXPECT_EQ(places.size(), 1U);
    EXPECT_EQ(tasks.active(), 0U);
}

TEST_F(AContendedMutex, PassesOverWhoWasCancelledAfterBeingChosen) {
    AsyncMutex mutex(loop);
    Promise<void> leave;
    std::vector<std::uintptr_t> places;
    TaskId cancelled = 0;
    tasks.spawn(hold_until(mutex, leave.future()));
    tasks.spawn(lock_and_leave(mutex, places), &cancelled);
    tasks.spawn(lock_and_leave(mutex, places));
    leave.set();
    tasks.cancel(cancelled); // it has the mutex by a job that has not run yet
    loop.run();
    EXPECT_EQ(places.size(), 1U);
    tasks.spawn(lock_and_leave(mutex, places));
    EXPECT_EQ(places.size(), 2U) << "it is free again";
}

TEST_F(AContendedMutex, IsFreeAfterItsHolderWasCancelled) {
    AsyncMutex mutex(loop);
    Promise<void> leave;
    std::vector<std::uintptr_t> places;
    TaskId holder = 0;
    tasks.spawn(hold_until(mutex, leave.future()), &holder);
    tasks.spawn(lock_and_leave(mutex, places));
    tasks.cancel(holder);
    EXPECT_TRUE(places.empty());
    loop.run();
    EXPECT_EQ(places.size(), 1U);
}

TEST_F(AContendedMutex, MayDieBeforeItsHolderAndThoseWhoWait) {
    std::optional<AsyncMutex> mutex(std::in_place, loop);
    Promise<void> leave;
    std::vector<std::uintptr_t> places;
    tasks.spawn(hold_until(*mutex, leave.future()));
    tasks.spawn(lock_and_leave(*mutex, places));
    mutex.reset();
    leave.set();
    loop.run();
    EXPECT_EQ(places.size(), 1U);
}

} // namespace
} // namespace loquet::base
