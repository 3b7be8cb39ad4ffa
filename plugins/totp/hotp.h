// SPDX-License-Identifier: LGPL-2.1-or-later
// The two algorithms: HOTP (RFC 4226, 5.3), a code of a seed and a counter; and TOTP (RFC 6238, 4.2), which counts
// steps of 30 seconds. Pure, any thread.
#pragma once

#include "lib/factor/keyed_hash.h"

#include <cstdint>
#include <string_view>

namespace loquet::plugins_totp {

using factor::Digest;
using factor::SecureBytes;

constexpr int fewest_digits = 6; ///< RFC 4226, 5.3; more than eight make the first one guessable
constexpr int most_digits = 8;
constexpr std::int64_t period_ms = 30'000; ///< RFC 6238, 5.2 recommends it, and every application knows it

/// The code in `digits` (6 to 8) decimal digits, with the leading zeros.
[[nodiscard]] SecureBytes hotp(Digest digest, std::string_view seed, std::uint64_t counter, int digits);

/// The number of the step in which a time, in milliseconds since 1970, lies.
[[nodiscard]] constexpr std::int64_t step_at(std::int64_t now) noexcept {
    return now >= 0 ? now / period_ms : -((-now - 1) / period_ms) - 1;
}

} // namespace loquet::plugins_totp
