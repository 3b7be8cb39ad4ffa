// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/config/size.h"

#include <array>
#include <charconv>
#include <limits>
#include <utility>

namespace loquet::config {

namespace {

constexpr std::array<std::pair<std::string_view, unsigned>, 5> units{
    {{"", 0}, {"B", 0}, {"KiB", 10}, {"MiB", 20}, {"GiB", 30}}};

} // namespace

std::optional<Size> parse_size(std::string_view text) noexcept {
    std::uint64_t number = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (failed != std::errc()) {
        return std::nullopt;
    }
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    if (text == "%") {
        return number >= 1 && number <= 100 ? std::optional(Size{.percent = static_cast<std::uint32_t>(number)})
                                            : std::nullopt;
    }
    if (text.starts_with(' ')) {
        text.remove_prefix(1);
    }
    for (const auto& [unit, shift] : units) {
        if (text == unit && number <= std::numeric_limits<std::uint64_t>::max() >> shift) {
            return Size{.bytes = number << shift};
        }
    }
    return std::nullopt;
}

} // namespace loquet::config
