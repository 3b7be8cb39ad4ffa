// SPDX-License-Identifier: LGPL-2.1-or-later
// Between the configuration's structs and those of the daemon's members: small pure conversions for the composition
// root.
#pragma once

#include "daemon/accounts/accounts.h"
#include "daemon/accounts/directory_entries.h"
#include "daemon/accounts/import_lines.h"
#include "daemon/config/config.h"
#include "daemon/conversation/flow_set.h"
#include "daemon/model/audit_event.h"
#include "daemon/outbox/channel.h"
#include "daemon/outbox/outbox.h"
#include "daemon/plugins/registry.h"
#include "daemon/store/store.h"
#include "daemon/work/hasher.h"
#include "lib/base/task.h"

#include <vector>

namespace loquet {

[[nodiscard]] work::HashingOptions hashing_options(const config::HashingConfig& settings);
[[nodiscard]] accounts::Settings account_settings(const config::Config& settings);
[[nodiscard]] accounts::ImportRules import_rules(const config::Config& settings);
/// `store` gives the copy its mark.
[[nodiscard]] accounts::DirectorySettings directory_settings(const config::Config& settings, const store::Store& store);
[[nodiscard]] outbox::Settings outbox_settings(const config::Config& site);
[[nodiscard]] std::vector<plugins::InstanceConfig> plugin_instances(const config::Config& settings);

/// In order of preference. Throws Error (not_found) for an instance that is not among `plugins`, as the next one does.
[[nodiscard]] std::vector<outbox::ChannelBinding> channel_bindings(const config::OutboxConfig& settings,
                                                                   const plugins::Registry::Selection& plugins);
[[nodiscard]] conversation::PluginClients plugin_clients(const config::Config& settings,
                                                         const plugins::Registry::Selection& plugins);

/// One audit record of the daemon's own doing.
base::Task<void> record(store::Store& store, model::AuditEvent event);

} // namespace loquet
