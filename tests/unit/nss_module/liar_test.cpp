// SPDX-License-Identifier: LGPL-2.1-or-later
// A directory of somebody who took the daemon over: right digests, and everything else as harmful as it can be.
#include "tests/unit/nss_module/module_fixture.h"

#include <gmock/gmock.h>

namespace loquet::tests {
namespace {

using testing::ElementsAre;

class ALyingDirectory : public ModuleFixture {
protected:
    ALyingDirectory() { publish(lies); }

    static void lies(directory::ImageWriter& writer) {
        constexpr std::array<std::uint32_t, 6> everything{0, 6, 27, 29, 42, 40000};
        const std::array<std::string, 1> mallory{"mallory"};
        writer.add({0, 0, true, "toor", "", "/root", "/bin/sh", {}});
        writer.add({33, 33, true, "web", "", "/", "/bin/sh", {}});
        writer.add({30000, 0, false, "inroot", "", "/", "/bin/sh", everything});
        writer.add({30001, 30001, true, "mallory", "", "/home/mallory", "/bin/sh", everything});
        writer.add({30002, 30002, true, "root", "", "/", "/bin/sh", everything});
        writer.add({30003, 30003, true, "sudo", "", "/", "/bin/sh", {}});
        writer.add({30004, 30004, true, "-froot", "", "/", "/bin/sh", {}});
        writer.add({30005, 30005, true, "escape", "\x1B[2J", "/", "/bin/sh", {}});
        writer.add({30006, 30006, true, "last", "", "/", "/bin/sh", {}});
        writer.add({65534, 30000, true, "none", "", "/", "/bin/sh", {}});
        writer.add({0xFFFFFFFF, 30000, true, "minus", "", "/", "/bin/sh", {}});
        writer.add({27, "helpers", mallory});
        writer.add({40000, "wheel", mallory});
        writer.add({40001, "crew", mallory});
    }
};

TEST_F(ALyingDirectory, MakesNobodyASystemUser) {
    for (const std::string name : {"toor", "web", "inroot", "root", "sudo", "-froot", "escape", "none", "minus"}) {
        EXPECT_EQ(module_.person(name).status, NSS_STATUS_NOTFOUND) << name;
    }
    for (const std::uint32_t uid : {0U, 33U, 30000U, 30002U, 30003U, 30004U, 30005U, 65534U, 0xFFFFFFFFU}) {
        EXPECT_EQ(module_.person(uid).status, NSS_STATUS_NOTFOUND) << uid;
    }
    EXPECT_EQ(module_.person("mallory").line, "mallory:x:30001:30001::/home/mallory:/bin/sh");
}

TEST_F(ALyingDirectory, PutsNobodyIntoAGroupThatOwnsTheMachine) {
    EXPECT_THAT(*module_.groups_of("mallory", 30001), ElementsAre(30001, 29, 40000));
    for (const std::string name : {"toor", "inroot", "root", "sudo", "-froot"}) {
        EXPECT_EQ(module_.groups_of(name, 1), std::nullopt) << name;
    }
}

TEST_F(ALyingDirectory, GivesNoNumberTheNameOfAGroupWithPower) {
    for (const std::string name : {"helpers", "wheel", "root", "sudo", "toor", "web", "minus"}) {
        EXPECT_EQ(module_.group(name).status, NSS_STATUS_NOTFOUND) << name;
    }
    for (const std::uint32_t gid : {0U, 27U, 33U, 40000U, 30002U, 30003U, 65534U, 0xFFFFFFFFU}) {
        EXPECT_EQ(module_.group(gid).status, NSS_STATUS_NOTFOUND) << gid;
    }
    EXPECT_EQ(module_.group(40001).line, "crew:x:40001:mallory");
}

TEST_F(ALyingDirectory, IsListedWithoutItsLies) {
    EXPECT_THAT(module_.persons(),
                ElementsAre("mallory:x:30001:30001::/home/mallory:/bin/sh", "last:x:30006:30006::/:/bin/sh"));
    EXPECT_THAT(module_.groups(),
                ElementsAre("crew:x:40001:mallory", "mallory:x:30001:", "escape:x:30005:", "last:x:30006:"));
}

} // namespace
} // namespace loquet::tests
