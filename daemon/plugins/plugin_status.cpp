// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/plugins/plugin_status.h"

namespace loquet::plugins {

std::string_view to_text(PluginState state) noexcept {
    switch (state) {
    case PluginState::connecting:
        return "connecting";
    case PluginState::idle:
        return "idle";
    case PluginState::ready:
        return "ready";
    case PluginState::failing:
        return "failing";
    case PluginState::quarantined:
        return "quarantined";
    case PluginState::absent:
        return "absent";
    }
    return "unknown";
}

bool is_new_failure(const PluginStatus& status) noexcept {
    const bool shut_out = status.state == PluginState::quarantined;
    return status.state == PluginState::failing || status.state == PluginState::absent
           || (shut_out && status.causes <= 2);
}

bool begins_quarantine(const PluginStatus& status) noexcept {
    return status.state == PluginState::quarantined && status.causes == 1;
}

} // namespace loquet::plugins
