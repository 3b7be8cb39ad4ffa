// SPDX-License-Identifier: LGPL-2.1-or-later
// The places of a configuration that name a plugin, and what of a plugin's instance is not on this machine. A reload
// refuses a configuration whose new places name a plugin that does not answer. Any thread.
#pragma once

#include "daemon/config/complaints.h"
#include "daemon/config/config.h"

#include <optional>
#include <string>
#include <vector>

namespace loquet::config {

/// A place that names a plugin: a step of a flow, the lockout policy, the password rules, a channel.
struct PluginUse {
    std::string instance;
    PluginKind kind = PluginKind::step;
    std::string key;               ///< "flow.login", "lockout.plugin"
    std::string position;          ///< "file:line:column"
    bool always = false;           ///< who comes to the place does not come past it
    std::string plugin{};          ///< what the configuration calls its plugin; empty: as the instance
    std::string plugin_position{}; ///< of that key; empty where no file sets it
};

/// In the order of the flows, then lockout, password rules and channels. `positions` are those of the same files.
[[nodiscard]] std::vector<PluginUse> plugin_uses(const Config& config, const Complaints& positions = {});

/// Whether `in_force` depends on the plugin as much already: it names it, and where nobody comes past `use`, nobody
/// comes past it there today.
[[nodiscard]] bool depends_already(const std::vector<PluginUse>& in_force, const PluginUse& use);

/// "file:line:column: KEY: the plugin "NAME" `why`"
[[nodiscard]] std::string complaint(const PluginUse& use, const std::string& why);

struct PluginFolders {
    std::string modules = LOQUET_PLUGIN_FOLDER; ///< where the build installs them
    std::string options = "/etc/loquet/plugins";
};

/// "systemctl enable --now loquet-plugin@NAME.socket"
[[nodiscard]] std::string enable_command(const std::string& instance, PluginKind kind);

/// What of the instance is missing, and what to do: its module, the socket of its host, or one name of its plugin in
/// the configuration and in the file of its options. Nothing where all are there: whether it answers, only the running
/// daemon finds out. Where this machine is not booted (an image), a socket that is enabled is enough.
[[nodiscard]] std::optional<std::string> missing_part(const PluginUse& use, const RuntimeConfig& runtime,
                                                      const PluginFolders& folders);

/// The complaints about all uses that miss a part.
[[nodiscard]] std::vector<std::string> missing_parts(const std::vector<PluginUse>& uses, const RuntimeConfig& runtime,
                                                     const PluginFolders& folders);

} // namespace loquet::config
