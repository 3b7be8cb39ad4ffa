// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/base/function.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

namespace loquet::base {

namespace {

TEST(AFunction, IsEmptyUntilItGetsABody) {
    Function<void()> function;
    EXPECT_FALSE(function);
    function = [] {};
    EXPECT_TRUE(function);
}

TEST(AFunction, OwnsWhatCanOnlyBeMoved) {
    Function<int(int)> add = [base = std::make_unique<int>(40)](int more) { return *base + more; };
    Function<int(int)> moved = std::move(add);
    EXPECT_EQ(moved(2), 42);
}

TEST(AFunction, FreesItsBodyWhenItDiesAndNotBefore) {
    auto kept = std::make_shared<int>(1);
    const std::weak_ptr<int> seen = kept;
    {
        const Function<void()> function = [kept = std::move(kept)] {};
        EXPECT_FALSE(seen.expired());
    }
    EXPECT_TRUE(seen.expired());
}

TEST(AFunction, KeepsStateBetweenCallsAndCopiesABodyThatIsNotMoved) {
    auto count = [n = 0]() mutable { return ++n; };
    Function<int()> function = count;
    EXPECT_EQ(function(), 1);
    EXPECT_EQ(function(), 2);
    EXPECT_EQ(count(), 1);
}

TEST(AFunction, HandsOnReferencesMoveOnlyArgumentsAndExceptions) {
    int seen = 0;
    Function<void(int&, std::unique_ptr<int>)> function = [](int& out, std::unique_ptr<int> in) { out = *in; };
    function(seen, std::make_unique<int>(7));
    EXPECT_EQ(seen, 7);
    Function<void()> failing = [] { throw std::runtime_error("no"); };
    EXPECT_THROW(failing(), std::runtime_error);
}

} // namespace

} // namespace loquet::base
