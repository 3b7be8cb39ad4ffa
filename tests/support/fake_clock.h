// SPDX-License-Identifier: LGPL-2.1-or-later
// A clock that stands still until a test moves it. One thread, or moved only while nobody reads.
#pragma once

#include "lib/base/clock.h"

#include <string>

namespace loquet::tests {

class FakeClock final : public base::Clock {
public:
    /// Starts on 2026-11-23 at 08:00:00 UTC, an hour after the machine was started.
    FakeClock() = default;

    [[nodiscard]] base::Milliseconds wall() const override { return wall_; }
    [[nodiscard]] base::Milliseconds boottime() const override { return boottime_; }
    [[nodiscard]] const std::string& boot_id() const override { return boot_id_; }

    /// Time passes: both clocks move.
    void advance(base::Milliseconds by) {
        wall_ += by;
        boottime_ += by;
    }
    /// Somebody sets the wall clock; `by` may be negative.
    void set_wall_by(base::Milliseconds by) { wall_ += by; }
    /// The machine was off for `off`: a new boot id, a boot clock near 0.
    void reboot(base::Milliseconds off) {
        wall_ += off;
        boottime_ = base::Milliseconds(1);
        boot_id_.front() = boot_id_.front() == 'a' ? 'b' : 'a';
    }

private:
    base::Milliseconds wall_{1795420800000};
    base::Milliseconds boottime_{3600000};
    std::string boot_id_ = "a0b1c2d3e4f5061728394a5b6c7d8e9f";
};

} // namespace loquet::tests
