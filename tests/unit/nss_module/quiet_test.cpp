// SPDX-License-Identifier: LGPL-2.1-or-later
// A process that has forbidden itself every system call still knows everybody. Not under a sanitizer, which makes calls
// of its own.
#include "tests/unit/nss_module/module_fixture.h"

#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <chrono>
#include <csignal>

namespace loquet::tests {
namespace {

using namespace std::chrono_literals;

class AWarmLookup : public ModuleFixture {};

/// From here on every system call but the end of the process ends it with SIGSYS.
bool forbid_system_calls() {
    std::array<sock_filter, 4> program{{
        {BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(seccomp_data, nr)},
        {BPF_JMP | BPF_JEQ | BPF_K, 0, 1, SYS_exit_group},
        {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW},
        {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_KILL_PROCESS},
    }};
    const sock_fprog filter{program.size(), program.data()};
    return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0;
}

TEST_F(AWarmLookup, MakesNoSystemCall) {
    publish();
    // Four times a second a lookup may look whether the file still stands. A busy machine can make that fall among
    // these, so a process that was ended gets another chance if it had taken that long.
    for (int tried = 0; tried < 100; ++tried) {
        const auto begun = std::chrono::steady_clock::now();
        const int status = status_of_child([&] {
            std::array<char, 1024> buffer{};
            passwd person{};
            ::group group{};
            std::array<gid_t, 16> gids{};
            gid_t* list = gids.data();
            int error = 0;
            bool good = module_.setpwent(0) == NSS_STATUS_SUCCESS && forbid_system_calls();
            for (int i = 0; i < 100 && good; ++i) {
                long used = 0;
                long size = gids.size();
                good =
                    module_.getpwnam_r("alice", &person, buffer.data(), buffer.size(), &error) == NSS_STATUS_SUCCESS
                    && module_.getpwuid_r(30002, &person, buffer.data(), buffer.size(), &error) == NSS_STATUS_SUCCESS
                    && module_.getpwnam_r("none", &person, buffer.data(), buffer.size(), &error) == NSS_STATUS_NOTFOUND
                    && module_.getgrnam_r("crew", &group, buffer.data(), buffer.size(), &error) == NSS_STATUS_SUCCESS
                    && module_.getgrgid_r(30001, &group, buffer.data(), buffer.size(), &error) == NSS_STATUS_SUCCESS
                    && module_.initgroups_dyn("alice", 1, &used, &size, &list, -1, &error) == NSS_STATUS_SUCCESS;
            }
            while (good && module_.getpwent_r(&person, buffer.data(), buffer.size(), &error) == NSS_STATUS_SUCCESS) {
            }
            return good;
        });
        if (status == 0) {
            SUCCEED();
            return;
        }
        const bool killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS;
        ASSERT_TRUE(killed && std::chrono::steady_clock::now() - begun > 100ms) << "ended with " << status;
    }
    FAIL() << "each time a system call";
}

} // namespace
} // namespace loquet::tests
