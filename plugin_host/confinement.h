// SPDX-License-Identifier: LGPL-2.1-or-later
// What a plugin's process gives up before its first request. The units confine it too (user, file system, network);
// this is what holds whoever starts it. One thread.
#pragma once

namespace loquet::plugin_host {

/// At the start: no core dumps, no ptrace by the same user, no new privileges.
void give_up_privileges();

/// After create(): a filter that lets the process compute, tell the time, and talk on what is open. Opening files,
/// sockets, other programs, other processes and executable memory kill it (SIGSYS).
void filter_system_calls();

/// False in builds with sanitizers, whose runtime such a filter would kill: filter_system_calls() then does nothing.
[[nodiscard]] bool has_filter() noexcept;

} // namespace loquet::plugin_host
