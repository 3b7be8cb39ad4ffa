// SPDX-License-Identifier: LGPL-2.1-or-later
// The module in the lives of the processes that load it: they fork, change their root, run out of descriptors, and
// unload it.
#include "tests/unit/nss_module/module_fixture.h"

#include <gtest/gtest.h>
#include <malloc.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <filesystem>
#include <fstream>

namespace loquet::tests {
namespace {

class AProcess : public ModuleFixture {
protected:
    static std::size_t descriptors() {
        const std::filesystem::directory_iterator entries("/proc/self/fd");
        return static_cast<std::size_t>(std::distance(begin(entries), end(entries)));
    }
    /// Lines of /proc/self/maps that name a file of this folder or the module.
    [[nodiscard]] std::size_t mappings(const std::string& part) const {
        std::ifstream maps("/proc/self/maps");
        std::size_t count = 0;
        for (std::string line; std::getline(maps, line);) {
            count += line.find(part) != std::string::npos ? 1U : 0U;
        }
        return count;
    }
};

TEST_F(AProcess, GoesOnWithItsListInAChild) {
    publish();
    module_.setpwent(0);
    module_.setgrent(0);
    EXPECT_EQ(module_.next_person().line, people[0]);
    EXPECT_EQ(module_.next_group().line, their_groups[0]);
    EXPECT_EQ(status_of_child([&] {
                  return module_.next_person().line == people[1] && module_.next_group().line == their_groups[1]
                         && module_.next_person().line == people[2] && module_.person("alice").line == people[0];
              }),
              0);
    EXPECT_EQ(module_.next_person().line, people[1]) << "what the child did is the child's";
}

TEST_F(AProcess, KeepsTheDirectoryWhenItChangesItsRoot) {
    if (::geteuid() != 0) {
        GTEST_SKIP() << "only root may change the root";
    }
    publish();
    ASSERT_EQ(::mkdir("empty", 0755), 0);
    const auto change_root = [] { return ::chroot("empty") == 0 && ::chdir("/") == 0; };
    EXPECT_EQ(status_of_child([&] {
                  return module_.person("alice").line == people[0] && change_root()
                         && module_.person("bob").line == people[1] && module_.persons() == people;
              }),
              0);
    EXPECT_EQ(status_of_child([&] { // a module of its own, because this one has the directory by now
                  module_.unload();
                  const Module fresh;
                  return change_root() && fresh.person("alice").status == NSS_STATUS_UNAVAIL;
              }),
              0);
}

TEST_F(AProcess, HasNoDescriptorMoreThanBefore) {
    publish();
    const std::size_t before = descriptors();
    EXPECT_EQ(module_.person("alice").line, people[0]);
    module_.setpwent(0);
    EXPECT_EQ(module_.next_person().line, people[0]);
    publish();
    EXPECT_EQ(module_.persons(), people);
    EXPECT_EQ(descriptors(), before);
}

TEST_F(AProcess, MayCloseAllDescriptorsAndGoesOn) {
    publish();
    EXPECT_EQ(status_of_child([&] {
                  const bool before = module_.person("alice").line == people[0];
                  return ::close_range(0, ~0U, 0) == 0 && before && module_.person("bob").line == people[1];
              }),
              0);
}

TEST_F(AProcess, WithoutDescriptorsIsToldSoOrAnsweredByWhatItHas) {
    publish();
    const auto forbid = [] {
        const rlimit none{0, 0};
        return ::setrlimit(RLIMIT_NOFILE, &none) == 0;
    };
    EXPECT_EQ(status_of_child([&] { return forbid() && module_.person("alice").status == NSS_STATUS_UNAVAIL; }), 0);
    EXPECT_EQ(status_of_child([&] {
                  const bool before = module_.person("alice").line == people[0];
                  return forbid() && before && module_.person("bob").line == people[1];
              }),
              0);
}

TEST_F(AProcess, IsAsItWasWhenTheModuleIsUnloaded) {
    publish();
    EXPECT_EQ(module_.persons(), people);
    EXPECT_EQ(mappings("directory/base-"), 1U);
    EXPECT_GT(mappings("libnss_loquet"), 0U);
    module_.unload();
    EXPECT_EQ(mappings("directory/"), 0U);
    EXPECT_EQ(mappings("libnss_loquet"), 0U);
}

TEST_F(AProcess, DoesNotGrowOverAMillionCalls) {
    publish();
    std::array<char, 1024> buffer{};
    passwd person{};
    ::group group{};
    int error = 0;
    const auto ask = [&](int times) {
        int wrong = 0;
        for (int i = 0; i < times; ++i) {
            wrong += module_.getpwnam_r("alice", &person, buffer.data(), buffer.size(), &error) != NSS_STATUS_SUCCESS;
            wrong += module_.getgrgid_r(40000, &group, buffer.data(), buffer.size(), &error) != NSS_STATUS_SUCCESS;
            module_.setpwent(0);
            wrong += module_.getpwent_r(&person, buffer.data(), buffer.size(), &error) != NSS_STATUS_SUCCESS;
            wrong += module_.getpwnam_r("none", &person, buffer.data(), buffer.size(), &error) != NSS_STATUS_NOTFOUND;
        }
        return wrong;
    };
    EXPECT_EQ(ask(1000), 0);
    const auto before = ::mallinfo2();
    EXPECT_EQ(ask(250000), 0);
    const auto after = ::mallinfo2();
    EXPECT_EQ(after.uordblks, before.uordblks);
    EXPECT_EQ(after.hblkhd, before.hblkhd);
    EXPECT_EQ(mappings("directory/"), 2U);
}

TEST_F(AProcess, DoesNotGrowWhereTheModuleComesAndGoes) {
    publish();
    const auto come_and_go = [](int times) {
        bool good = true;
        for (int i = 0; i < times; ++i) {
            const Module visitor;
            visitor.setpwent(0);
            good = good && visitor.next_person().line == people[0];
        }
        return good;
    };
    module_.unload();
    EXPECT_TRUE(come_and_go(100));
    const auto before = ::mallinfo2().uordblks;
    EXPECT_TRUE(come_and_go(300));
    EXPECT_EQ(::mallinfo2().uordblks, before);
}

} // namespace
} // namespace loquet::tests
