// SPDX-License-Identifier: LGPL-2.1-or-later
// What is kept of one person's generator of codes, the decision about a code, and the two algorithms: HOTP (RFC 4226,
// 5.3), a code of a seed and a counter; and TOTP (RFC 6238, 4.2), which counts steps of 30 seconds. Pure values, any
// thread.
#pragma once

#include "lib/factor/keyed_hash.h"

#include <cstdint>
#include <optional>
#include <string_view>

namespace loquet::plugins_totp {

using factor::Digest;
using sdk::SecureText;

constexpr int fewest_digits = 6; ///< RFC 4226, 5.3; more than eight make the first one guessable
constexpr int most_digits = 8;
constexpr std::int64_t period_ms = 30'000; ///< RFC 6238, 5.2 recommends it, and every application knows it

/// The code in `digits` (6 to 8) decimal digits, with the leading zeros.
[[nodiscard]] SecureText hotp(Digest digest, std::string_view seed, std::uint64_t counter, int digits);

/// The number of the step in which a time, in milliseconds since 1970, lies.
[[nodiscard]] constexpr std::int64_t step_at(std::int64_t now) noexcept {
    return now >= 0 ? now / period_ms : -((-now - 1) / period_ms) - 1;
}

constexpr std::size_t seed_bytes = 20; ///< 160 bits: RFC 4226, 4, R6
/// How far a generator's clock may be believed to be off: five minutes. RFC 6238, 6 wants a limit.
constexpr std::int64_t most_drift = 10;

struct Generator {
    Digest digest = Digest::sha1;
    int digits = fewest_digits;
    std::int64_t drift = 0;     ///< steps by which its clock was ahead of ours when it was last right; negative: behind
    std::int64_t last_step = 0; ///< of the last code that was right; no code of that step or an earlier one is taken
    SecureText seed;            ///< seed_bytes
};

/// Tries the step in which the generator should be, the one before and the one after, all three whatever comes out, and
/// none that is not later than the last one. The Generator to keep from now on, or nothing where the code is wrong.
[[nodiscard]] std::optional<Generator> accept(const Generator& generator, std::int64_t now, std::string_view typed);

/// A code that would be right, but for its step: the one of the last right code, or an earlier one.
[[nodiscard]] bool was_used(const Generator& generator, std::int64_t now, std::string_view typed);

/// The form in which it is kept, and back; what is no such form throws DamagedState.
[[nodiscard]] SecureText encode(const Generator& generator);
[[nodiscard]] Generator decode(std::string_view state);

} // namespace loquet::plugins_totp
