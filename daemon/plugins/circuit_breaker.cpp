// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/plugins/circuit_breaker.h"

#include <algorithm>
#include <utility>

namespace loquet::plugins {

void CircuitBreaker::failed(base::Milliseconds now) {
    while (!failures_.empty() && failures_.front() + failure_window <= now) {
        failures_.pop_front();
    }
    failures_.push_back(now);
    if (quarantined_ || failures_.size() >= failures_for_quarantine) {
        quarantined_ = true;
        failures_.clear();
        retry_at_ = now + quarantine;
        return;
    }
    delay_ = delay_ == base::Milliseconds(0) ? first_delay : std::min(2 * delay_, longest_delay);
    retry_at_ = now + delay_;
}

void CircuitBreaker::succeeded() {
    // The window stays: a plugin that fails every other call is as bad as one that always fails.
    delay_ = base::Milliseconds(0);
    quarantined_ = false;
}

base::Milliseconds RetryPause::next() {
    return std::exchange(next_, std::max(next_, std::min(2 * next_, longest)));
}

} // namespace loquet::plugins
