// SPDX-License-Identifier: LGPL-2.1-or-later
// The lockout policy itself: counters in, verdict and new counters out. README.md tells the rules and why they are so.
// Pure functions of values (no clock, no memory between calls), any thread.
#pragma once

#include <loquet/lockout.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace loquet::plugins_lockout {

// The hourly memory of a loquet_counter: how many failures in the last hour or day, never fewer than there were. An
// hour that began is counted whole until it is entirely older than the span asked for.

constexpr std::int64_t hour_ms = 3'600'000;
constexpr std::int64_t day_ms = 24 * hour_ms;

/// Moves the memory on to the hour of `now`; what leaves it is pardoned no more. A memory from the future (the clock
/// went back) is taken for the present: all that it remembers stays.
void age(loquet_counter& counter, std::int64_t now);

/// One failure in the counter's present hour. A full hour (65535) stays full; one failure less is pardoned instead.
void add_failure(loquet_counter& counter);

/// Of an aged counter: failures in the last 60 minutes (and up to 59 more) ...
[[nodiscard]] std::uint32_t failures_in_an_hour(const loquet_counter& counter);
/// ... and in the last 24 hours (and up to 59 minutes more).
[[nodiscard]] std::uint32_t failures_in_a_day(const loquet_counter& counter);

/// Those of failures_in_a_day() that count for the lock of the day: none that is pardoned.
[[nodiscard]] std::uint32_t unpardoned_in_a_day(const loquet_counter& counter);
/// When unpardoned_in_a_day() will have fallen below `limit` (at least 1), if no failure is added; 0: it is below now.
[[nodiscard]] std::int64_t day_falls_below(const loquet_counter& counter, std::uint32_t limit);

// The policy.

struct Options {
    std::uint32_t tries = 5;            ///< failures before a timed lock
    std::int64_t lock_minutes = 20;     ///< how long that lock is
    std::int64_t first_delay_ms = 1000; ///< after the second failure; doubles with each further one ...
    std::int64_t max_delay_ms = 30'000; ///< ... up to this
    std::uint32_t tries_a_day = 25;     ///< failures of an account in 24 hours, from unknown places together
    std::int64_t known_place_days =
        30; ///< a place where its owner succeeded that recently is judged by its own counter
    std::uint32_t tries_in_a_row = 100; ///< failures without a success before the account is disabled
    std::uint32_t place_failures_an_hour = 60;
    std::int64_t place_delay_ms = 4000;
    std::uint32_t site_alert_an_hour = 500;
    bool by_place = true; ///< count `tries` for account+place; false: for the account wherever the attempt comes from
};

/// The counters of an attempt, by enum loquet_lockout_scope; empty where it has no such scope.
using Counters = std::array<std::optional<loquet_counter>, LOQUET_SCOPE_COUNT>;

struct Decision {
    loquet_lockout_verdict verdict = LOQUET_VERDICT_ALLOW;
    std::int64_t until = 0; ///< for DELAY and LOCKED; never later than longest_lock() from now
    std::string_view reason = "allowed";
    std::int64_t hold = 0; ///< of LOCKED and DISABLED: the refusal is not given before then; 0: at once
    Counters changed;      ///< those to be kept
    std::string alert;     ///< for the operator; empty: nothing to say
};

/// An attempt is evaluated when `before` says ALLOW (or says DELAY and the time has come); afterwards `failed` or
/// `succeeded` is told, or `refused` when it was not; `lifted` when a recovery gave a new password. A `now` behind what
/// the counters have seen is handled as if no time had passed since then.
[[nodiscard]] Decision before(const Options& options, std::int64_t now, const Counters& counters);
[[nodiscard]] Decision failed(const Options& options, std::int64_t now, const Counters& counters);
/// It met a lock and was not evaluated.
[[nodiscard]] Decision refused(const Options& options, std::int64_t now, const Counters& counters);
[[nodiscard]] Decision succeeded(const Options& options, std::int64_t now, const Counters& counters);
/// The locks of the account, at this place too, end; what was counted until now shuts nothing any more.
[[nodiscard]] Decision lifted(const Options& options, std::int64_t now, const Counters& counters);

/// No verdict reaches further, in milliseconds.
[[nodiscard]] std::int64_t longest_lock(const Options& options);

} // namespace loquet::plugins_lockout
