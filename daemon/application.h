// SPDX-License-Identifier: LGPL-2.1-or-later
// The composition root: the members, in the order they are made, are the architecture. Main thread, which is the
// loop's.
#pragma once

#include "daemon/accounts/accounts.h"
#include "daemon/accounts/directory_export.h"
#include "daemon/accounts/import.h"
#include "daemon/accounts/name_service.h"
#include "daemon/api/account_objects.h"
#include "daemon/api/caller.h"
#include "daemon/api/conversation_objects.h"
#include "daemon/api/job_objects.h"
#include "daemon/api/manager_object.h"
#include "daemon/api/object_watchers.h"
#include "daemon/config/config.h"
#include "daemon/configuration.h"
#include "daemon/conversation/engine.h"
#include "daemon/model/steady_time.h"
#include "daemon/notices/notices.h"
#include "daemon/options.h"
#include "daemon/outbox/courier.h"
#include "daemon/outbox/outbox.h"
#include "daemon/outbox/receipts.h"
#include "daemon/plugins/registry.h"
#include "daemon/recovery/helpdesk_acts.h"
#include "daemon/recovery/helpdesk_reset.h"
#include "daemon/recovery/tickets.h"
#include "daemon/store/store.h"
#include "daemon/work/hasher.h"
#include "lib/base/clock.h"
#include "lib/bus/connection.h"
#include "lib/bus/loop.h"
#include "lib/messages/catalogue.h"

#include <memory>
#include <string>
#include <vector>

namespace loquet {

class Application {
public:
    /// Opens everything; throws base::Error with a sentence for the operator. Nothing is on the bus yet.
    explicit Application(Options options);

    /// For run() where another part of this process owns the bus name until it is given back to this object.
    void wait_for_name();

    /// Owns the bus name, tells systemd, and serves until SIGTERM or SIGINT, or until the bus goes away or a part fails
    /// (an Error). Each of them leads to the same orderly end.
    void run();

private:
    void connect_parts();
    void tell(const accounts::Change& change);
    /// After those that are in line.
    base::Task<api::ReloadOutcome> reload();
    [[nodiscard]] base::Future<api::ReloadOutcome> reload_for_caller();
    /// All of it or nothing: what can fail comes first. Throws Error.
    /// Returns the keys that change at a restart.
    base::Task<std::vector<std::string>> use(Configuration::Loaded loaded);
    /// Throws Error with each new place that names a plugin which does not answer.
    base::Task<void> require_answers(const Configuration::Loaded& loaded, const plugins::Registry::Selection& next);
    [[nodiscard]] std::shared_ptr<const conversation::FlowSet> flow_set(const config::Config& settings,
                                                                        const plugins::Registry::Selection& plugins);
    /// Ways back that prove less than the login, which the files allow.
    void note_weak_flows();
    void note_fallback(bool fallback, const std::string& why);
    void record_own(model::AuditKind kind, bool granted, const std::string& detail);
    /// With the refused configuration as the status that systemctl shows.
    void tell_systemd(const std::string& state) const;
    void end_in_order();
    void note_descriptors(bool few);
    void note_codes(model::Medium medium, bool alarming);
    void note_channel(const std::string& channel, const outbox::ChannelHealth& health);
    static void note_refused_code(const model::OutboxEntry& message);
    void note_plugin(const plugins::PluginStatus& status);

    Options options_;
    Configuration configuration_;
    base::SystemClock clock_;
    bus::Loop loop_;
    config::Config settings_;
    messages::Catalogue texts_;
    store::Store store_;
    model::SteadyTime steady_;
    work::Hasher hasher_;
    plugins::Registry plugins_;
    outbox::Outbox outbox_;
    recovery::Tickets tickets_;
    recovery::HelpdeskReset resets_;
    recovery::HelpdeskActs acts_;
    outbox::Courier courier_;
    outbox::Receipts receipts_;
    notices::Notices notices_;
    accounts::DirectoryExport directory_;
    accounts::SystemNames names_;
    accounts::Accounts accounts_;
    accounts::Imports imports_;
    conversation::Engine engine_;
    bus::Connection connection_;
    api::Callers callers_;
    api::ObjectWatchers watchers_;
    api::ManagerObject manager_;
    api::ConversationObjects conversations_;
    api::AccountObjects account_objects_;
    api::JobObjects jobs_;
    bus::Source signals_[3]; // NOLINT: SIGTERM, SIGINT, SIGHUP
    bool bus_lost_ = false;
    bool waits_for_name_ = false;
    store::Subscription store_changes_;
    base::AsyncMutex reloading_;
    base::TaskGroup tasks_;   ///< last: dies before all that its tasks use
    base::TaskGroup reloads_; ///< ends at once where the daemon is told to stop
};

} // namespace loquet
