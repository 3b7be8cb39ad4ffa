// SPDX-License-Identifier: LGPL-2.1-or-later
// The socket that the daemon connects to: handed over by the service manager, or made here. One thread.
#pragma once

#include "lib/base/file.h"

#include <string>

namespace loquet::plugin_host {

/// The one SOCK_SEQPACKET socket of socket activation (sd_listen_fds(3)), non-blocking. Throws Error::invalid where
/// there is none or it is of another type.
[[nodiscard]] base::Fd inherited_listener();

/// A new one at `path`; what a predecessor left there is removed, anything but a socket is not.
[[nodiscard]] base::Fd make_listener(const std::string& path);

} // namespace loquet::plugin_host
