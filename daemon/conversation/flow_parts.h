// SPDX-License-Identifier: LGPL-2.1-or-later
// Which parts of a flow a dialog has to walk. Pure.
#pragma once

#include "daemon/config/config.h"
#include "daemon/conversation/dialog.h"

#include <string>
#include <vector>

namespace loquet::conversation {

/// Throws Error (invalid) for a purpose without a flow. Without what is not asked of this caller: root need not know
/// somebody's password to set another, and the account phase proves nothing and asks nothing.
[[nodiscard]] std::vector<FlowPart> parts_for(const config::Config& settings, const std::string& purpose,
                                              const Client& client);

} // namespace loquet::conversation
