// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/model/counters.h"

#include "lib/base/limits.h"

#include <algorithm>
#include <tuple>

namespace loquet::model {

bool matters_less(const Counter& a, const Counter& b) noexcept {
    const auto weight = [](const Counter& c) {
        return std::tuple(c.disabled, c.locked_until, c.consecutive, std::max(c.last_failure, c.last_success));
    };
    return weight(a) < weight(b);
}

Counter AttemptCounters::seat(const Digest& seat) const {
    const auto found = std::find_if(seats.begin(), seats.end(), [&](const Seat& s) { return s.seat == seat; });
    return found == seats.end() ? Counter{} : found->counter;
}

void AttemptCounters::set_seat(const Digest& seat, const Counter& counter) {
    auto place = std::find_if(seats.begin(), seats.end(), [&](const Seat& s) { return s.seat == seat; });
    if (place == seats.end() && seats.size() >= limits::seats_per_account) {
        place = std::min_element(seats.begin(), seats.end(),
                                 [](const Seat& a, const Seat& b) { return matters_less(a.counter, b.counter); });
    }
    if (place == seats.end()) {
        seats.push_back({seat, counter});
    } else {
        *place = {seat, counter};
    }
}

} // namespace loquet::model
