// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugins/lockout/failure_hours.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <numeric>

namespace loquet::plugins_lockout {

void age(loquet_counter& counter, std::int64_t now) {
    const std::int64_t present = now / hour_ms;
    const std::int64_t passed = present - std::clamp<std::int64_t>(counter.hour, 0, present);
    const auto steps = static_cast<std::size_t>(std::min<std::int64_t>(passed, LOQUET_COUNTER_HOURS));
    auto* const first = std::begin(counter.failed_in_hour);
    auto* const last = std::end(counter.failed_in_hour);
    std::shift_right(first, last, static_cast<std::ptrdiff_t>(steps));
    std::fill_n(first, steps, std::uint16_t{0});
    counter.hour = present;
}

void add_failure(loquet_counter& counter) {
    std::uint16_t& present = counter.failed_in_hour[0];
    if (present < std::numeric_limits<std::uint16_t>::max()) {
        ++present;
    }
}

std::uint32_t failures_in_an_hour(const loquet_counter& counter) {
    return std::uint32_t{counter.failed_in_hour[0]} + counter.failed_in_hour[1];
}

std::uint32_t failures_in_a_day(const loquet_counter& counter) {
    return std::accumulate(std::begin(counter.failed_in_hour), std::end(counter.failed_in_hour), std::uint32_t{0});
}

std::int64_t day_falls_below(const loquet_counter& counter, std::uint32_t limit) {
    std::uint32_t left = failures_in_a_day(counter);
    if (left < limit) {
        return 0;
    }
    int oldest = LOQUET_COUNTER_HOURS;
    while (left >= limit && oldest > 0) {
        --oldest;
        left -= counter.failed_in_hour[oldest];
    }
    // What happened `oldest` hours ago is forgotten when that hour leaves the memory.
    return (counter.hour - oldest + LOQUET_COUNTER_HOURS) * hour_ms;
}

} // namespace loquet::plugins_lockout
