// SPDX-License-Identifier: LGPL-2.1-or-later
// The name of an instance of a plugin: also the name of its file and of its socket. Pure.
#pragma once

#include <algorithm>
#include <string_view>

namespace loquet::config {

inline constexpr std::string_view an_instance = "a name of 1 to 32 of a-z, 0-9 and '_', beginning with a letter";

[[nodiscard]] constexpr bool is_instance(std::string_view name) {
    const auto is_letter = [](char c) { return c >= 'a' && c <= 'z'; };
    return !name.empty() && name.size() <= 32 && is_letter(name.front())
           && std::all_of(name.begin(), name.end(),
                          [&](char c) { return is_letter(c) || c == '_' || (c >= '0' && c <= '9'); });
}

} // namespace loquet::config
