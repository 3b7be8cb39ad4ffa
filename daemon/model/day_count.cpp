// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/model/day_count.h"

#include <algorithm>
#include <chrono>
#include <limits>
#include <numeric>

namespace loquet::model {

namespace {

std::int64_t hour_of(base::Milliseconds now) {
    return std::chrono::floor<std::chrono::hours>(now).count();
}

/// Hours that have passed since the newest one that was counted; at most all of them.
std::size_t passed(const DayCount& count, base::Milliseconds now) {
    const std::int64_t hours = std::max<std::int64_t>(hour_of(now) - count.hour, 0);
    return static_cast<std::size_t>(std::min<std::int64_t>(hours, DayCount::hours));
}

} // namespace

void DayCount::add(base::Milliseconds now) {
    const std::size_t by = passed(*this, now);
    std::shift_right(by_hour.begin(), by_hour.end(), static_cast<std::ptrdiff_t>(by));
    std::fill_n(by_hour.begin(), by, 0U);
    hour = std::max(hour, hour_of(now));
    if (by_hour.front() < std::numeric_limits<std::uint32_t>::max()) {
        ++by_hour.front();
    }
}

std::uint64_t DayCount::within_day(base::Milliseconds now) const {
    return std::accumulate(by_hour.begin(), by_hour.end() - static_cast<std::ptrdiff_t>(passed(*this, now)),
                           std::uint64_t{0});
}

} // namespace loquet::model
