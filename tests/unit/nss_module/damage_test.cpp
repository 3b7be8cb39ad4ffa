// SPDX-License-Identifier: LGPL-2.1-or-later
// A directory that is cut off, spoilt, foreign or something else than a file: "unavailable" or "nobody", never a
// signal, and never an answer that its writer did not write.
#include "lib/base/file.h"
#include "lib/directory/format.h"
#include "tests/unit/nss_module/module_fixture.h"

#include <gtest/gtest.h>
#include <sys/types.h>
#include <sys/wait.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <limits>

namespace loquet::tests {
namespace {

class ADirectory : public FolderFixture {
protected:
    ADirectory() {
        publish();
        for (const auto& entry : std::filesystem::directory_iterator("directory")) {
            files_.push_back(entry.path());
        }
    }
    static std::string content_of(const std::string& file) {
        return base::read_file(file, std::numeric_limits<std::size_t>::max());
    }
    /// Where nobody has it mapped.
    static void overwrite(const std::string& file, const std::string& content) {
        std::ofstream(file, std::ios::binary | std::ios::trunc) << content;
    }
    static bool is_one_of(const Said& said, const std::vector<std::string>& truth) {
        if (said.status == NSS_STATUS_SUCCESS) {
            return std::ranges::find(truth, *said.line) != truth.end();
        }
        return said.status == NSS_STATUS_NOTFOUND || said.status == NSS_STATUS_UNAVAIL;
    }
    /// Where somebody has.
    static void change(const std::string& file, std::size_t at, char value) {
        std::fstream(file, std::ios::binary | std::ios::in | std::ios::out)
            .seekp(static_cast<std::streamoff>(at))
            .put(value);
    }
    std::string base() const {
        return *std::ranges::find_if(files_, [](const std::string& file) { return file != "directory/current"; });
    }
    /// Asks a fresh module for all that there was: how many true answers; 100 for one that is not.
    static int true_answers() {
        const Module module;
        int answers = 0;
        const auto count = [&](const Said& said, const std::vector<std::string>& truth) {
            answers += !is_one_of(said, truth) ? 100 : said.line ? 1 : 0;
        };
        for (const std::string name : {"alice", "bob", "carol", "dave"}) {
            count(module.person(name), people);
        }
        for (const std::uint32_t id : {30001U, 30002U, 30003U, 40000U, 40001U, 0U}) {
            count(module.person(id), people);
            count(module.group(id), their_groups);
        }
        for (const std::string name : {"crew", "empty", "alice", "bob"}) {
            count(module.group(name), their_groups);
        }
        module.setpwent(0);
        module.setgrent(0);
        for (int i = 0; i < 8; ++i) {
            count(module.next_person(), people);
            count(module.next_group(), their_groups);
        }
        const auto gids = module.groups_of("alice", 1);
        answers += gids && *gids != std::vector<gid_t>{1, 40000, 29} ? 100 : 0;
        return answers;
    }
    void expect_unavailable() {
        const Module module;
        EXPECT_EQ(module.person("alice").status, NSS_STATUS_UNAVAIL);
        EXPECT_EQ(module.group(40000).status, NSS_STATUS_UNAVAIL);
        EXPECT_EQ(true_answers(), 0);
    }
    static constexpr int all_answers = 3 + 3 + 4 + 3 + 3 + 4; // by name and number, then the lists

