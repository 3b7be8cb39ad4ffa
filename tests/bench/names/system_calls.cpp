// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tests/bench/names/system_calls.h"

#include "lib/base/error.h"

#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <exception>
#include <stdexcept>
#include <utility>

namespace loquet::bench {

namespace {

constexpr long mark = SYS_getppid; ///< the child asks this before and after its work, and never else

[[noreturn]] void be_traced(base::Job before, base::Job work) {
    int result = 1;
    try {
        (void)::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
        before();
        (void)::raise(SIGSTOP);
        (void)::syscall(mark);
        work();
        (void)::syscall(mark);
        result = 0;
    } catch (const std::exception& error) {
        (void)std::fprintf(stderr, "%s\n", error.what());
    }
    ::_exit(result);
}

/// Lets the child go on to its next stop; false when it has ended.
bool next_stop(pid_t child, int& status) {
    if (::ptrace(PTRACE_SYSCALL, child, nullptr, nullptr) != 0 || ::waitpid(child, &status, 0) != child) {
        throw base::system_error(errno, "cannot trace a child");
    }
    return WIFSTOPPED(status);
}

} // namespace

std::uint64_t system_calls_of(base::Job before, base::Job work) {
    const pid_t child = ::fork();
    if (child == 0) {
        be_traced(std::move(before), std::move(work));
    }
    int status = 0;
    if (child < 0 || ::waitpid(child, &status, 0) != child || !WIFSTOPPED(status)) {
        throw std::runtime_error("a child to be traced did not begin");
    }
    if (::ptrace(PTRACE_SETOPTIONS, child, nullptr, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL) != 0) {
        throw base::system_error(errno, "cannot trace a child");
    }
    std::uint64_t counted = 0;
    int marks = 0;
    while (next_stop(child, status)) {
        __ptrace_syscall_info info{};
        (void)::ptrace(PTRACE_GET_SYSCALL_INFO, child, sizeof info, &info);
        if (info.op == PTRACE_SYSCALL_INFO_ENTRY) {
            const bool is_mark = info.entry.nr == static_cast<std::uint64_t>(mark);
            marks += is_mark ? 1 : 0;
            counted += !is_mark && marks == 1 ? 1 : 0;
        }
    }
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0 || marks != 2) {
        throw std::runtime_error("a traced child did not do its work");
    }
    return counted;
}

} // namespace loquet::bench
