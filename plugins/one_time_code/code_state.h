// SPDX-License-Identifier: LGPL-2.1-or-later
// What is kept of an account's codes: the one that runs, as a keyed hash, and when wrong ones were tried. Pure values,
// any thread.
#pragma once

#include "lib/factor/keyed_hash.h"

#include <loquet/step.h>

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace loquet::plugins_one_time_code {

using factor::view;

constexpr std::size_t most_tries = 20; ///< that are remembered, and what the option can be set to

/// A code that was sent and not used. Times are milliseconds since 1970.
struct RunningCode {
    loquet_medium medium = LOQUET_MEDIUM_MAIL;
    std::int64_t sent = 0;
    std::int64_t expires = 0; ///< from then on it is no longer right
    factor::Salt salt{};
    factor::Hash hash{};
};

struct CodeState {
    std::optional<RunningCode> running;
    std::vector<std::int64_t> wrong; ///< when a wrong code was tried, whichever code was running; oldest first
};

/// The form in which it is kept, and back; a state that holds nothing is no bytes. What is no such form throws
/// DamagedState.
[[nodiscard]] factor::SecureBytes encode(const CodeState& state);
[[nodiscard]] CodeState decode(std::string_view bytes);

} // namespace loquet::plugins_one_time_code
