// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/accounts/name_service.h"
#include "lib/directory/publisher.h"
#include "tests/support/temp_folder.h"

#include <gtest/gtest.h>

namespace loquet::accounts {
namespace {

TEST(TheSystemsNames, KnowRootAndItsGroup) {
    const SystemNames names("/nowhere");
    EXPECT_EQ(names.user("root"), 0U);
    EXPECT_EQ(names.group("root"), 0U);
    EXPECT_TRUE(names.has_uid(0));
    EXPECT_TRUE(names.has_gid(0));
}

TEST(TheSystemsNames, SayNothingOfWhatNobodyHas) {
    const SystemNames names("/nowhere");
    EXPECT_EQ(names.user("nobody-has-this-name"), std::nullopt);
    EXPECT_EQ(names.group("nobody-has-this-name"), std::nullopt);
    EXPECT_FALSE(names.has_uid(4000000000U));
    EXPECT_FALSE(names.has_gid(4000000000U));
}

// What NSS says by way of our own directory is not elsewhere: here the machine's root stands in for one of ours.
TEST(TheSystemsNames, PassOverWhatOurOwnDirectorySays) {
    const tests::TempFolder folder;
    directory::Publisher publisher(folder.path());
    const auto fill = [](directory::ImageWriter& writer) {
        writer.add(directory::PersonEntry{0, 0, true, "root", "", "/", "", {}});
        writer.add(directory::PersonEntry{7, 7, true, "daemon", "", "/", "", {}});
    };
    publisher.publish(fill, 1);
    const SystemNames names(folder.path());
    EXPECT_EQ(names.user("root"), std::nullopt);
    EXPECT_EQ(names.group("root"), std::nullopt);
    EXPECT_FALSE(names.has_uid(0));
    EXPECT_FALSE(names.has_gid(0));
    EXPECT_EQ(names.user("daemon"), 1U) << "the same name with another number is somebody else";
}

} // namespace
} // namespace loquet::accounts
