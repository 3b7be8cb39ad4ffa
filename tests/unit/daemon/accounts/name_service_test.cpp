// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/accounts/name_service.h"

#include <gtest/gtest.h>

namespace loquet::accounts {
namespace {

TEST(TheSystemsNames, KnowRootAndItsGroup) {
    const SystemNames names;
    EXPECT_EQ(names.user("root"), 0U);
    EXPECT_EQ(names.group("root"), 0U);
    EXPECT_TRUE(names.has_uid(0));
    EXPECT_TRUE(names.has_gid(0));
}

TEST(TheSystemsNames, SayNothingOfWhatNobodyHas) {
    const SystemNames names;
    EXPECT_EQ(names.user("nobody-has-this-name"), std::nullopt);
    EXPECT_EQ(names.group("nobody-has-this-name"), std::nullopt);
    EXPECT_FALSE(names.has_uid(4000000000U));
    EXPECT_FALSE(names.has_gid(4000000000U));
}

} // namespace
} // namespace loquet::accounts
