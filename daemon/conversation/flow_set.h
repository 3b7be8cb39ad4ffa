// SPDX-License-Identifier: LGPL-2.1-or-later
// What dialogs run on: the configuration, the steps that it names, and the plugins behind them. A set never changes; a
// reload makes another one for the dialogs that begin afterwards, and a set lives until the last of its dialogs ended.
// Loop thread.
#pragma once

#include "daemon/config/config.h"
#include "daemon/conversation/dialog.h"
#include "daemon/conversation/steps/step.h"
#include "daemon/outbox/outbox.h"
#include "daemon/plugins/plugin_clients.h"
#include "daemon/store/store.h"
#include "daemon/work/hasher.h"
#include "lib/base/clock.h"
#include "lib/messages/catalogue.h"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace loquet::conversation {

/// The plugins of one set; the registry's in the daemon, fakes in tests.
struct PluginClients {
    std::shared_ptr<plugins::LockoutClient> lockout;
    std::shared_ptr<plugins::RulesClient> rules; ///< empty: none is configured
    std::map<std::string, std::shared_ptr<plugins::StepClient>, std::less<>> steps;
};

class FlowSet {
public:
    /// All of them outlive the set.
    struct Dependencies {
        store::Store& store;
        work::Hasher& hasher;
        const base::Clock& clock;
        const messages::Catalogue& texts;
        recovery::Tickets& tickets;
        outbox::Outbox* outbox = nullptr; ///< nullptr: steps can send nothing
    };
    /// Throws Error (invalid), with the place in the file, for a flow that names a step which cannot be made.
    FlowSet(const Dependencies& deps, config::Config settings, PluginClients clients);
    FlowSet(const FlowSet&) = delete;
    FlowSet& operator=(const FlowSet&) = delete;

    [[nodiscard]] const config::Config& settings() const noexcept { return settings_; }
    [[nodiscard]] const std::shared_ptr<plugins::LockoutClient>& lockout() const noexcept { return clients_.lockout; }
    /// Throws Error (internal) for a name that is in no flow.
    [[nodiscard]] Step& step(const std::string& name) const;
    /// FlowState::reach() with the steps of this set.
    [[nodiscard]] FlowState::Reach reach(const FlowState& flow) const;

private:
    void require_steps() const;

    config::Config settings_;
    PluginClients clients_;
    std::map<std::string, std::unique_ptr<Step>, std::less<>> steps_;
};

// Which flow of a set a dialog takes, and which items of it

/// Throws Error (invalid) for a purpose without a flow. Without what is not asked of this caller: root need not know
/// somebody's password to set another, and the account phase proves nothing and asks nothing.
[[nodiscard]] std::vector<FlowItem> items_for(const config::Config& settings, const std::string& purpose,
                                              const Client& client);

/// An outsider has nothing to change or to set up.
[[nodiscard]] bool is_for_an_owner(const std::string& purpose);

/// Who changes a password that somebody else chose, and never had one of their own, takes the flow of another purpose
/// (a first login); nothing for everybody else.
[[nodiscard]] std::optional<std::string> purpose_of_first_time(const store::Store& store, const std::string& purpose,
                                                               const Subject& subject, const Client& client);

} // namespace loquet::conversation
