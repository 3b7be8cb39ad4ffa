// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/conversation/flow_set.h"

#include "daemon/conversation/steps/choice_step.h"
#include "daemon/conversation/steps/identify_step.h"
#include "daemon/conversation/steps/menu_step.h"
#include "daemon/conversation/steps/new_address_step.h"
#include "daemon/conversation/steps/new_password_step.h"
#include "daemon/conversation/steps/password_step.h"
#include "daemon/conversation/steps/plugin_step.h"
#include "daemon/conversation/steps/silent_steps.h"
#include "daemon/conversation/steps/ticket_step.h"
#include "daemon/store/accounts_table.h"
#include "lib/base/error.h"
#include "lib/base/text.h"

#include <array>
#include <utility>

namespace loquet::conversation {

namespace {

/// What built-in steps are made of.
struct StepContext {
    const FlowSet::Dependencies& deps;
    const config::Config& settings;
    plugins::RulesClient* rules;
};

using MakeStep = std::unique_ptr<Step> (*)(const StepContext&);

std::unique_ptr<Step> make_password(const StepContext& of) {
    return std::make_unique<PasswordStep>(of.deps.store, of.deps.hasher, of.deps.clock, of.deps.texts, of.deps.tickets);
}
std::unique_ptr<Step> make_new_password(const StepContext& of) {
    return std::make_unique<NewPasswordStep>(of.deps.store, of.deps.hasher, of.rules, of.deps.clock, of.deps.texts,
                                             of.settings.password);
}
std::unique_ptr<Step> make_expiry(const StepContext& of) {
    return std::make_unique<ExpiryStep>(of.deps.store, of.deps.clock, of.deps.texts, of.settings.password);
}
std::unique_ptr<Step> make_authorisation(const StepContext& of) {
    return std::make_unique<AuthorisationStep>(of.deps.texts);
}
std::unique_ptr<Step> make_choice(const StepContext& of) {
    return std::make_unique<ChoiceStep>(of.deps.texts);
}

recovery::NameMessages names_of(const StepContext& of) {
    return {of.deps.outbox, of.deps.store, of.deps.clock};
}

template <config::StepKind kind>
std::unique_ptr<Step> make_ticket(const StepContext& of) {
    return std::make_unique<TicketStep>(kind, of.deps.tickets, names_of(of), of.deps.outbox, of.deps.texts);
}
std::unique_ptr<Step> make_identify(const StepContext& of) {
    return std::make_unique<IdentifyStep>(of.deps.texts);
}
std::unique_ptr<Step> make_send_names(const StepContext& of) {
    return std::make_unique<SendNamesStep>(names_of(of), of.deps.texts);
}
template <config::StepKind kind>
std::unique_ptr<Step> make_new_address(const StepContext& of) {
    return std::make_unique<NewAddressStep>(kind, of.deps.tickets, of.deps.store, of.deps.outbox, of.deps.clock,
                                            of.deps.texts, of.settings.helpdesk.hold);
}
std::unique_ptr<Step> make_menu(const StepContext& of) {
    return std::make_unique<MenuStep>(of.settings, of.deps.outbox, of.deps.texts);
}
std::unique_ptr<Step> make_code(const StepContext& of) {
    return std::make_unique<CodeStep>(of.deps.tickets, of.deps.texts);
}

/// How each built-in step is made: the column of config::builtin_steps that only this floor can fill, in its order.
constexpr std::array<std::pair<config::StepKind, MakeStep>, config::builtin_steps.size()> makers{{
    {config::StepKind::password, make_password},
    {config::StepKind::new_password, make_new_password},
    {config::StepKind::expiry, make_expiry},
    {config::StepKind::authorisation, make_authorisation},
    {config::StepKind::choice, make_choice},
    {config::StepKind::ticket, make_ticket<config::StepKind::ticket>},
    {config::StepKind::ticket_mail, make_ticket<config::StepKind::ticket_mail>},
    {config::StepKind::ticket_sms, make_ticket<config::StepKind::ticket_sms>},
    {config::StepKind::menu, make_menu},
    {config::StepKind::code, make_code},
    {config::StepKind::identify, make_identify},
    {config::StepKind::send_names, make_send_names},
    {config::StepKind::new_address, make_new_address<config::StepKind::new_address>},
    {config::StepKind::new_mail, make_new_address<config::StepKind::new_mail>},
    {config::StepKind::new_phone, make_new_address<config::StepKind::new_phone>},
}};
static_assert(config::detail::in_order(makers, [](const auto& row) { return row.first; }));

} // namespace

FlowSet::FlowSet(const Dependencies& deps, config::Config settings, PluginClients clients)
    : settings_(std::move(settings)), clients_(std::move(clients)) {
    const StepContext context{deps, settings_, clients_.rules.get()};
    for (const auto& [kind, make] : makers) {
        steps_[config::spec_of(kind).name] = make(context);
    }
    for (const auto& [name, client] : clients_.steps) {
        const auto found = settings_.plugins.find(name);
        const auto instance = found == settings_.plugins.end() ? config::PluginInstance{} : found->second;
        steps_[name] =
            std::make_unique<PluginStep>(name, instance, *client, deps.store, deps.clock, deps.texts, deps.outbox);
    }
    require_steps();
}

void FlowSet::require_steps() const {
    for (const config::Flow& flow : settings_.flows) {
        for (const config::FlowItem& item : flow.items) {
            for (const config::Step& step : item.steps) {
                if (!steps_.contains(step.name)) {
                    throw base::Error(base::Error::Kind::invalid, (item.position.empty() ? "(default)" : item.position)
                                                                      + ": " + name_of(flow) + ": there is no step \""
                                                                      + step.name + '"');
                }
            }
        }
    }
}

Step& FlowSet::step(const std::string& name) const {
    const auto found = steps_.find(name);
    if (found == steps_.end()) {
        throw base::Error(base::Error::Kind::internal, "there is no step " + name);
    }
    return *found->second;
}

FlowState::Reach FlowSet::reach(const FlowState& flow) const {
    return flow.reach([&](const std::string& name) {
        const Step& named = step(name);
        return FlowState::StepTraits{named.acts(), named.asks(), named.sends()};
    });
}

std::vector<FlowItem> items_for(const config::Config& settings, const std::string& purpose, const Client& client) {
    using config::StepKind;
    const config::PurposeSpec* spec = config::find_purpose(purpose);
    if (spec != nullptr && spec->only_step) {
        return required({config::spec_of(*spec->only_step).name});
    }
    const config::Flow* flow = settings.flow(purpose, client.service);
    if (flow == nullptr) {
        throw base::Error(base::Error::Kind::invalid,
                          "there is no flow for the purpose \"" + base::printable(purpose, 64) + "\"");
    }
    const bool vouched_for = client.acts_for_root() && spec != nullptr && spec->root_vouches;
    const auto is_skipped = [&](const config::Step& step) {
        const bool asks = step.kind == StepKind::plugin || config::spec_of(step.kind).asks;
        return asks && (client.account_phase || (vouched_for && step.kind != StepKind::new_password));
    };
    std::vector<FlowItem> items;
    for (const config::FlowItem& item : flow->items) {
        FlowItem asked{{}, item.at_least, item.enrols, item.trust_place};
        for (const config::Step& step : item.steps) {
            if (!is_skipped(step)) {
                asked.steps.push_back(step.name);
            }
        }
        if (!asked.steps.empty()) {
            items.push_back(std::move(asked));
        }
    }
    return items;
}

bool is_for_an_owner(const std::string& purpose) {
    const config::PurposeSpec* spec = config::find_purpose(purpose);
    return spec != nullptr && spec->owner_only;
}

std::optional<std::string> purpose_of_first_time(const store::Store& store, const std::string& purpose,
                                                 const Subject& subject, const Client& client) {
    const config::PurposeSpec* spec = config::find_purpose(purpose);
    const auto uid = subject.uid();
    if (spec == nullptr || !spec->first_time || !uid || client.acts_for_root()) {
        return std::nullopt;
    }
    const auto credential = store.read([&](const store::ReadTxn& txn) { return store::Credentials::get(txn, *uid); });
    const bool first_time = credential && credential->must_change && !credential->own_before;
    return first_time ? std::optional<std::string>(config::spec_of(*spec->first_time).name) : std::nullopt;
}

} // namespace loquet::conversation
