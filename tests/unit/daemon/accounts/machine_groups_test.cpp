// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/accounts/machine_groups.h"
#include "lib/base/file.h"
#include "tests/support/temp_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace loquet::accounts {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

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
