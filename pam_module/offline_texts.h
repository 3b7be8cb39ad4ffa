// SPDX-License-Identifier: LGPL-2.1-or-later
// What a person is told where the daemon cannot: the shipped catalogues' texts, compiled in
// (pam_module/CMakeLists.txt), because every login would pay for reading a catalogue. Pure.
#pragma once

#include "lib/client/dialog_connection.h"
#include "pam_module/pam_result.h"

#include <string_view>

namespace loquet::pam {

/// The sentence in that locale's language, in English where there is none; empty where nothing is to be said: a name
/// that is not ours, and a caller that the daemon does not talk to. The account phase says nothing, because the modules
/// below may let the person in all the same.
[[nodiscard]] std::string_view offline_text(Phase phase, client::FailureKind failure, std::string_view locale) noexcept;

} // namespace loquet::pam
