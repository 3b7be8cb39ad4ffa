// SPDX-License-Identifier: LGPL-2.1-or-later
// What is configured and what is known of a plugin's instance, for operators and the engine. Plain values.
#pragma once

#include "lib/base/clock.h"
#include "lib/base/limits.h"
#include "lib/protocol/plugin_messages.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace loquet::plugins {

enum class PluginState : std::uint8_t {
    connecting,  ///< its first answer is awaited
    idle,        ///< its socket is there, and nobody has needed it yet
    ready,       ///< it said what it is, and that is what was configured
    failing,     ///< calls fail at once until the back-off is over
    quarantined, ///< it failed too often: no attempt for some minutes
    absent,      ///< there is no socket, or nobody at it
};
[[nodiscard]] std::string_view to_text(PluginState state) noexcept;

struct InstanceConfig {
    std::string name; ///< as in /etc/loquet/plugins/NAME.toml and loquet-plugin@NAME.service
    protocol::PluginKind kind = protocol::PluginKind::step;
    std::string socket_path;              ///< <runtime>/plugins/NAME.sock
    base::Milliseconds deadline{2000};    ///< of one call, waiting included
    bool on_demand = false;               ///< not before somebody needs it: its process need not run until then
    base::Milliseconds first_pause{1000}; ///< until the daemon asks by itself one that did not answer; it doubles
    base::Milliseconds introduction = limits::plugin_introduction; ///< for what it says of itself
    std::string plugin{}; ///< what it has to say that it is; empty: the name of the instance
};

struct PluginStatus {
    std::string instance;
    protocol::PluginKind kind = protocol::PluginKind::step;
    std::string plugin;  ///< name of the plugin behind the instance; empty until it was reached once
    std::string version; ///< empty until it was reached once
    PluginState state = PluginState::connecting;
    std::string detail;       ///< a sentence: what happened last; empty where all is well. Printable
    std::uint32_t causes = 0; ///< details that it had since it came into this state
    friend bool operator==(const PluginStatus&, const PluginStatus&) = default;
};

/// Worth a line in the journal: it does not do its work, for a cause that was not told yet. A quarantine gives one line
/// and one other cause, because a plugin can word its refusal anew each time.
[[nodiscard]] bool is_new_failure(const PluginStatus& status) noexcept;
/// Worth an audit record: once a quarantine, whatever the plugin says in it.
[[nodiscard]] bool begins_quarantine(const PluginStatus& status) noexcept;

} // namespace loquet::plugins
