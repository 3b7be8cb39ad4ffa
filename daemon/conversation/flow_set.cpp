// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/conversation/flow_set.h"

#include "daemon/conversation/steps/authorisation_step.h"
#include "daemon/conversation/steps/choice_step.h"
#include "daemon/conversation/steps/expiry_step.h"
#include "daemon/conversation/steps/new_password_step.h"
#include "daemon/conversation/steps/password_step.h"
#include "daemon/conversation/steps/plugin_step.h"

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
    return std::make_unique<PasswordStep>(of.deps.store, of.deps.hasher, of.deps.clock, of.deps.texts);
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

/// How each built-in step is made: the column of config::builtin_steps that only this floor can fill, in its order.
constexpr std::array<std::pair<config::StepKind, MakeStep>, config::builtin_steps.size()> makers{{
    {config::StepKind::password, make_password},
    {config::StepKind::new_password, make_new_password},
    {config::StepKind::expiry, make_expiry},
    {config::StepKind::authorisation, make_authorisation},
    {config::StepKind::choice, make_choice},
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

} // namespace loquet::conversation
