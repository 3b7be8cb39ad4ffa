// SPDX-License-Identifier: LGPL-2.1-or-later
// Which flows the daemon runs, and which it refuses before anybody meets them. Pure.
#pragma once

#include "daemon/config/complaints.h"
#include "daemon/config/config.h"

namespace loquet::config {

/// Complains about
/// - a step that is neither built in nor a [plugins.NAME] of kind "step", and a step that stands twice in a flow;
/// - a flow that grants without a proof, and a step that says something of the account before there is one;
/// - a new password in another flow than change-password and first-login, and one of these that does not end in it;
/// - a flow that ends in a new password and proves less than login, unless it accepts that;
/// - a group ("optional", "any") before there is a proof, or with a built-in step in it.
void validate_flows(const Config& config, Complaints& complaints);

} // namespace loquet::config
