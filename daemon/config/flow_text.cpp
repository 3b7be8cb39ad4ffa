// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/config/flow_text.h"

#include "daemon/config/table_reader.h"
#include "lib/base/limits.h"
#include "lib/protocol/names.h"

#include <algorithm>
#include <array>

namespace loquet::config {

namespace {

constexpr std::array<const char*, 5> purposes{protocol::purpose::login, protocol::purpose::unlock_screen,
                                              protocol::purpose::change_password, protocol::purpose::first_login,
                                              protocol::purpose::manage_secrets};

constexpr std::int64_t longest_trust_days = 365;

constexpr std::string_view step_shape = R"("STEP", { optional = "STEP" }, { any = ["STEP", ...], at_least = NUMBER } )"
                                        R"(or { enrol = ["STEP", ...], at_least = NUMBER })";

std::optional<FlowItem> group_of(TableReader group) {
    FlowItem item;
    item.position = group.position();
    if (const toml::node* step = group.find("optional")) {
        item.at_least = 0;
        if (const auto* name = step->as_string()) {
            item.steps.push_back(step_named(name->get()));
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
    for (const char* purpose : purposes) {
        auto general = table.table(purpose);
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

} // namespace loquet::config
