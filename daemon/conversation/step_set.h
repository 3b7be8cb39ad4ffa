// SPDX-License-Identifier: LGPL-2.1-or-later
// All steps that the configuration names, made once. Loop thread.
#pragma once

#include "daemon/config/config.h"
#include "daemon/conversation/steps/step.h"
#include "daemon/outbox/outbox.h"
#include "daemon/plugins/lockout_client.h"
#include "daemon/plugins/rules_client.h"
#include "daemon/plugins/step_client.h"
#include "daemon/work/hasher.h"
#include "lib/base/clock.h"
#include "lib/messages/catalogue.h"

#include <map>
#include <memory>
#include <string>

namespace loquet::conversation {

/// Where the steps find the plugins; the registry in the daemon, fakes in tests.
struct PluginDoors {
    plugins::LockoutClient* lockout = nullptr;
    plugins::RulesClient* rules = nullptr; ///< nullptr: none is configured
    std::map<std::string, plugins::StepClient*, std::less<>> steps;
    outbox::Outbox* outbox = nullptr; ///< nullptr: steps can send nothing
};

class StepSet {
public:
    StepSet(store::Store& store, work::Hasher& hasher, const base::Clock& clock, const messages::Catalogue& texts,
            const config::Config& settings, const PluginDoors& doors);

    /// Throws Error (internal) for a name that the configuration should have refused.
    [[nodiscard]] Step& at(const std::string& name) const;

private:
    std::map<std::string, std::unique_ptr<Step>, std::less<>> steps_;
};

} // namespace loquet::conversation
