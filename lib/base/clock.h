// SPDX-License-Identifier: LGPL-2.1-or-later
// Time as a value that can be faked: decisions take instants, only the composition root knows a real clock. Any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace loquet::base {

using Milliseconds = std::chrono::milliseconds;

/// As the bus and the event loop count a time; 0 for what lies before the beginning.
[[nodiscard]] constexpr std::uint64_t microseconds(Milliseconds time) noexcept {
    return time.count() <= 0 ? 0 : static_cast<std::uint64_t>(time.count()) * 1000U;
}

class Clock {
public:
    virtual ~Clock() = default;
    /// Milliseconds since 1970-01-01 UTC (CLOCK_REALTIME). May jump either way.
    [[nodiscard]] virtual Milliseconds wall() const = 0;
    /// Milliseconds since the machine started, suspend included (CLOCK_BOOTTIME). Never goes back within one boot.
    [[nodiscard]] virtual Milliseconds boottime() const = 0;
    /// Changes with every boot; 32 hexadecimal digits.
    [[nodiscard]] virtual const std::string& boot_id() const = 0;
};

class SystemClock final : public Clock {
public:
    SystemClock();
    [[nodiscard]] Milliseconds wall() const override;
    [[nodiscard]] Milliseconds boottime() const override;
    [[nodiscard]] const std::string& boot_id() const override { return boot_id_; }

private:
    std::string boot_id_;
};

/// "2026-11-23T07:58:12Z": RFC 3339, seconds, UTC.
[[nodiscard]] std::string rfc3339(Milliseconds wall);

} // namespace loquet::base
