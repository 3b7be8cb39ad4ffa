// SPDX-License-Identifier: LGPL-2.1-or-later
// The recovery codes of one account that are not used yet, as keyed hashes. A code has eight letters that are no
// vowels, so that they spell nothing, and no digits, so that none looks like another (RFC 8628, 6.1). 20^8 codes are 34
// bits. Pure values, any thread.
#pragma once

#include "lib/factor/keyed_hash.h"

#include <loquet/secure.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

namespace loquet::plugins_recovery_codes {

using factor::view;
using sdk::SecureText;

constexpr std::string_view alphabet = "BCDFGHJKLMNPQRSTVWXZ";
constexpr std::size_t code_letters = 8;

/// A number below its argument, each equally likely.
using RandomBelow = std::function<std::uint32_t(std::uint32_t)>;

[[nodiscard]] SecureText draw_code(const RandomBelow& random_below);

/// "BCDF-GHJK", as it is shown; people may type it as lib/factor/keyed_hash.h says.
[[nodiscard]] SecureText shown(std::string_view code);

constexpr std::size_t codes_in_all = 10;

struct CodeBook {
    factor::Salt salt{};
    std::vector<factor::Hash> unused; ///< at most codes_in_all
};

/// Which of them was typed. Compares with all of them whatever it finds, so that the time tells nothing.
[[nodiscard]] std::optional<std::size_t> find_code(const CodeBook& book, std::string_view key, std::string_view typed);

/// The book without that code.
[[nodiscard]] CodeBook without(CodeBook book, std::size_t code);

/// The form in which it is kept, and back; what is no such form throws DamagedState.
[[nodiscard]] SecureText encode(const CodeBook& book);
[[nodiscard]] CodeBook decode(std::string_view state);

} // namespace loquet::plugins_recovery_codes
