// SPDX-License-Identifier: LGPL-2.1-or-later
// The two tables of results: from a bus error's name to a Trouble, and from how a dialog ended to PAM's number. Pure.
#pragma once

#include "lib/protocol/turn.h"
#include "pam_module/client.h"

#include <string_view>

namespace loquet::pam {

/// `in_dialog`: an answer was on its way, so that a missing object or service means that the daemon restarted.
[[nodiscard]] Trouble trouble_of(std::string_view error_name, bool in_dialog) noexcept;

enum class Phase : std::uint8_t { authenticate, account, change_password };

[[nodiscard]] int result_of(Phase phase, Trouble trouble) noexcept;
[[nodiscard]] int result_of(Phase phase, protocol::Reason denied) noexcept;

} // namespace loquet::pam
