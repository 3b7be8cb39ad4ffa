// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/base/error.h"
#include "tests/support/loop_runner.h"

#include <gtest/gtest.h>

namespace loquet::tests {
namespace {

base::Task<int> three_after_a_while(bus::Loop& loop) {
    auto nap = loop.sleep(base::Milliseconds(1));
    co_await nap;
    co_return 3;
}

base::Task<void> failing(bus::Loop& loop) {
    auto nap = loop.sleep(base::Milliseconds(1));
    co_await nap;
    throw base::Error(base::Error::Kind::conflict, "there is one already");
}

base::Task<void> waiting_for(base::Future<void> future) {
    co_await future;
}

TEST(WaitingForACoroutine, GivesItsValue) {
    bus::Loop loop;
    EXPECT_EQ(wait_for(loop, three_after_a_while(loop)), 3);
}

TEST(WaitingForACoroutine, ThrowsWhatItThrows) {
    bus::Loop loop;
    EXPECT_THROW(wait_for(loop, failing(loop)), base::Error);
}

TEST(WaitingForACoroutine, EndsAtTheDeadlineAndCancelsIt) {
    bus::Loop loop;
    base::Promise<void> promise;
    EXPECT_THROW(wait_for(loop, waiting_for(promise.future()), base::Milliseconds(5)), std::runtime_error);
    EXPECT_FALSE(promise.wanted());
    promise.set();
}

} // namespace
} // namespace loquet::tests
