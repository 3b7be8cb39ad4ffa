// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugin_host/confinement.h"
#include "plugin_host/system_call_filter.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include <array>
#include <csignal>

namespace loquet::plugin_host {

namespace {

constexpr std::array always_permitted{
    // talk on what is open
    SCMP_SYS(read), SCMP_SYS(write), SCMP_SYS(readv), SCMP_SYS(writev), SCMP_SYS(recvfrom), SCMP_SYS(recvmsg),
    SCMP_SYS(sendto), SCMP_SYS(sendmsg), SCMP_SYS(accept4), SCMP_SYS(close), SCMP_SYS(fstat), SCMP_SYS(lseek),
    SCMP_SYS(poll), SCMP_SYS(ppoll), SCMP_SYS(epoll_wait), SCMP_SYS(epoll_pwait), SCMP_SYS(epoll_ctl),
    // memory and locks
    SCMP_SYS(brk), SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise), SCMP_SYS(futex),
    // time and chance
    SCMP_SYS(clock_gettime), SCMP_SYS(clock_getres), SCMP_SYS(clock_nanosleep), SCMP_SYS(nanosleep),
    SCMP_SYS(gettimeofday), SCMP_SYS(time), SCMP_SYS(setitimer), SCMP_SYS(getrandom), SCMP_SYS(sched_yield),
    // ends
    SCMP_SYS(exit), SCMP_SYS(exit_group), SCMP_SYS(rt_sigreturn), SCMP_SYS(restart_syscall), SCMP_SYS(getpid),
    SCMP_SYS(gettid)};

} // namespace

bool has_filter() noexcept {
    return true;
}

void filter_system_calls() {
    SystemCallFilter filter(SCMP_ACT_KILL_PROCESS);
    const auto permit = [&filter](int call, auto... conditions) { filter.add(SCMP_ACT_ALLOW, call, conditions...); };
    for (const int call : always_permitted) {
        permit(call);
    }
    permit(SCMP_SYS(mmap), SCMP_A2_64(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
    permit(SCMP_SYS(mprotect), SCMP_A2_64(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
    permit(SCMP_SYS(getsockopt), SCMP_A1_64(SCMP_CMP_EQ, SOL_SOCKET));
    permit(SCMP_SYS(setsockopt), SCMP_A1_64(SCMP_CMP_EQ, SOL_SOCKET));
    // abort() unblocks its signal and sends it to its own thread; SIGALRM must stay deadly, so nothing is blocked.
    permit(SCMP_SYS(rt_sigprocmask), SCMP_A0_64(SCMP_CMP_EQ, SIG_UNBLOCK));
    permit(SCMP_SYS(tgkill), SCMP_A2_64(SCMP_CMP_EQ, SIGABRT));
    // fstat() of glibc 2.33 and later, which printf() calls for its stream
    permit(SCMP_SYS(newfstatat), SCMP_A3_64(SCMP_CMP_EQ, AT_EMPTY_PATH));
    filter.load();
}

} // namespace loquet::plugin_host
