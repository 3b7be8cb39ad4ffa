// SPDX-License-Identifier: LGPL-2.1-or-later
// The noun "plugin". One thread.
#pragma once

#include "cli/client.h"
#include "cli/exit_code.h"
#include "cli/output.h"

#include <string>
#include <vector>

namespace loquet::cli::plugin {

ExitCode list(Client& client, Output& output);

/// Has the plugin's host read /etc/loquet/plugins/NAME.toml and try the plugin; the service is not needed. What it
/// found goes to standard output.
ExitCode check(Output& output, const std::string& name);

/// The property Plugins of the manager.
[[nodiscard]] std::vector<Record> plugins_of(const Properties& manager);
/// True for a row whose plugin does not do its work.
[[nodiscard]] bool is_failing(const Record& plugin);
/// What its host finds wrong with its module and its options here, a line each. Nothing where the caller is not root:
/// what another user cannot read is no mistake.
[[nodiscard]] std::vector<std::string> mistakes_of(const Record& plugin);
/// The same by name.
[[nodiscard]] std::vector<std::string> mistakes_of(const std::string& name);
/// What an administrator does about it; one sentence or two. `mistakes` come first: nothing else helps before.
[[nodiscard]] std::string advice_for(const Record& plugin, const std::vector<std::string>& mistakes = {});

} // namespace loquet::cli::plugin
