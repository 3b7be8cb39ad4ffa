// SPDX-License-Identifier: LGPL-2.1-or-later
// Says offline whether an instance's plugin and configuration go together. Loads the plugin and calls create(), so it
// belongs in a process of its own: `loquet-plugin --check NAME`.
#pragma once

#include "plugin_host/plugin_instance.h"

#include <string>
#include <vector>

namespace loquet::plugin_host {

/// What is wrong, a line each; empty: all is well.
[[nodiscard]] std::vector<std::string> check_instance(const Folders& folders, const std::string& name);

} // namespace loquet::plugin_host
