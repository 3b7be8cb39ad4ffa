// SPDX-License-Identifier: LGPL-2.1-or-later
// The counter that a lockout policy judges by; the C++ twin of loquet_counter (sdk/include/loquet/lockout.h), whose
// comments give the meaning of each field. Plain value.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace loquet::protocol {

struct Counter {
    static constexpr std::size_t hours = 25;

    std::uint32_t consecutive = 0;
    std::uint32_t since_lock = 0;
    std::int64_t last_failure = 0;
    std::int64_t last_success = 0;
    std::int64_t locked_until = 0;
    bool disabled = false;
    std::int64_t hour = 0;
    std::array<std::uint16_t, hours> failed_in_hour{};

    friend bool operator==(const Counter&, const Counter&) = default;
};

} // namespace loquet::protocol
