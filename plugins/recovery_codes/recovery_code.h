// SPDX-License-Identifier: LGPL-2.1-or-later
// One recovery code: eight letters that are no vowels, so that they spell nothing, and without digits, so that none
// looks like another (RFC 8628, 6.1). 20^8 codes are 34 bits. Pure, any thread.
#pragma once

#include "lib/factor/keyed_hash.h"

#include <cstdint>
#include <functional>
#include <string_view>

namespace loquet::plugins_recovery_codes {

using factor::SecureBytes;

constexpr std::string_view alphabet = "BCDFGHJKLMNPQRSTVWXZ";
constexpr std::size_t code_letters = 8;

/// A number below its argument, each equally likely.
using RandomBelow = std::function<std::uint32_t(std::uint32_t)>;

[[nodiscard]] SecureBytes draw_code(const RandomBelow& random_below);

/// "BCDF-GHJK", as it is shown; people may type it as compact() takes it.
[[nodiscard]] SecureBytes shown(std::string_view code);

} // namespace loquet::plugins_recovery_codes
