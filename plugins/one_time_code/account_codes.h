// SPDX-License-Identifier: LGPL-2.1-or-later
// What is kept of an account's codes, what may be done with them, and when. Nothing here is about a dialog, and nothing
// that is sent gives tries back: that is what keeps a code of six digits from being guessed. Pure, any thread.
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

/// The code that runs, as a keyed hash, and the wrong ones that were tried.
struct CodeState {
    std::optional<RunningCode> running;
    std::vector<std::int64_t> wrong; ///< when a wrong code was tried, whichever code was running; oldest first
};

/// The form in which it is kept, and back; a state that holds nothing is no bytes. What is no such form throws
/// DamagedState.
[[nodiscard]] sdk::SecureText encode(const CodeState& state);
[[nodiscard]] CodeState decode(std::string_view bytes);

constexpr std::int64_t second_ms = 1000;
constexpr std::int64_t minute_ms = 60 * second_ms;

struct Rules {
    std::uint32_t digits = 6;
    std::int64_t mail_lifetime = 10 * minute_ms;
    std::int64_t sms_lifetime = 10 * minute_ms;
    std::int64_t resend_after = minute_ms;
    std::size_t tries = 5; ///< wrong codes within `window`, whatever was sent or begun in between
    std::int64_t window = 60 * minute_ms;

    [[nodiscard]] std::int64_t lifetime(loquet_medium medium) const noexcept {
        return medium == LOQUET_MEDIUM_MAIL ? mail_lifetime : sms_lifetime;
    }
};

/// The state as it is now: without tries that are older than the window and without a code that has expired. Where the
/// clock was set back, tries of the future count as of now, so that they neither vanish nor last longer than a window;
/// a code of the future, whose age nobody knows, is no longer right.
[[nodiscard]] CodeState settled(CodeState state, const Rules& rules, std::int64_t now);

// Of a state that is settled:

/// Wrong codes that may still be tried now.
[[nodiscard]] std::size_t tries_left(const CodeState& state, const Rules& rules) noexcept;

/// Whether another code may be sent: none is running, or it was sent long enough ago.
[[nodiscard]] bool may_send(const CodeState& state, const Rules& rules, std::int64_t now) noexcept;

enum class Verdict { right, wrong, not_evaluated };

/// Is it the running code? Not evaluated where there is none, or no try is left.
[[nodiscard]] Verdict judge(const CodeState& state, const Rules& rules, std::string_view key, std::string_view typed);

/// What is kept after that verdict: a right code is used up, a wrong one has taken a try.
[[nodiscard]] CodeState after(CodeState state, Verdict verdict, std::int64_t now);

} // namespace loquet::plugins_one_time_code
