// SPDX-License-Identifier: LGPL-2.1-or-later
// What counts as a place: something that costs. A seat, a console, a remote host; never the number of a pseudo-terminal
// or of a forwarded display, of which everybody gets as many as they open. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace loquet::conversation {

/// The remote host: an IPv4 address; the /64 of an IPv6 address, because a host has all of it; "127.0.0.1" for every
/// way to say this machine; a name in lower case.
[[nodiscard]] std::string host_place(std::string_view host);

/// The terminal without "/dev/"; nothing where it is a pseudo-terminal, a forwarded or another machine's display, or
/// empty.
[[nodiscard]] std::optional<std::string> terminal_place(std::string_view tty);

} // namespace loquet::conversation
