// SPDX-License-Identifier: LGPL-2.1-or-later
// [outbox] as it is written, and what of it does not fit the rest. Pure.
#pragma once

#include "daemon/config/complaints.h"
#include "daemon/config/config.h"
#include "daemon/config/table_reader.h"

namespace loquet::config {

void read_outbox(TableReader& table, OutboxConfig& outbox);

/// Each channel has to be there, be one, and be named once for a medium.
void check_outbox(const Config& config, Complaints& complaints);

} // namespace loquet::config
