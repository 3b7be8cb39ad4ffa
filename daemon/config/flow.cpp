// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/config/flow.h"

#include "daemon/config/complaints.h"
#include "daemon/config/config.h"
#include "daemon/config/table_reader.h"
#include "lib/base/limits.h"

#include <algorithm>
#include <array>
#include <bit>
#include <bitset>
#include <iterator>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

namespace loquet::config {

std::string name_of(const Flow& flow) {
    return "flow." + flow.purpose + (flow.service.empty() ? "" : ".service." + flow.service);
}

Step step_named(std::string name) {
    const StepSpec* row = find_step(name);
    return {row == nullptr ? StepKind::plugin : row->kind, std::move(name)};
}

FlowItem required_step(std::string name, std::string position) {
    FlowItem item;
    item.steps.push_back(step_named(std::move(name)));
    item.position = std::move(position);
    if (item.steps.front().kind == StepKind::identify) {
        item.by.assign(by_name_or_mail.begin(), by_name_or_mail.end());
    }
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

namespace {

std::string name_of(StepKind kind) {
    return spec_of(kind).name;
}

FlowItem factors(std::size_t at_least, bool enrols = false) {
    return {{step_named("totp"), step_named("recovery_codes")}, at_least, {}, enrols};
}

/// The password, a factor of those who have one, and `steps`.
Flow after_a_factor(Purpose purpose, const std::vector<StepKind>& steps) {
    Flow flow = flow_of_steps(spec_of(purpose).name, {name_of(StepKind::password)});
    flow.items.push_back(factors(0));
    for (const StepKind step : steps) {
        flow.items.push_back(required_step(name_of(step)));
    }
    return flow;
}

} // namespace

std::vector<Flow> default_flows() {
    Flow manage_secrets = after_a_factor(Purpose::manage_secrets, {});
    manage_secrets.items.push_back(factors(1, true));
    return {after_a_factor(Purpose::login, {StepKind::expiry, StepKind::authorisation}),
            flow_of_steps(spec_of(Purpose::unlock_screen).name, {name_of(StepKind::password)}),
            after_a_factor(Purpose::change_password, {StepKind::new_password}),
            after_a_factor(Purpose::first_login, {StepKind::new_password}), std::move(manage_secrets)};
}

// Reading

namespace {

constexpr std::int64_t longest_trust_days = 365;

constexpr std::string_view step_shape =
    R"("STEP", { optional = "STEP" }, { any = ["STEP", ...], at_least = NUMBER } )"
    R"({ enrol = ["STEP", ...], at_least = NUMBER } or { identify = ["name", "mail"] })";

constexpr std::array<std::pair<std::string_view, IdentifiedBy>, 2> identifying{
    {{"name", IdentifiedBy::name}, {"mail", IdentifiedBy::mail}}};

std::optional<FlowItem> identify_of(TableReader& group) {
    FlowItem item = required_step(spec_of(StepKind::identify).name, group.position());
    const toml::node* node = group.find("identify");
    if (!node->is_array() || node->as_array()->empty()) {
        group.refuse("identify", *node, "a list of \"name\" and \"mail\"");
        return item;
    }
    item.by.clear();
    group.words("identify", item.by, TableReader::Words<IdentifiedBy>(identifying));
    std::sort(item.by.begin(), item.by.end());
    item.by.erase(std::unique(item.by.begin(), item.by.end()), item.by.end());
    group.finish();
    return item;
}

std::optional<FlowItem> group_of(TableReader group) {
    if (group.has(spec_of(StepKind::identify).name)) {
        return identify_of(group);
    }
    FlowItem item;
    item.position = group.position();
    if (const toml::node* step = group.find("optional")) {
        item.at_least = 0;
        if (const auto* name = step->as_string()) {
            item.steps.push_back(step_named(name->get()));
            group.note("any." + name->get(), *step); // as one that is alone in a group
        } else {
            group.refuse("optional", *step, "the name of a step");
        }
    } else {
        std::vector<std::string> names;
        const auto is_name = [](std::string_view name) { return !name.empty(); };
        item.enrols = group.has("enrol");
        group.texts(item.enrols ? "enrol" : "any", names, is_name, "the name of a step");
        group.number("at_least", item.at_least, 0, static_cast<std::int64_t>(std::max<std::size_t>(names.size(), 1)));
        std::transform(names.begin(), names.end(), std::back_inserter(item.steps), step_named);
    }
    if (!item.enrols) {
        std::int64_t days = 0;
        group.number("trust_place_days", days, 0, longest_trust_days);
        item.trust_place = std::chrono::days(days);
    }
    group.finish();
    return item.steps.empty() ? std::nullopt : std::optional(std::move(item));
}

std::vector<FlowItem> items_of(TableReader& flow) {
    std::vector<FlowItem> items;
    const toml::node* steps = flow.find("steps");
    if (steps == nullptr) {
        flow.complaints().add(flow.position(), "a flow without steps; accepted is steps = [ ... ]");
        return items;
    }
    for (const toml::node* node : flow.items("steps", *steps)) {
        if (const auto* name = node->as_string()) {
            items.push_back(required_step(name->get(), flow.position(*node)));
        } else if (const toml::table* table = node->as_table()) {
            const auto item = group_of(flow.inner("steps", *table));
            if (item) {
                items.push_back(*item);
            } else {
                flow.refuse("steps", *node, step_shape);
            }
        } else {
            flow.refuse("steps", *node, step_shape);
        }
    }
    return items;
}

void read_flow(TableReader& table, std::string_view purpose, std::string_view service, std::vector<Flow>& flows) {
    Flow flow;
    flow.purpose = purpose;
    flow.service = service;
    flow.position = table.position();
    flow.items = items_of(table);
    table.boolean("accept_weaker_than_login", flow.accept_weaker_than_login);
    std::erase_if(flows, [&](const Flow& old) { return old.purpose == purpose && old.service == service; });
    flows.push_back(std::move(flow));
}

} // namespace

void read_flows(TableReader& table, std::vector<Flow>& flows) {
    for (const PurposeSpec& row : purposes) {
        const char* const purpose = row.name;
        auto general = row.only_step ? std::nullopt : table.table(purpose);
        if (!general) {
            continue;
        }
        auto services = general->table("service");
        if (!services || general->has("steps")) {
            read_flow(*general, purpose, "", flows);
        }
        if (services) {
            for (auto& [service, own] : services->tables()) {
                if (service.size() > limits::client_field_bytes) {
                    own.complaints().add(own.position(), "the name of a PAM service is too long");
                }
                read_flow(own, purpose, service, flows);
                own.finish();
            }
        }
        general->finish();
    }
}

// How much a flow proves

namespace {

// A set of methods is a number below 128, a bit each; what the ways through a flow can prove is a set of those.
constexpr std::size_t sets = std::size_t{1} << methods;
using Ways = std::bitset<sets>;

Ways nothing_proved() {
    Ways ways;
    ways.set(0);
    return ways;
}

/// Each of the ways, and then one of the methods; the ways themselves where there is none.
Ways then(const Ways& ways, Proof proof) {
    if (proof.is_none()) {
        return ways;
    }
    Ways next;
    for (std::size_t before = 0; before < sets; ++before) {
        for (std::size_t method = 0; ways.test(before) && method < methods; ++method) {
            if ((proof.by >> method & 1U) != 0) {
                next.set(before | std::size_t{1} << method);
            }
        }
    }
    return next;
}

// What can be proved by choosing exactly `at_least` of the steps; 0 is one of who has them.
Ways through(const Ways& before, const FlowItem& item, const std::map<std::string, PluginInstance>& plugins,
             Owner owner) {
    const std::size_t wanted = item.at_least == 0 && owner == Owner::with_factors ? 1 : item.at_least;
    std::vector<Ways> chosen(item.steps.size() + 1); // by number of steps chosen so far
    chosen[0] = before;
    for (const Step& step : item.steps) {
        for (std::size_t n = item.steps.size(); n > 0; --n) {
            chosen[n] |= then(chosen[n - 1], proof_of(step, plugins));
        }
    }
    return chosen[std::min(wanted, item.steps.size())];
}

constexpr unsigned most_that_counts = 2;

} // namespace

Proof proof_of(const Step& step, const std::map<std::string, PluginInstance>& plugins) {
    if (step.kind != StepKind::plugin) {
        return spec_of(step.kind).proves;
    }
    const auto plugin = plugins.find(step.name);
    return plugin != plugins.end() ? plugin->second.proves : Proof::challenge;
}

unsigned strength(Proof proved) {
    const unsigned others =
        static_cast<unsigned>(std::popcount(static_cast<unsigned>(proved.by & ~Proof::knowledge.by)));
    return std::min(most_that_counts, others == 0 && !proved.is_none() ? 1 : others);
}

std::vector<Proof> ways_through(const Flow& flow, const std::map<std::string, PluginInstance>& plugins, Owner owner) {
    Ways ways = nothing_proved();
    for (const FlowItem& item : flow.items) {
        if (!item.enrols) { // what is set up just now proves nothing
            ways = through(ways, item, plugins, owner);
        }
    }
    std::vector<Proof> proofs;
    for (std::uint8_t set = 0; set < sets; ++set) {
        if (ways.test(set)) {
            proofs.push_back(Proof{set});
        }
    }
    return proofs;
}

unsigned strength(const Flow& flow, const std::map<std::string, PluginInstance>& plugins, Owner owner) {
    unsigned weakest = most_that_counts;
    for (const Proof proved : ways_through(flow, plugins, owner)) {
        weakest = std::min(weakest, strength(proved));
    }
    return weakest;
}

bool sets_a_secret(const Flow& flow) {
    return std::any_of(flow.items.begin(), flow.items.end(), [](const FlowItem& item) {
        return item.enrols || std::any_of(item.steps.begin(), item.steps.end(), [](const Step& step) {
                   return step.kind == StepKind::new_password || is_new_address(step.kind);
               });
    });
}

bool is_weaker_than_login(const Flow& flow, const Config& config, Owner owner) {
    const Flow* login = config.flow(spec_of(Purpose::login).name, "");
    return login != nullptr && strength(flow, config.plugins, owner) < strength(*login, config.plugins, owner);
}

bool is_weaker_than_login(const Flow& flow, const Config& config) {
    return is_weaker_than_login(flow, config, Owner::without_factors)
           || is_weaker_than_login(flow, config, Owner::with_factors);
}

std::vector<const Flow*> weaker_than_login(const Config& config) {
    std::vector<const Flow*> weaker;
    for (const Flow& flow : config.flows) {
        if (sets_a_secret(flow) && is_weaker_than_login(flow, config)) {
            weaker.push_back(&flow);
        }
    }
    return weaker;
}

bool withhold_weaker_flows(Config& config) {
    std::vector<std::string> withheld;
    bool withholds_recovery = false;
    for (const Flow* flow : weaker_than_login(config)) {
        const PurposeSpec* purpose = find_purpose(flow->purpose);
        const bool can_be_missed =
            purpose != nullptr && (purpose->self_service || purpose->purpose == Purpose::change_address);
        if (flow->of_profile && !flow->accept_weaker_than_login && can_be_missed) {
            withheld.push_back(name_of(*flow));
            withholds_recovery = withholds_recovery || purpose->self_service;
        }
    }
    std::erase_if(config.flows,
                  [&](const Flow& flow) { return std::ranges::find(withheld, name_of(flow)) != withheld.end(); });
    return withholds_recovery;
}

} // namespace loquet::config
