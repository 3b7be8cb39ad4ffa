// SPDX-License-Identifier: LGPL-2.1-or-later
// Eight threads and eight processes ask the module while the directory is replaced ten thousand times: each answer is
// whole, of one round, and of no round before the one that was seen last.
#include "tests/unit/nss_module/module_fixture.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <thread>

namespace loquet::tests {
namespace {

constexpr int replacements = 10000;
constexpr int readers = 8; // threads, and as many processes
constexpr std::uint32_t first_uid = 30000;
constexpr std::uint32_t persons = 20;

/// Everybody says in each of their fields which round it is.
void add_round(directory::ImageWriter& writer, std::uint64_t round) {
    const std::string now = std::to_string(round);
    for (std::uint32_t uid = first_uid; uid < first_uid + persons; ++uid) {
        writer.add({uid, uid, true, "person" + std::to_string(uid), now, "/home/" + now, "/bin/" + now, {}});
    }
}

/// Shared with the child processes.
struct Progress {
    std::atomic<bool> done{false};
    std::atomic<std::uint64_t> wrong{0};
    std::atomic<std::uint64_t> answers{0};
};

/// One reader's looks at the directory.
class Reading {
public:
    Reading(const Module& module, Progress& progress) : module_(module), progress_(progress) {}

    void until_done() {
        // The writer comes first: sixteen that ask without a pause would leave it little of a small machine.
        (void)::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), 10);
        while (!progress_.done.load()) {
            look();
        }
        look(); // it is the last round's by now
        progress_.wrong += last_round_ == replacements ? 0U : 1U;
    }

private:
    void look() {
        passwd entry{};
        int error = 0;
        const std::uint32_t uid = first_uid + next_++ % persons;
        const bool there =
            module_.getpwuid_r(uid, &entry, buffer_.data(), buffer_.size(), &error) == NSS_STATUS_SUCCESS;
        check(there, entry);
        if (next_ % 16 != 0) {
            return;
        }
        std::uint32_t met = 0;
        module_.setpwent(0);
        while (module_.getpwent_r(&entry, buffer_.data(), buffer_.size(), &error) == NSS_STATUS_SUCCESS) {
            check(entry.pw_uid == first_uid + met++, entry);
        }
        progress_.wrong += met == persons ? 0U : 1U;
    }
    void check(bool there, const passwd& entry) {
        const std::string round = there ? entry.pw_gecos : "";
        const std::uint64_t number = std::strtoull(round.c_str(), nullptr, 10);
        const bool right = there && "/home/" + round == entry.pw_dir && "/bin/" + round == entry.pw_shell
                           && "person" + std::to_string(entry.pw_uid) == entry.pw_name && number >= last_round_;
        progress_.wrong += right ? 0U : 1U;
        ++progress_.answers;
        last_round_ = number;
    }

    const Module& module_;
    Progress& progress_;
    std::array<char, 1024> buffer_{};
    std::uint32_t next_ = 0;
    std::uint64_t last_round_ = 0;
};

class ManyReaders : public ModuleFixture {
protected:
    ManyReaders()
        : shared_(::mmap(nullptr, sizeof(Progress), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0)),
          progress_(*new(shared_) Progress) {}
    ~ManyReaders() override { ::munmap(shared_, sizeof(Progress)); }

    void replace(std::uint64_t round) {
        publisher_->amend([round](directory::ImageWriter& writer) { add_round(writer, round); }, round);
    }

    void* shared_;
    Progress& progress_;
};

TEST_F(ManyReaders, SeeOnlyWholeAnswersWhileTheDirectoryIsReplaced) {
    publish([](directory::ImageWriter& writer) { add_round(writer, 0); });
    std::vector<pid_t> children;
    for (int i = 0; i < readers; ++i) {
        const pid_t child = ::fork();
        if (child == 0) {
            Reading(module_, progress_).until_done();
            ::_exit(0);
        }
        children.push_back(child);
    }
    std::vector<std::thread> threads;
    for (int i = 0; i < readers; ++i) {
        threads.emplace_back([&] { Reading(module_, progress_).until_done(); });
    }
    for (std::uint64_t round = 1; round <= replacements; ++round) {
        if (round % 10 == 0) { // a new base, too
            publisher_->publish([round](directory::ImageWriter& writer) { add_round(writer, round); }, round);
        } else {
            replace(round);
        }
    }
    progress_.done = true;
    for (std::thread& thread : threads) {
        thread.join();
    }
    for (const pid_t child : children) {
        int status = -1;
        EXPECT_EQ(::waitpid(child, &status, 0), child);
        EXPECT_EQ(status, 0);
    }
    EXPECT_EQ(progress_.wrong.load(), 0U);
    EXPECT_GT(progress_.answers.load(), std::uint64_t{replacements});
}

} // namespace
} // namespace loquet::tests
