// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/accounts/name_service.h"
#include "lib/base/file.h"
#include "lib/directory/publisher.h"
#include "tests/support/temp_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace loquet::accounts {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

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

TEST(TheSystemsNames, KnowWhoHasANumberAndWhoIsInAGroup) {
    const SystemNames names("/nowhere");
    EXPECT_EQ(names.name_of(0), "root");
    EXPECT_EQ(names.name_of(4000000000U), std::nullopt);
    EXPECT_FALSE(names.is_in("nobody-has-this-name", "root"));
    EXPECT_FALSE(names.is_in("root", "nobody-has-this-name"));
    ::setgrent();
    while (const ::group* entry = ::getgrent()) { // NOLINT(concurrency-mt-unsafe): one thread
        const std::string group = entry->gr_name;
        const std::vector<std::string> members = [&] {
            std::vector<std::string> all;
            for (char** member = entry->gr_mem; *member != nullptr; ++member) { // NOLINT: libc's list
                all.emplace_back(*member);
            }
            return all;
        }();
        for (const std::string& member : members) {
            EXPECT_TRUE(names.is_in(member, group)) << member << " " << group;
        }
    }
    ::endgrent();
}

// The answers that NSS takes from Loquet's directory are not elsewhere: here the machine's root stands in for an
// account.
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

class TheMachinesGroups : public ::testing::Test {
protected:
    TheMachinesGroups() {
        base::replace_file(folder_ / "group",
                           "root:x:0:\nsudo:x:27:\naudio:x:29:ana\nplugdev:x:46:\nfuse:x:104:\nodd:x:30500:\n", 0644);
    }
    [[nodiscard]] MachineGroups asked(const std::vector<std::string>& names) const {
        return machine_groups(names, {30000, 59999}, folder_ / "group");
    }
    tests::TempFolder folder_;
};

TEST_F(TheMachinesGroups, AreFoundByNameInOrderOfNumber) {
    const MachineGroups groups = asked({"fuse", "audio", "plugdev", "audio"});
    EXPECT_THAT(groups.gids, ElementsAre(29, 46, 104));
    EXPECT_THAT(groups.complaints, IsEmpty());
}

TEST_F(TheMachinesGroups, AreLeftOutWhereTheyRuleTheMachineAndTheOthersStay) {
    const MachineGroups groups = asked({"root", "audio", "sudo", "odd", "nowhere"});
    EXPECT_THAT(groups.gids, ElementsAre(29));
    EXPECT_THAT(groups.complaints, ElementsAre(HasSubstr("\"root\": it gives rights"), HasSubstr("GID 27"),
                                               HasSubstr("one of those that accounts get"), HasSubstr("\"nowhere\"")));
}

TEST_F(TheMachinesGroups, AreNotEvenLookedForWhereNoneIsNamed) {
    EXPECT_THAT(machine_groups({}, {1, 2}, "/nowhere").gids, IsEmpty());
}

} // namespace

} // namespace loquet::accounts
