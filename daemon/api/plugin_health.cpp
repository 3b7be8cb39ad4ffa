// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/api/plugin_health.h"

#include "daemon/config/plugin_uses.h"

#include <map>

namespace loquet::api {

namespace {

/// The first key that names each plugin.
std::map<std::string, std::string> needed_by(const config::Config& settings) {
    std::map<std::string, std::string> keys;
    for (const config::PluginUse& use : config::plugin_uses(settings)) {
        keys.try_emplace(use.instance, use.key);
    }
    return keys;
}

bool works(plugins::PluginState state) {
    return state == plugins::PluginState::ready || state == plugins::PluginState::connecting
           || state == plugins::PluginState::idle;
}

} // namespace

std::vector<std::string> missing_plugins(const config::Config& settings,
                                         const std::vector<plugins::PluginStatus>& plugins) {
    const auto keys = needed_by(settings);
    std::vector<std::string> sentences;
    for (const plugins::PluginStatus& plugin : plugins) {
        const auto key = keys.find(plugin.instance);
        if (key != keys.end() && !works(plugin.state)) {
            sentences.push_back("the plugin " + plugin.instance + ", which " + key->second + " needs, is "
                                + std::string(plugins::to_text(plugin.state))
                                + (plugin.detail.empty() ? "" : ": " + plugin.detail));
        }
    }
    return sentences;
}

} // namespace loquet::api
