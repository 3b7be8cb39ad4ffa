// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugin_host/confinement.h"

#include "lib/base/error.h"
#include "lib/base/handle.h"

#include <fcntl.h>
#include <malloc.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <ctime>

namespace loquet::plugin_host {

void prepare_c_library() {
    unsigned char drawn = 0;
    if (::getrandom(&drawn, sizeof drawn, 0) != sizeof drawn) {
        throw base::system_error(errno, "the kernel gives no random bytes");
    }
    // Without the variable the zone's file is looked for again each time. NOLINTNEXTLINE(concurrency-mt-unsafe)
    ::setenv("TZ", ":/etc/localtime", 0);
    ::tzset();
    ::mallopt(M_ARENA_MAX, 1);
}

void give_up_privileges() {
    const rlimit none{0, 0};
    if (::setrlimit(RLIMIT_CORE, &none) != 0 || ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0
        || ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
        throw base::system_error(errno, "cannot give up privileges");
    }
}

#ifdef LOQUET_NO_CALL_FILTER

bool has_filter() noexcept {
    return false;
}
void filter_system_calls() {}
void filter_system_calls_of_channel() {}

#else

namespace {

/// A filter for system calls being made (seccomp(2)): what happens to a call that no rule names, then the rules, then
/// load().
class SystemCallFilter {
public:
    /// Every function throws Error (unavailable) where the kernel or the library refuses.
    explicit SystemCallFilter(std::uint32_t otherwise) : filter_(seccomp_init(otherwise)) {
        if (!filter_) {
            throw base::Error(base::Error::Kind::unavailable, "cannot make a filter for system calls");
        }
        check(seccomp_attr_set(filter_.get(), SCMP_FLTATR_CTL_TSYNC, 1)); // also for threads that create() started
    }

    /// Where all conditions hold (SCMP_A0_64...), or always where there is none.
    template <class... Conditions>
    void add(std::uint32_t action, int call, Conditions... conditions) {
        check(seccomp_rule_add(filter_.get(), action, call, sizeof...(conditions), conditions...));
    }

    /// From now on it holds for this process, for good.
    void load() { check(seccomp_load(filter_.get())); }

private:
    static void check(int result) {
        if (result < 0) {
            throw base::system_error(-result, "cannot set the filter for system calls");
        }
    }

    base::Handle<void, seccomp_release> filter_;
};

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

namespace {

// What no delivery needs. A list of what is refused, because that of what a library of names, TLS or a program that an
// administrator wrote may use cannot be told beforehand.
constexpr std::array never_permitted{
    // other processes
    SCMP_SYS(ptrace), SCMP_SYS(process_vm_readv), SCMP_SYS(process_vm_writev), SCMP_SYS(kcmp), SCMP_SYS(pidfd_getfd),
    SCMP_SYS(process_madvise),
    // the file system's form, and ways around a path's permissions
    SCMP_SYS(mount), SCMP_SYS(umount2), SCMP_SYS(pivot_root), SCMP_SYS(chroot), SCMP_SYS(open_tree),
    SCMP_SYS(move_mount), SCMP_SYS(fsopen), SCMP_SYS(fsconfig), SCMP_SYS(fsmount), SCMP_SYS(fspick),
    SCMP_SYS(mount_setattr), SCMP_SYS(open_by_handle_at), SCMP_SYS(quotactl), SCMP_SYS(swapon), SCMP_SYS(swapoff),
    SCMP_SYS(fanotify_init), SCMP_SYS(mknod), SCMP_SYS(mknodat),
    // namespaces, which lend privileges inside
    SCMP_SYS(unshare), SCMP_SYS(setns),
    // the machine
    SCMP_SYS(reboot), SCMP_SYS(kexec_load), SCMP_SYS(kexec_file_load), SCMP_SYS(init_module), SCMP_SYS(finit_module),
    SCMP_SYS(delete_module), SCMP_SYS(sethostname), SCMP_SYS(setdomainname), SCMP_SYS(settimeofday),
    SCMP_SYS(clock_settime), SCMP_SYS(clock_adjtime), SCMP_SYS(adjtimex), SCMP_SYS(acct), SCMP_SYS(syslog),
    SCMP_SYS(iopl), SCMP_SYS(ioperm), SCMP_SYS(vhangup),
    // parts of the kernel that are large, seldom used and often the way in
    SCMP_SYS(bpf), SCMP_SYS(perf_event_open), SCMP_SYS(userfaultfd), SCMP_SYS(io_uring_setup), SCMP_SYS(io_uring_enter),
    SCMP_SYS(io_uring_register), SCMP_SYS(add_key), SCMP_SYS(keyctl), SCMP_SYS(request_key), SCMP_SYS(personality),
    SCMP_SYS(modify_ldt), SCMP_SYS(lookup_dcookie),
    // a channel calls, and is not called
    SCMP_SYS(listen)};

// netlink: how getaddrinfo() learns which addresses the machine has
constexpr std::array permitted_families{AF_UNIX, AF_INET, AF_INET6, AF_NETLINK};

constexpr std::uint32_t refusal = SCMP_ACT_ERRNO(EPERM);

void refuse_other_families(SystemCallFilter& filter) {
    const int last = *std::ranges::max_element(permitted_families);
    filter.add(refusal, SCMP_SYS(socket), SCMP_A0_64(SCMP_CMP_GT, static_cast<scmp_datum_t>(last)));
    for (int family = 0; family < last; ++family) {
        if (std::ranges::find(permitted_families, family) == permitted_families.end()) {
            filter.add(refusal, SCMP_SYS(socket), SCMP_A0_64(SCMP_CMP_EQ, static_cast<scmp_datum_t>(family)));
        }
    }
}

} // namespace

void filter_system_calls_of_channel() {
    SystemCallFilter filter(SCMP_ACT_ALLOW);
    for (const int call : never_permitted) {
        filter.add(refusal, call);
    }
    refuse_other_families(filter);
    filter.load();
}

#endif

} // namespace loquet::plugin_host
