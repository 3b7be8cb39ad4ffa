// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/bus/object_tree.h"

#include <charconv>

namespace loquet::bus {

std::optional<std::uint64_t> number_in(std::string_view path, std::string_view prefix) noexcept {
    if (!path.starts_with(prefix) || path.size() < prefix.size() + 2 || path[prefix.size()] != '/') {
        return std::nullopt;
    }
    const std::string_view digits = path.substr(prefix.size() + 1);
    if (digits.front() == '0' && digits.size() > 1) {
        return std::nullopt;
    }
    std::uint64_t number = 0;
    const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (failure != std::errc() || end != digits.data() + digits.size()) {
        return std::nullopt;
    }
    return number;
}

} // namespace loquet::bus
