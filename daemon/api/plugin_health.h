// SPDX-License-Identifier: LGPL-2.1-or-later
// Which plugins that the configuration needs do not do their work. Pure.
#pragma once

#include "daemon/config/config.h"
#include "daemon/plugins/plugin_status.h"

#include <string>
#include <vector>

namespace loquet::api {

/// A sentence for each plugin of a flow, of the lockout, of the password rules and of the outbox that is absent,
/// failing or quarantined: which key needs it, and what happened. A plugin that no key names is not listed.
[[nodiscard]] std::vector<std::string> missing_plugins(const config::Config& settings,
                                                       const std::vector<plugins::PluginStatus>& plugins);

} // namespace loquet::api
