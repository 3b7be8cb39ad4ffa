// SPDX-License-Identifier: LGPL-2.1-or-later
// What is kept of one person's generator of codes, and the decision about a code. Pure values, any thread.
#pragma once

#include "plugins/totp/hotp.h"

#include <optional>

namespace loquet::plugins_totp {

constexpr std::size_t seed_bytes = 20; ///< 160 bits: RFC 4226, 4, R6
/// How far a generator's clock may be believed to be off: five minutes. RFC 6238, 6 wants a limit.
constexpr std::int64_t most_drift = 10;

struct Generator {
    Digest digest = Digest::sha1;
    int digits = fewest_digits;
    std::int64_t drift = 0;     ///< steps by which its clock was ahead of ours when it was last right; negative: behind
    std::int64_t last_step = 0; ///< of the last code that was right; no code of that step or an earlier one is taken
    SecureBytes seed;           ///< seed_bytes
};

/// Tries the step in which the generator should be, the one before and the one after, all three whatever comes out, and
/// none that is not later than the last one. The Generator to keep from now on, or nothing where the code is wrong.
[[nodiscard]] std::optional<Generator> accept(const Generator& generator, std::int64_t now, std::string_view typed);

/// The form in which it is kept, and back; what is no such form throws DamagedState.
[[nodiscard]] SecureBytes encode(const Generator& generator);
[[nodiscard]] Generator decode(std::string_view state);

} // namespace loquet::plugins_totp
