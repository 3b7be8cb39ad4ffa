// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/accounts/directory_entries.h"

#include <gmock/gmock.h>

namespace loquet::accounts {
namespace {

model::PublicAccount ana() {
    return {
        .uid = {30000}, .gid = 30000, .name = "ana", .display_name = "Ana", .home = "/home/ana", .shell = "/bin/sh"};
}

TEST(APasswdEntry, SaysWhatTheAccountSays) {
    const model::PublicAccount account = ana();
    const std::vector<std::uint32_t> groups{29, 44};
    PasswdEntry made(groups);
    const auto entry = made.of(account);
    ASSERT_TRUE(entry);
    EXPECT_EQ(entry->uid, 30000U);
    EXPECT_EQ(entry->gid, 30000U);
    EXPECT_TRUE(entry->private_group);
    EXPECT_EQ(entry->name, "ana");
    EXPECT_EQ(entry->gecos, "Ana");
    EXPECT_EQ(entry->home, "/home/ana");
    EXPECT_EQ(entry->shell, "/bin/sh");
    EXPECT_THAT(entry->groups, ::testing::ElementsAre(29, 44));
}

TEST(APasswdEntry, NamesTheGroupsOfTheAccountBesideEverybodys) {
    model::PublicAccount account = ana();
    account.groups = {30007};
    const std::vector<std::uint32_t> everybodys{29};
    PasswdEntry made(everybodys);
    EXPECT_THAT(made.of(account)->groups, ::testing::ElementsAre(30007, 29));
}

TEST(APasswdEntry, HasNoPrivateGroupWhereItsNumberIsAnothers) {
    model::PublicAccount account = ana();
    account.gid = 100;
    PasswdEntry made;
    EXPECT_FALSE(made.of(account)->private_group);
}

TEST(APasswdEntry, BlanksWhatWouldBreakTheLine) {
    model::PublicAccount account = ana();
    account.display_name = std::string("a:b\nc\0d\x7f", 8) + "é";
    account.home = "/home:x";
    account.shell = "/bin/sh\r";
    PasswdEntry made;
    const auto entry = made.of(account);
    EXPECT_EQ(entry->gecos, "a b c d é");
    EXPECT_EQ(entry->home, "/home x");
    EXPECT_EQ(entry->shell, "/bin/sh ");
}

TEST(APasswdEntry, IsCutWhereItWouldNotFit) {
    model::PublicAccount account = ana();
    account.display_name.assign(100'000, 'a');
    PasswdEntry made;
    EXPECT_EQ(made.of(account)->gecos.size(), 4096U);
}

TEST(APasswdEntry, IsNotMadeOfANameThatWouldBeAnothers) {
    PasswdEntry made;
    for (const char* name : {"", "a:b", "a\nb"}) {
        model::PublicAccount account = ana();
        account.name = name;
        EXPECT_FALSE(made.of(account));
    }
}

} // namespace
} // namespace loquet::accounts
