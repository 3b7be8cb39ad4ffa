// SPDX-License-Identifier: LGPL-2.1-or-later
// Numbers at the end of our object paths. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace loquet::api {

/// "/org/loquet/Auth1/account/30001" under ".../account" -> 30001; nothing for any other form ("007", "-1", deeper).
[[nodiscard]] std::optional<std::uint64_t> number_in(std::string_view path, std::string_view prefix) noexcept;
/// The same, or Error (not_found).
[[nodiscard]] std::uint64_t require_number_in(std::string_view path, std::string_view prefix);

} // namespace loquet::api
