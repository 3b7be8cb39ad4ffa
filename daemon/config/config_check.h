// SPDX-License-Identifier: LGPL-2.1-or-later
// What must go together in a Config that was put together from several files. Pure.
#pragma once

#include "daemon/config/complaints.h"
#include "daemon/config/config.h"

namespace loquet::config {

/// Complains about keys that contradict each other, name something that is not there, or are out of the range that
/// another key gives them; and everything of validate_flows().
void check(const Config& config, Complaints& complaints);

} // namespace loquet::config
