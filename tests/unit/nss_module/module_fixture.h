// SPDX-License-Identifier: LGPL-2.1-or-later
// A folder of its own as working directory, with a directory of three people in it, and the module that reads it.
#pragma once

#include "lib/directory/publisher.h"
#include "tests/support/temp_folder.h"
#include "tests/unit/nss_module/module.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

namespace loquet::tests {

/// alice (in crew, audio and a group of their own), bob (primary group crew), carol; the groups crew and empty.
inline void add_people(directory::ImageWriter& writer) {
    constexpr std::array<std::uint32_t, 2> alices{40000, 29};
    constexpr std::array<std::uint32_t, 1> bobs{40000};
    const std::array<std::string, 2> crew{"alice", "bob"};
    writer.add({30001, 30001, true, "alice", "Alice Lefèvre,,,", "/home/alice", "/bin/bash", alices});
    writer.add({30002, 40000, false, "bob", "", "/home/bob", "", bobs});
    writer.add({30003, 30003, true, "carol", "Carol", "/home/carol", "/bin/sh", {}});
    writer.add({40000, "crew", crew});
    writer.add({40001, "empty", {}});
}

inline const std::vector<std::string> people{
    "alice:x:30001:30001:Alice Lefèvre,,,:/home/alice:/bin/bash",
    "bob:x:30002:40000::/home/bob:", "carol:x:30003:30003:Carol:/home/carol:/bin/sh"};
inline const std::vector<std::string> their_groups{"crew:x:40000:alice,bob",
                                                   "empty:x:40001:", "alice:x:30001:", "carol:x:30003:"};

/// An empty folder, where the module of these tests looks; a test that wants it loads it.
class FolderFixture : public testing::Test {
protected:
    FolderFixture() {
        EXPECT_EQ(::chdir(folder_.path().c_str()), 0);
        EXPECT_EQ(::mkdir("directory", 0755), 0);
    }
    ~FolderFixture() override { EXPECT_EQ(::chdir("/"), 0); }

    void publish(directory::Publisher::Fill fill = add_people) {
        if (!publisher_) {
            publisher_.emplace("directory");
        }
        publisher_->publish(std::move(fill), ++generation_);
    }

    TempFolder folder_;
    std::optional<directory::Publisher> publisher_;
    std::uint64_t generation_ = 0;
};

class ModuleFixture : public FolderFixture {
protected:
    /// How the child ended in which `body` said whether all was well; 0 is the good end.
    template <class Body>
    static int status_of_child(Body body) {
        const pid_t child = ::fork();
        if (child == 0) {
            ::_exit(body() ? 0 : 1);
        }
        int status = -1;
        EXPECT_EQ(::waitpid(child, &status, 0), child);
        return status;
    }

    Module module_;
};

} // namespace loquet::tests
