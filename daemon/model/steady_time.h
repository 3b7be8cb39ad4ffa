// SPDX-License-Identifier: LGPL-2.1-or-later
// A clock that never goes back: not within a boot, not over a reboot, not when somebody sets the wall clock back.
// Lockout and everything else that must not be shortened by turning a clock is measured on it. Pure.
#pragma once

#include "lib/base/clock.h"

#include <algorithm>

namespace loquet::model {

class SteadyTime {
public:
    /// `stored` is the last value that was made durable (0: none). The first value is the later of that and the wall
    /// clock, so a machine that was off for a night has aged by a night, and one whose clock was set back has not
    /// grown younger.
    SteadyTime(base::Milliseconds stored, const base::Clock& clock)
        : base_(std::max(stored, clock.wall())), boot_(clock.boottime()) {}

    /// Moves with the boot clock; follows the wall clock forward (a machine that learns the time after start), never
    /// back.
    [[nodiscard]] base::Milliseconds now(const base::Clock& clock) {
        const base::Milliseconds boot = clock.boottime();
        base_ = std::max(base_ + (boot - boot_), clock.wall());
        boot_ = boot;
        return base_;
    }

    /// What `steady` is on the wall clock, for showing to a person.
    [[nodiscard]] base::Milliseconds on_wall(base::Milliseconds steady, const base::Clock& clock) {
        return steady - now(clock) + clock.wall();
    }

private:
    base::Milliseconds base_;
    base::Milliseconds boot_;
};

} // namespace loquet::model
