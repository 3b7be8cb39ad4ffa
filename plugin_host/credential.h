// SPDX-License-Identifier: LGPL-2.1-or-later
// systemd gives a channel's unit what stands in /etc/credstore/loquet-channel.NAME (LoadCredential=) as the file
// `secret` of $CREDENTIALS_DIRECTORY. A check runs outside of the unit, and has to look at the same.
#pragma once

#include <string>

namespace loquet::plugin_host {

/// Makes such a folder, names it in the environment, and returns it; the caller removes it. Empty, and nothing done,
/// where the environment names one already or this user can read no such file. Throws Error; before any thread.
[[nodiscard]] std::string lend_credential(const std::string& name, const std::string& store = "/etc/credstore");

} // namespace loquet::plugin_host
