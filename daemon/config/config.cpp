// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/config/config.h"

#include "lib/protocol/names.h"

#include <algorithm>

namespace loquet::config {

std::map<std::string, PluginInstance> Config::default_plugins() {
    const PluginInstance factor{.kind = PluginKind::step, .proves = Proof::possession, .enrolled_only = true};
    return {{"lockout", {.kind = PluginKind::lockout}},
            {"password_rules", {.kind = PluginKind::password_rules}},
            {"totp", factor},
            {"recovery_codes", factor}};
}

std::vector<Flow> Config::default_flows() {
    namespace purpose = protocol::purpose;
    const auto after_a_factor = [](const char* for_purpose, const std::vector<std::string>& steps) {
        Flow flow = flow_of_steps(for_purpose, {"password"});
        flow.items.push_back({{step_named("totp"), step_named("recovery_codes")}, 0, {}});
        for (const std::string& step : steps) {
            flow.items.push_back(required_step(step));
        }
        return flow;
    };
    Flow manage_secrets = after_a_factor(purpose::manage_secrets, {});
    manage_secrets.items.push_back({{step_named("totp"), step_named("recovery_codes")}, 1, {}, true});
    return {after_a_factor(purpose::login, {"expiry", "authorisation"}),
            flow_of_steps(purpose::unlock_screen, {"password"}),
            after_a_factor(purpose::change_password, {"new_password"}),
            after_a_factor(purpose::first_login, {"new_password"}), std::move(manage_secrets)};
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
