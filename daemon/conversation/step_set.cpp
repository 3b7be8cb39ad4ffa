// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/conversation/step_set.h"

#include "daemon/conversation/steps/choice_step.h"
#include "daemon/conversation/steps/new_password_step.h"
#include "daemon/conversation/steps/password_step.h"
#include "daemon/conversation/steps/plugin_step.h"
#include "daemon/conversation/steps/silent_steps.h"

namespace loquet::conversation {

StepSet::StepSet(store::Store& store, work::Hasher& hasher, const base::Clock& clock, const messages::Catalogue& texts,
                 const config::Config& settings, const PluginDoors& doors) {
    steps_["password"] = std::make_unique<PasswordStep>(store, hasher, clock, texts);
    steps_["new_password"] =
        std::make_unique<NewPasswordStep>(store, hasher, doors.rules, clock, texts, settings.password);
    steps_["expiry"] = std::make_unique<ExpiryStep>(store, clock, texts, settings.password);
    steps_["authorisation"] = std::make_unique<AuthorisationStep>(texts);
    steps_[FlowState::choice] = std::make_unique<ChoiceStep>(texts);
    for (const auto& [name, client] : doors.steps) {
        const auto found = settings.plugins.find(name);
        const auto instance = found == settings.plugins.end() ? config::PluginInstance{} : found->second;
        steps_[name] = std::make_unique<PluginStep>(name, instance, *client, store, clock, texts, doors.outbox);
    }
}

Step& StepSet::at(const std::string& name) const {
    const auto found = steps_.find(name);
    if (found == steps_.end()) {
        throw base::Error(base::Error::Kind::internal, "a flow names the step " + name + ", which does not exist");
    }
    return *found->second;
}

} // namespace loquet::conversation
