// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugin_host/deliveries.h"

#include "lib/base/error.h"
#include "lib/base/limits.h"

#include <algorithm>
#include <utility>

namespace loquet::plugin_host {

using base::Milliseconds;

bool Deliveries::full() const noexcept {
    return in_flight_.size() >= limits::deliveries_in_flight;
}

std::uint64_t Deliveries::add(const Requester& requester, Milliseconds now, Milliseconds deadline) {
    const Milliseconds due = now + deadline - std::min(headway, deadline / 4);
    in_flight_.emplace(++last_number_, Delivery{requester, due});
    return last_number_;
}

std::optional<Requester> Deliveries::finish(std::uint64_t number) {
    const auto found = in_flight_.find(number);
    if (found == in_flight_.end()) {
        throw base::Error(base::Error::Kind::invalid, "it told of a delivery that is not in flight");
    }
    const auto requester = found->second.requester;
    in_flight_.erase(found);
    return requester;
}

std::vector<Requester> Deliveries::take_overdue(Milliseconds now) {
    std::vector<Requester> overdue;
    for (auto& [number, delivery] : in_flight_) {
        if (delivery.requester && now >= delivery.due) {
            overdue.push_back(*std::exchange(delivery.requester, std::nullopt));
        }
    }
    return overdue;
}

bool Deliveries::is_stuck(Milliseconds now) const noexcept {
    return std::ranges::any_of(in_flight_, [now](const auto& entry) { return now >= entry.second.due + patience; });
}

Milliseconds Deliveries::quiet_for(Milliseconds now, Milliseconds most) const noexcept {
    Milliseconds quiet = most;
    for (const auto& [number, delivery] : in_flight_) {
        const Milliseconds next = delivery.requester ? delivery.due : delivery.due + patience;
        quiet = std::min(quiet, std::max(next - now, Milliseconds(0)));
    }
    return quiet;
}

} // namespace loquet::plugin_host
