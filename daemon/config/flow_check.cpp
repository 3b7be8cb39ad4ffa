// SPDX-License-Identifier: LGPL-2.1-or-later
// Which flows are refused, and what is accepted instead.
#include "daemon/config/complaints.h"
#include "daemon/config/config.h"
#include "daemon/config/flow.h"
#include "lib/base/limits.h"

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace loquet::config {

namespace {

constexpr std::size_t most_items = 16;

/// "flow.change-password and flow.first-login"
std::string flows_of(PurposeSet set) {
    std::string names;
    for (const PurposeSpec& row : purposes) {
        if ((set & only(row.purpose)) != 0) {
            names += (names.empty() ? "flow." : " and flow.") + std::string(row.name);
        }
    }
    return names.empty() ? "no flow: it comes by itself" : names;
}

PurposeSet enrolling_purposes() {
    PurposeSet set = 0;
    for (const PurposeSpec& row : purposes) {
        set |= row.enrols ? only(row.purpose) : 0;
    }
    return set;
}

std::string step_plugins(const Config& config) {
    std::string names;
    for (const StepSpec& row : builtin_steps) {
        if (row.purposes != 0) {
            names += (names.empty() ? "" : ", ") + std::string(row.name);
        }
    }
    for (const auto& [name, plugin] : config.plugins) {
        names += plugin.kind == PluginKind::step ? ", " + name : "";
    }
    return names;
}

std::string key_of_steps(const Flow& flow) {
    return name_of(flow) + ".steps";
}

/// Goes over the steps of one flow.
class FlowCheck {
public:
    FlowCheck(const Flow& flow, const Config& config, Complaints& complaints)
        : flow_(flow), purpose_(find_purpose(flow.purpose)), config_(config), complaints_(complaints) {}

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
        if (item.enrols && !is_for(enrolling_purposes())) {
            complain(item.position, "\"enrol\" is accepted in " + flows_of(enrolling_purposes()));
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
            return;
        }
        const StepSpec& spec = spec_of(step.kind);
        if (step.kind == StepKind::identify && &item != &flow_.items.front()) {
            complain(item.position, "\"identify\" says whom everything else is about; accepted is at the beginning");
        }
        if (!spec.before_a_proof && !proved_) {
            complain(item.position,
                     '"' + step.name + "\" comes before anything is proved; accepted is after \"password\"");
        }
        if (!is_for(spec.purposes)) {
            complain(item.position, '"' + step.name + "\" is accepted in " + flows_of(spec.purposes));
        }
    }

    /// False where some way through the item gives no proof.
    [[nodiscard]] bool proves(const FlowItem& item) const {
        Flow alone;
        alone.items = {item};
        return strength(alone, config_.plugins) > 0;
    }

    /// Of flows that a caller can begin; a purpose without a row is in no file.
    [[nodiscard]] bool is_for(PurposeSet set) const {
        return purpose_ != nullptr && (set & only(purpose_->purpose)) != 0;
    }

    void check_end() {
        const FlowEnd end = purpose_ == nullptr ? FlowEnd::any : purpose_->end;
        if (end == FlowEnd::names) {
            return check_names();
        }
        if (!proved_ && !flow_.items.empty()) {
            complain(flow_.position,
                     "this flow lets anybody in; accepted is one with \"password\" or another step that "
                     "proves knowledge or possession");
        }
        const FlowItem* last = flow_.items.empty() ? nullptr : &flow_.items.back();
        const char* const new_password = spec_of(StepKind::new_password).name;
        if (end == FlowEnd::new_password && (last == nullptr || *last != required_step(new_password))) {
            complain(flow_.position, "accepted is a flow that ends in \"" + std::string(new_password) + '"');
        }
        const bool changes = last != nullptr && last->at_least == last->steps.size() && last->steps.size() == 1
                             && !last->enrols && is_new_address(last->steps.front().kind);
        if (end == FlowEnd::new_address && !changes) {
            complain(flow_.position, "accepted is a flow that ends in \"new_address\", \"new_mail\" or \"new_phone\"");
        }
        if (end == FlowEnd::enrolment && (last == nullptr || !last->enrols)) {
            complain(flow_.position, "accepted is a flow that ends in { enrol = [\"STEP\", ...] }");
        }
    }

    /// Names are told to nobody but the owner of the address that was typed.
    void check_names() {
        FlowItem by_mail = required_step(spec_of(StepKind::identify).name);
        by_mail.by = {IdentifiedBy::mail};
        const std::vector<FlowItem>& items = flow_.items;
        if (items.size() < 2 || items.front() != by_mail
            || items.back() != required_step(spec_of(StepKind::send_names).name)) {
            complain(flow_.position, "accepted is a flow that begins with { identify = [\"mail\"] } and ends in "
                                     "\"send_names\"");
        }
    }

    /// `others` are keys that may have made a flow wrong that was right before.
    void complain(const std::string& position, const std::string& what, const std::vector<std::string>& others = {}) {
        complaints_.add(complaints_.position_of(key_of_steps(flow_), others, position), name_of(flow_) + ": " + what);
    }

    const Flow& flow_;
    const PurposeSpec* purpose_;
    const Config& config_;
    Complaints& complaints_;
    std::set<std::string> seen_;
    std::set<std::string> enrolled_; ///< may be proved by, and set up anew, in one flow
    bool proved_ = false;
};

/// The keys that say how much a login proves.
std::vector<std::string> what_login_asks(const Config& config) {
    std::vector<std::string> keys{std::string("flow.") + spec_of(Purpose::login).name + ".steps"};
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
            // A flow that a file below has, or that is built in, became the weaker one when flow.login was changed, or
            // what a plugin of it proves.
            complaints.add(complaints.position_of(key_of_steps(*flow), what_login_asks(config), flow->position),
                           name_of(*flow)
                               + ": it proves less than flow.login, so it is the way around "
                                 "it; accepted is one that proves as much, or "
                                 "accept_weaker_than_login = true");
        }
    }
}

} // namespace loquet::config