    std::vector<std::string> files_;
};

TEST_F(ADirectory, ThatIsWholeAnswersEverything) {
    EXPECT_EQ(true_answers(), all_answers);
}

TEST_F(ADirectory, CutOffAtAnyLengthIsUnavailable) {
    for (const std::string& file : files_) {
        const std::string whole = content_of(file);
        for (std::size_t size = 0; size < whole.size(); ++size) {
            overwrite(file, whole.substr(0, size));
            ASSERT_EQ(true_answers(), 0) << file << " of " << size << " bytes";
        }
        overwrite(file, whole);
    }
    EXPECT_EQ(true_answers(), all_answers);
}

TEST_F(ADirectory, WithAnyByteFlippedGivesNoWrongAnswer) {
    for (const std::string& file : files_) {
        const std::string whole = content_of(file);
        for (std::size_t at = 0; at < whole.size(); ++at) {
            std::string spoilt = whole;
            spoilt[at] = static_cast<char>(~spoilt[at]);
            overwrite(file, spoilt);
            ASSERT_LE(true_answers(), all_answers) << file << ", byte " << at;
        }
        overwrite(file, whole);
    }
    EXPECT_EQ(true_answers(), all_answers);
}

TEST_F(ADirectory, ChangedInPlaceIsDamagedForAPersonLookedUpOnlyNow) {
    const Module module;
    EXPECT_EQ(module.person("alice").line, people[0]);
    const std::size_t shell_of_carol = content_of(base()).find("/bin/sh");
    change(base(), shell_of_carol, '~');
    EXPECT_EQ(module.person("carol").status, NSS_STATUS_UNAVAIL);
    change(base(), shell_of_carol, '/');
    EXPECT_EQ(module.person("carol").line, people[2]);
}

/// A record that was found whole is not digested again, so what nobody but its writer can do shows; but no further than
/// a lie with a right digest does.
TEST_F(ADirectory, ChangedInPlaceIsStillValidatedForAPersonLookedUpBefore) {
    const Module module;
    const auto expect_within = [](const Said& said, const std::string& name, std::ptrdiff_t colons) {
        if (said.line) {
            EXPECT_EQ(said.line->substr(0, name.size() + 3), name + ":x:");
            EXPECT_EQ(std::ranges::count(*said.line, ':'), colons);
            EXPECT_TRUE(std::ranges::none_of(*said.line, [](char c) { return c > 0 && c < ' '; }));
            EXPECT_GE(std::stoul(said.line->substr(name.size() + 3)), 1000U);
        }
    };
    EXPECT_EQ(module.person("alice").line, people[0]);
    EXPECT_EQ(module.group("crew").line, their_groups[0]);
    const std::string whole = content_of(base());
    std::size_t shown = 0;
    for (std::size_t at = directory::header_bytes; at < whole.size(); ++at) {
        for (const char value : {'\0', '\n', ':', '~', '\xFF'}) {
            SCOPED_TRACE("byte " + std::to_string(at) + " is " + std::to_string(value));
            change(base(), at, value);
            const Said alice = module.person("alice");
            expect_within(alice, "alice", 6);
            expect_within(module.group("crew"), "crew", 3);
            shown += alice.line && alice.line != people[0] ? 1U : 0U;
        }
        change(base(), at, whole[at]);
    }
    EXPECT_GT(shown, 0U) << "nothing was remembered";
    EXPECT_EQ(module.person("alice").line, people[0]);
    EXPECT_EQ(module.group("crew").line, their_groups[0]);
}

TEST_F(ADirectory, OfAnotherKindIsUnavailable) {
    const std::string current = "directory/current";
    const std::string whole = content_of(current);
    std::string newer = whole;
    newer[offsetof(directory::Header, version)] = 2;
    for (const std::string& content : {std::string(), std::string("root::0:0::/:/bin/sh\n"), std::string(4096, '\0'),
                                       std::string(4096, '\xFF'), newer}) {
        base::replace_file(current, content, 0644);
        expect_unavailable();
    }
    base::replace_file(current, whole, 0664);
    expect_unavailable();
    std::filesystem::remove(current);
    expect_unavailable();
    ASSERT_EQ(::mkdir(current.c_str(), 0755), 0);
    expect_unavailable();
    ASSERT_EQ(::rmdir(current.c_str()), 0);
    ASSERT_EQ(::mkfifo(current.c_str(), 0644), 0);
    expect_unavailable();
    ASSERT_EQ(::unlink(current.c_str()), 0);
    base::replace_file("elsewhere", whole, 0644);
    ASSERT_EQ(::symlink("../elsewhere", current.c_str()), 0);
    expect_unavailable();
    ASSERT_EQ(::unlink(current.c_str()), 0);
    base::replace_file(current, whole, 0644);
    EXPECT_EQ(true_answers(), all_answers);
}

TEST_F(ADirectory, ThatMayNotBeReadIsUnavailable) {
    if (::geteuid() != 0) {
        ASSERT_EQ(::chmod("directory/current", 0), 0);
        expect_unavailable();
        return;
    }
    // Root reads everything, so somebody else asks.
    ASSERT_EQ(::chmod(folder_.path().c_str(), 0755), 0);
    ASSERT_EQ(::chmod("directory/current", 0600), 0);
    const pid_t child = ::fork();
    if (child == 0) {
        const Module module; // loaded as root: the build folder may be closed to others
        const bool dropped = ::setresgid(65534, 65534, 65534) == 0 && ::setresuid(65534, 65534, 65534) == 0;
        ::_exit(dropped && module.person("alice").status == NSS_STATUS_UNAVAIL ? 0 : 1);
    }
    int status = -1;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
    EXPECT_EQ(true_answers(), all_answers);
}

} // namespace
} // namespace loquet::tests
