// SPDX-License-Identifier: LGPL-2.1-or-later
// An amount of memory, absolute or relative to what the machine has: "256 MiB", "25%". Plain value.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace loquet::config {

struct Size {
    std::uint64_t bytes = 0;   ///< absolute, where percent is 0
    std::uint32_t percent = 0; ///< 1..100 of the whole

    /// Bytes, where `whole` bytes are what "100%" means.
    [[nodiscard]] std::uint64_t of(std::uint64_t whole) const noexcept {
        return percent == 0 ? bytes : whole / 100 * percent;
    }
    friend bool operator==(const Size&, const Size&) = default;
};

/// "268435456", "256 KiB", "256 MiB", "1 GiB" (the space may be left out), "25%". Nothing otherwise.
[[nodiscard]] std::optional<Size> parse_size(std::string_view text) noexcept;

} // namespace loquet::config
