// SPDX-License-Identifier: LGPL-2.1-or-later
// The table of results: from how a dialog ended to PAM's number. Pure.
#pragma once

#include "lib/client/dialog_connection.h"
#include "lib/protocol/turn.h"

#include <cstdint>

namespace loquet::pam {

enum class Phase : std::uint8_t { authenticate, account, change_password };

[[nodiscard]] int result_of(Phase phase, client::FailureKind failure) noexcept;
[[nodiscard]] int result_of(Phase phase, protocol::Reason denied) noexcept;

} // namespace loquet::pam
