// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/config/config.h"

#include "lib/protocol/names.h"

#include <algorithm>

namespace loquet::config {

std::map<std::string, PluginInstance> Config::default_plugins() {
    return {{"lockout", {.kind = PluginKind::lockout}}, {"password_rules", {.kind = PluginKind::password_rules}}};
}

std::vector<Flow> Config::default_flows() {
    namespace purpose = protocol::purpose;
    return {flow_of_steps(purpose::login, {"password", "expiry", "authorisation"}),
            flow_of_steps(purpose::unlock_screen, {"password"}),
            flow_of_steps(purpose::change_password, {"password", "new_password"}),
            flow_of_steps(purpose::first_login, {"password", "new_password"})};
}

bool Config::discloses(protocol::Reason reason) const noexcept {
    return std::find(disclose.begin(), disclose.end(), reason) != disclose.end();
}

const Flow* Config::flow(std::string_view purpose, std::string_view service) const noexcept {
    const Flow* general = nullptr;
    for (const Flow& flow : flows) {
        if (flow.purpose == purpose && flow.service == service) {
            return &flow;
        }
        if (flow.purpose == purpose && flow.service.empty()) {
            general = &flow;
        }
    }
    return general;
}

} // namespace loquet::config
