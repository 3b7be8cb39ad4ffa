// SPDX-License-Identifier: LGPL-2.1-or-later
// What a plugin's process gives up before its first request. The units confine it too (user, file system, network);
// this holds also if something else starts it. One thread.
#pragma once

namespace loquet::plugin_host {

/// At the start, before any thread: what the C library opens files for at its first use it does now or never, because
/// the filter would kill it then. Random numbers (glibc 2.41 asks how many processors there are), local time (the
/// zone's file), and memory in other threads (how many processors there are, and how the kernel lends memory).
void prepare_c_library();

/// At the start: no core dumps, no ptrace by the same user, no new privileges.
void give_up_privileges();

/// After create(): a filter that lets the process compute, tell the time, and talk on what is open. Opening files,
/// sockets, other programs, other processes and executable memory kill it (SIGSYS).
void filter_system_calls();

/// The wider one for a channel, whose work is the network, names in it, files and other programs. What changes the
/// machine, looks into other processes or reaches seldom used parts of the kernel is refused (EPERM), also to the
/// programs that it starts; so are sockets other than those of the internet and of this machine, and listening.
void filter_system_calls_of_channel();

/// False in builds with sanitizers, whose runtime opens files and maps code at any moment and would be killed: the two
/// above do nothing there.
[[nodiscard]] bool has_filter() noexcept;

} // namespace loquet::plugin_host
