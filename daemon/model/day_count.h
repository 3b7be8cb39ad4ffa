// SPDX-License-Identifier: LGPL-2.1-or-later
// How often something happened within a day, and what is counted so: messages against a budget, and codes that were
// used. Plain values on the daemon's steady clock.
#pragma once

#include "lib/base/clock.h"

#include <array>
#include <cstddef>
#include <cstdint>

namespace loquet::model {

/// A day that moves with the clock, by the hour: the hour that runs and the 24 before it. So nothing is forgotten
/// before a day has passed, and nobody gets two days' worth around midnight.
struct DayCount {
    static constexpr std::size_t hours = 25;

    std::int64_t hour = 0;                      ///< since 1970, of by_hour[0]
    std::array<std::uint32_t, hours> by_hour{}; ///< newest first

    void add(base::Milliseconds now);
    [[nodiscard]] std::uint64_t within_day(base::Milliseconds now) const;
    friend bool operator==(const DayCount&, const DayCount&) = default;
};

/// What was spent of one budget.
struct Usage {
    DayCount unproven; ///< asked for by somebody who had proved nothing
    DayCount proven;   ///< asked for after a factor was right in the same dialog
    friend bool operator==(const Usage&, const Usage&) = default;
};

/// What became of the codes of one medium.
struct CodeUse {
    DayCount sent;
    DayCount used;
    friend bool operator==(const CodeUse&, const CodeUse&) = default;
};

} // namespace loquet::model
