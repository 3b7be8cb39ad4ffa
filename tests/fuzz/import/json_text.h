// SPDX-License-Identifier: LGPL-2.1-or-later
// The other direction of json_object.h. Pure.
#pragma once

#include "daemon/accounts/json_object.h"

#include <string>
#include <utility>
#include <vector>

namespace loquet::fuzz {

using Members = std::vector<std::pair<std::string, accounts::JsonValue>>;

/// One object in one line, with the members in order.
[[nodiscard]] std::string json_text(const Members& members);

} // namespace loquet::fuzz
