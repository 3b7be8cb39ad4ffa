// SPDX-License-Identifier: LGPL-2.1-or-later
// The hourly memory of a loquet_counter: how many failures in the last hour or day, never fewer than there were. An
// hour that began is counted whole until it is entirely older than the span asked for. Pure functions, any thread.
#pragma once

#include <loquet/lockout.h>

#include <cstdint>

namespace loquet::plugins_lockout {

constexpr std::int64_t hour_ms = 3'600'000;
constexpr std::int64_t day_ms = 24 * hour_ms;

/// Moves the memory on to the hour of `now`. A memory from the future (the clock went back) is taken for the present:
/// all that it remembers stays.
void age(loquet_counter& counter, std::int64_t now);

/// One failure in the counter's present hour; a full hour (65535) stays full.
void add_failure(loquet_counter& counter);

/// Of an aged counter: failures in the last 60 minutes (and up to 59 more) ...
[[nodiscard]] std::uint32_t failures_in_an_hour(const loquet_counter& counter);
/// ... and in the last 24 hours (and up to 59 minutes more).
[[nodiscard]] std::uint32_t failures_in_a_day(const loquet_counter& counter);

/// When failures_in_a_day() will have fallen below `limit` (at least 1), if no failure is added; 0: it is below now.
[[nodiscard]] std::int64_t day_falls_below(const loquet_counter& counter, std::uint32_t limit);

} // namespace loquet::plugins_lockout
