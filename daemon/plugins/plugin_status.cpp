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

} // namespace loquet::plugins
