// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/config/flow.h"

#include <array>
#include <string_view>
#include <utility>

namespace loquet::config {

namespace {

constexpr std::array<std::pair<std::string_view, StepKind>, 4> built_in{{{"password", StepKind::password},
                                                                         {"new_password", StepKind::new_password},
                                                                         {"expiry", StepKind::expiry},
                                                                         {"authorisation", StepKind::authorisation}}};

} // namespace

Step step_named(std::string name) {
    for (const auto& [word, kind] : built_in) {
        if (name == word) {
            return {kind, std::move(name)};
        }
    }
    return {StepKind::plugin, std::move(name)};
}

FlowItem required_step(std::string name, std::string position) {
    FlowItem item;
    item.steps.push_back(step_named(std::move(name)));
    item.position = std::move(position);
    return item;
}

Flow flow_of_steps(std::string purpose, const std::vector<std::string>& steps) {
    Flow flow;
    flow.purpose = std::move(purpose);
    for (const std::string& name : steps) {
        flow.items.push_back(required_step(name));
    }
    return flow;
}

} // namespace loquet::config
