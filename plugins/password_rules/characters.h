// SPDX-License-Identifier: LGPL-2.1-or-later
// Characters of a candidate (code points; a base letter and a combining accent count as two, nothing is normalised),
// in memory that forgets, and what kind of character each is. Any thread.
#pragma once

#include <locale.h>
#include <loquet/secure.hpp>

#include <cstddef>
#include <memory>
#include <string_view>
#include <type_traits>
#include <vector>

namespace loquet::plugins_password_rules {

using Characters = std::vector<char32_t, sdk::WipingAllocator<char32_t>>;

/// Reads UTF-8 that the host has checked; a byte that is no part of a character becomes one of its own (U+FFFD).
[[nodiscard]] Characters read_characters(std::string_view utf8);

/// What Unicode says of characters, from the C library's C.UTF-8 locale; the same in whatever language the host runs.
class Alphabet {
public:
    /// Throws std::runtime_error where the system has no C.UTF-8.
    Alphabet();

    [[nodiscard]] bool is_letter(char32_t c) const;
    [[nodiscard]] bool is_upper(char32_t c) const;
    [[nodiscard]] bool is_lower(char32_t c) const;

    /// For comparing names: lower case, and the accents of Western European letters off ("Élodie" as "elodie").
    [[nodiscard]] Characters fold(const Characters& text) const;

private:
    std::unique_ptr<std::remove_pointer_t<locale_t>, void (*)(locale_t)> locale_;
};

[[nodiscard]] constexpr bool is_digit(char32_t c) {
    return c >= U'0' && c <= U'9';
}

} // namespace loquet::plugins_password_rules
