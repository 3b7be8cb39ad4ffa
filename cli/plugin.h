// SPDX-License-Identifier: LGPL-2.1-or-later
// The noun "plugin". One thread.
#pragma once

#include "cli/client.h"
#include "cli/exit_code.h"
#include "cli/output.h"

#include <string>

namespace loquet::cli::plugin {

ExitCode list(Client& client, Output& output);

/// Has the plugin's host read /etc/loquet/plugins/NAME.toml and try the plugin; the service is not needed. What it
/// found goes to standard output.
ExitCode check(Output& output, const std::string& name);

/// The property Plugins of the manager.
[[nodiscard]] std::vector<Record> plugins_of(const Properties& manager);
/// True for a row whose plugin does not do its work.
[[nodiscard]] bool is_failing(const Record& plugin);
/// What an administrator does about it; one sentence or two.
[[nodiscard]] std::string advice_for(const Record& plugin);

} // namespace loquet::cli::plugin
