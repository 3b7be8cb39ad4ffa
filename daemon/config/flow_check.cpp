// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/config/flow_check.h"

#include "daemon/config/flow_strength.h"
#include "lib/protocol/names.h"

#include <algorithm>
#include <set>

namespace loquet::config {

namespace {

constexpr std::size_t most_items = 16;

std::string name_of(const Flow& flow) {
    return "flow." + flow.purpose + (flow.service.empty() ? "" : ".service." + flow.service);
}

std::string step_plugins(const Config& config) {
    std::string names;
    for (const auto& [name, plugin] : config.plugins) {
        names += plugin.kind == PluginKind::step ? ", " + name : "";
    }
    return "password, new_password, expiry, authorisation" + names;
}

// One walk over the steps of one flow.
class FlowCheck {
public:
    FlowCheck(const Flow& flow, const Config& config, Complaints& complaints)
        : flow_(flow), config_(config), complaints_(complaints) {}

    void run() {
        if (flow_.items.empty() || flow_.items.size() > most_items) {
            complain(flow_.position, "accepted are 1 to " + std::to_string(most_items) + " steps");
        }
        for (const FlowItem& item : flow_.items) {
            if (!item.required()) {
                check_group(item);
            }
            for (const Step& step : item.steps) {
                check(step, item);
            }
            proved_ = proved_ || (!item.enrols && proves(item));
        }
        check_end();
    }

private:
    /// What a person has set up is told by what they are asked.
    void check_group(const FlowItem& item) {
        if (item.enrols && !manages_secrets()) {
            complain(item.position, "\"enrol\" is accepted in flow.manage-secrets and flow.first-login");
        }
        if (!proved_) {
            complain(item.position, "a group comes before anything is proved; accepted is after \"password\"");
        }
        for (const Step& step : item.steps) {
            if (step.kind != StepKind::plugin) {
                complain(item.position, '"' + step.name + "\" is in a group; accepted there are steps of plugins");
            }
        }
    }

    void check(const Step& step, const FlowItem& item) {
        if (!(item.enrols ? enrolled_ : seen_).insert(step.name).second) {
            complain(item.position, '"' + step.name + "\" stands twice; accepted is once");
        }
        if (step.kind == StepKind::plugin) {
            const auto plugin = config_.plugins.find(step.name);
            if (plugin == config_.plugins.end() || plugin->second.kind != PluginKind::step) {
                complain(item.position, "there is no step \"" + step.name + "\"; accepted: " + step_plugins(config_),
                         {"plugins." + step.name + ".kind"});
            }
        } else if (step.kind != StepKind::password && !proved_) {
            complain(item.position,
                     '"' + step.name + "\" comes before anything is proved; accepted is after \"password\"");
        }
        if (step.kind == StepKind::new_password && !changes_password()) {
            complain(item.position, "\"new_password\" is accepted in flow.change-password and flow.first-login");
        }
    }

    // Nothing, where it can be walked without a proof.
    [[nodiscard]] bool proves(const FlowItem& item) const {
        Flow alone;
        alone.items = {item};
        return strength(alone, config_.plugins) > 0;
    }

    [[nodiscard]] bool changes_password() const {
        return flow_.purpose == protocol::purpose::change_password || flow_.purpose == protocol::purpose::first_login;
    }

    [[nodiscard]] bool manages_secrets() const {
        return flow_.purpose == protocol::purpose::manage_secrets || flow_.purpose == protocol::purpose::first_login;
    }

    void check_end() {
        if (!proved_ && !flow_.items.empty()) {
            complain(flow_.position,
                     "this flow lets anybody in; accepted is one with \"password\" or another step that "
                     "proves knowledge or possession");
        }
        if (changes_password() && (flow_.items.empty() || flow_.items.back() != required_step("new_password"))) {
            complain(flow_.position, "accepted is a flow that ends in \"new_password\"");
        }
        if (flow_.purpose == protocol::purpose::manage_secrets && (flow_.items.empty() || !flow_.items.back().enrols)) {
            complain(flow_.position, "accepted is a flow that ends in { enrol = [\"STEP\", ...] }");
        }
    }

    /// `others` are keys that may have made a built-in flow wrong.
    void complain(const std::string& position, const std::string& what, const std::vector<std::string>& others = {}) {
        complaints_.add(position.empty() ? complaints_.position_of(name_of(flow_), others) : position,
                        name_of(flow_) + ": " + what);
    }

    const Flow& flow_;
    const Config& config_;
    Complaints& complaints_;
    std::set<std::string> seen_;
    std::set<std::string> enrolled_; ///< may be proved by, and set up anew, in one flow
    bool proved_ = false;
};

/// The keys that say how much a login proves.
std::vector<std::string> what_login_asks(const Config& config) {
    std::vector<std::string> keys{std::string("flow.") + protocol::purpose::login};
    for (const auto& [name, plugin] : config.plugins) {
        keys.push_back("plugins." + name + ".proves");
    }
    return keys;
}

} // namespace

void validate_flows(const Config& config, Complaints& complaints) {
    for (const Flow& flow : config.flows) {
        FlowCheck(flow, config, complaints).run();
    }
    for (const Flow* flow : weaker_than_login(config)) {
        if (!flow->accept_weaker_than_login) {
            // A built-in flow became the weaker one when flow.login was changed, or what a plugin of it proves.
            complaints.add(flow->position.empty() ? complaints.position_of(name_of(*flow), what_login_asks(config))
                                                  : flow->position,
                           name_of(*flow)
                               + ": it proves less than flow.login, so it is the way around "
                                 "it; accepted is one that proves as much, or "
                                 "accept_weaker_than_login = true");
        }
    }
}

} // namespace loquet::config
