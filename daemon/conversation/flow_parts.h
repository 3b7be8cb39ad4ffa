// SPDX-License-Identifier: LGPL-2.1-or-later
// Which flow a dialog walks, and which parts of it. Loop thread.
#pragma once

#include "daemon/config/config.h"
#include "daemon/conversation/dialog.h"
#include "daemon/store/store.h"

#include <string>
#include <vector>

namespace loquet::conversation {

/// Throws Error (invalid) for a purpose without a flow. Without what is not asked of this caller: root need not know
/// somebody's password to set another, and the account phase proves nothing and asks nothing.
[[nodiscard]] std::vector<FlowItem> parts_for(const config::Config& settings, const std::string& purpose,
                                              const Client& client);

/// An outsider has nothing to change or to set up.
[[nodiscard]] bool is_for_an_owner(const std::string& purpose);

/// Who changes a password that somebody else chose, and never had one of their own, walks the flow of a first login.
[[nodiscard]] bool is_first_login(const store::Store& store, const std::string& purpose, const Subject& subject,
                                  const Client& client);

} // namespace loquet::conversation
