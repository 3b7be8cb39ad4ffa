// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/recovery/typed_code.h"

#include "lib/base/text.h"

#include <algorithm>
#include <array>
#include <utility>

namespace loquet::recovery {

using base::Secret;
using base::SecureBytes;

namespace {

bool is_passed_over(char32_t c) {
    constexpr std::u32string_view blanks = U" \t\u00A0\u2007\u2009\u202F"; // French texts group digits by thin ones
    return c == U'-' || c == U'.' || blanks.find(c) != std::u32string_view::npos;
}

} // namespace

char digit_of_french_key(char32_t c) {
    constexpr std::array<std::pair<char32_t, char>, 13> keys{{{U'&', '1'},
                                                              {U'\u00E9', '2'},
                                                              {U'\u00C9', '2'},
                                                              {U'"', '3'},
                                                              {U'\'', '4'},
                                                              {U'(', '5'},
                                                              {U'\u00E8', '7'},
                                                              {U'\u00C8', '7'},
                                                              {U'_', '8'},
                                                              {U'\u00E7', '9'},
                                                              {U'\u00C7', '9'},
                                                              {U'\u00E0', '0'},
                                                              {U'\u00C0', '0'}}};
    const auto* const key = std::ranges::find(keys, c, &std::pair<char32_t, char>::first);
    return key == keys.end() ? '\0' : key->second;
}

namespace {

bool holds_french_key(std::string_view typed) {
    for (std::size_t at = 0; at < typed.size();) {
        const auto c = base::next_code_point(typed, at);
        if (!c) {
            return false;
        }
        if (digit_of_french_key(*c) != '\0') {
            return true;
        }
    }
    return false;
}

} // namespace

Secret code_in(std::string_view typed) {
    const bool french = holds_french_key(typed);
    SecureBytes code;
    code.reserve(code_digits);
    for (std::size_t at = 0; at < typed.size();) {
        const auto c = base::next_code_point(typed, at);
        if (!c) {
            return {};
        }
        if (is_passed_over(*c) && !(french && *c == U'-')) {
            continue;
        }
        char digit = *c == U'-' ? '6' : digit_of_french_key(*c);
        if (*c >= U'0' && *c <= U'9') {
            digit = static_cast<char>(*c);
        }
        if (digit == '\0' || code.size() == code_digits) {
            return {};
        }
        code.push_back(static_cast<std::uint8_t>(digit));
    }
    return code.size() == code_digits ? Secret(std::move(code)) : Secret();
}

} // namespace loquet::recovery
