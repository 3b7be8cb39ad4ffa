// SPDX-License-Identifier: LGPL-2.1-or-later
// What the end of a dialog means: PAM's number, and the sentence for the person where the daemon cannot say one. The
// sentences are those of the shipped catalogues, compiled in (pam_module/CMakeLists.txt), because every login would pay
// for reading a catalogue. Pure.
#pragma once

#include "lib/client/dialog_connection.h"
#include "lib/protocol/turn.h"

#include <cstdint>
#include <string_view>

namespace loquet::pam {

enum class Phase : std::uint8_t { authenticate, account, change_password };

[[nodiscard]] int result_of(Phase phase, client::FailureKind failure) noexcept;
[[nodiscard]] int result_of(Phase phase, protocol::Reason denied) noexcept;
/// Of `done`. Nobody is logged in by it: never PAM_SUCCESS but where a password was to be changed. The packaged stack
/// ends at what is given here, and asks nothing below.
[[nodiscard]] int result_of_done(Phase phase) noexcept;
/// Of a grant that is not taken: for another account, or where nobody was to be let in.
[[nodiscard]] int result_of_refused_grant(Phase phase) noexcept;

/// The sentence in that locale's language, in English where there is none; empty where nothing is to be said: a name
/// that is not ours, and a caller that the daemon does not talk to. The account phase says nothing, because the modules
/// below may let the person in all the same.
[[nodiscard]] std::string_view offline_text(Phase phase, client::FailureKind failure, std::string_view locale) noexcept;

} // namespace loquet::pam
