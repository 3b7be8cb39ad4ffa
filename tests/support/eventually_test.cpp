// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tests/support/eventually.h"

#include <gtest/gtest.h>

namespace loquet::tests {
namespace {

TEST(Eventually, IsTrueAsSoonAsTheConditionIs) {
    int asked = 0;
    EXPECT_TRUE(eventually([&] { return ++asked == 3; }));
    EXPECT_EQ(asked, 3);
}

TEST(Eventually, IsFalseWhenTheDeadlineHasPassed) {
    EXPECT_FALSE(eventually([] { return false; }, base::Milliseconds(10)));
}

TEST(Eventually, LetsTheLoopWorkMeanwhile) {
    bus::Loop loop;
    bool posted = false;
    loop.post([&] { posted = true; });
    EXPECT_TRUE(eventually(loop, [&] { return posted; }));
}

} // namespace
} // namespace loquet::tests
