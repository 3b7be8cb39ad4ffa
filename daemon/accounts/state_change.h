// SPDX-License-Identifier: LGPL-2.1-or-later
// What may be done to an account in which state: a table. Pure.
#pragma once

#include "daemon/model/account.h"

#include <cstdint>
#include <optional>

namespace loquet::accounts {

enum class Act : std::uint8_t { lock, unlock, disable, enable };

/// The state that follows, which is the same one where there is nothing to do. Throws Error (conflict) where the act
/// does not fit, with a sentence that says which one does.
[[nodiscard]] model::AccountState state_after(Act act, model::AccountState now);

} // namespace loquet::accounts
