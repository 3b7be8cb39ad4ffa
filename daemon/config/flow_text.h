// SPDX-License-Identifier: LGPL-2.1-or-later
// Flows as they stand in a file:
//     [flow.login]
//     steps = ["arithmetic", "password", { any = ["totp", "codes"], at_least = 1 }, { optional = "survey" }]
//     [flow.login.service.sudo]
//     steps = ["password"]
#pragma once

#include "daemon/config/flow.h"

#include <vector>

namespace loquet::config {

class TableReader;

/// Reads the table [flow]; each flow that it finds takes the place of the one for the same purpose and service.
void read_flows(TableReader& table, std::vector<Flow>& flows);

} // namespace loquet::config
