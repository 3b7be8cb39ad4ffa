// SPDX-License-Identifier: LGPL-2.1-or-later
// Says offline whether an instance's plugin and configuration go together. Loads the plugin and calls create(), so it
// belongs in a process of its own: `loquet-plugin --check NAME`.
#pragma once

#include "plugin_host/plugin_instance.h"

#include <string>
#include <vector>

namespace loquet::plugin_host {

/// systemd gives a channel's unit what stands in /etc/credstore/loquet-channel.NAME (LoadCredential=) as the file
/// `secret` of $CREDENTIALS_DIRECTORY. A check runs outside of the unit, and has to look at the same.
/// Makes such a folder, names it in the environment, and returns it; the caller removes it. Empty, and nothing done,
/// where the environment names one already or this user can read no such file. Throws Error; before any thread.
[[nodiscard]] std::string lend_credential(const std::string& name, const std::string& store = "/etc/credstore");

/// What is wrong, a line each; empty: all is well.
[[nodiscard]] std::vector<std::string> check_instance(const Folders& folders, const std::string& name);

} // namespace loquet::plugin_host
