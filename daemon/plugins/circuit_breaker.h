// SPDX-License-Identifier: LGPL-2.1-or-later
// When a plugin that failed may be tried again: a back-off that doubles, and a quarantine where it fails too often.
// A pure value: the caller says what time it is (CLOCK_BOOTTIME).
#pragma once

#include "lib/base/clock.h"

#include <deque>

namespace loquet::plugins {

class CircuitBreaker {
public:
    static constexpr base::Milliseconds first_delay{100};
    static constexpr base::Milliseconds longest_delay{30'000};
    static constexpr std::size_t failures_for_quarantine = 5;
    static constexpr base::Milliseconds failure_window{60'000};
    static constexpr base::Milliseconds quarantine{300'000};

    /// It crashed, hung, closed in the middle of a call or spoke garbage.
    void failed(base::Milliseconds now);
    /// Nobody listens at its socket: cheap to find out, so it is tried again soon, and never quarantined for it.
    void absent(base::Milliseconds now) { retry_at_ = now + first_delay; }
    /// A call was answered.
    void succeeded();

    [[nodiscard]] bool may_try(base::Milliseconds now) const { return now >= retry_at_; }
    [[nodiscard]] base::Milliseconds retry_at() const { return retry_at_; }
    /// True from the failure that was one too many until a call was answered: what is tried in between is a probe, and
    /// one failure brings the next quarantine.
    [[nodiscard]] bool quarantined() const { return quarantined_; }

private:
    std::deque<base::Milliseconds> failures_; ///< within the window, at most failures_for_quarantine
    base::Milliseconds delay_{0};
    base::Milliseconds retry_at_{0};
    bool quarantined_ = false;
};

/// How long the daemon waits before it asks by itself, because nobody else does, a plugin that does not answer.
class RetryPause {
public:
    static constexpr base::Milliseconds longest{30'000};

    explicit RetryPause(base::Milliseconds first) : first_(first), next_(first) {}
    /// Twice the one before.
    [[nodiscard]] base::Milliseconds next();
    void reset() { next_ = first_; }

private:
    base::Milliseconds first_;
    base::Milliseconds next_;
};

} // namespace loquet::plugins
