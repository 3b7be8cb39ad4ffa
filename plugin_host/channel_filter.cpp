// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugin_host/confinement.h"
#include "plugin_host/system_call_filter.h"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>

namespace loquet::plugin_host {

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

constexpr std::uint32_t refuse = SCMP_ACT_ERRNO(EPERM);

void refuse_other_families(SystemCallFilter& filter) {
    const int last = *std::ranges::max_element(permitted_families);
    filter.add(refuse, SCMP_SYS(socket), SCMP_A0_64(SCMP_CMP_GT, static_cast<scmp_datum_t>(last)));
    for (int family = 0; family < last; ++family) {
        if (std::ranges::find(permitted_families, family) == permitted_families.end()) {
            filter.add(refuse, SCMP_SYS(socket), SCMP_A0_64(SCMP_CMP_EQ, static_cast<scmp_datum_t>(family)));
        }
    }
}

} // namespace

void filter_system_calls_of_channel() {
    SystemCallFilter filter(SCMP_ACT_ALLOW);
    for (const int call : never_permitted) {
        filter.add(refuse, call);
    }
    refuse_other_families(filter);
    filter.load();
}

} // namespace loquet::plugin_host
