// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/factor/typed_code.h"

#include <algorithm>
#include <array>

namespace loquet::factor {
namespace {

// Space, tab, hyphen; the no-break spaces that French keyboards and pasted texts bring (U+00A0, U+202F); the hyphens
// and dashes that a text program makes of a typed one (U+2010, U+2011, U+2013).
constexpr std::array<std::string_view, 8> separators{
    " ", "\t", "-", "\xC2\xA0", "\xE2\x80\xAF", "\xE2\x80\x90", "\xE2\x80\x91", "\xE2\x80\x93"};

} // namespace

sdk::SecureText compact(std::string_view typed) {
    sdk::SecureText out;
    out.reserve(typed.size());
    while (!typed.empty()) {
        const auto* const separator = std::find_if(separators.begin(), separators.end(),
                                                   [&](std::string_view each) { return typed.starts_with(each); });
        if (separator != separators.end()) {
            typed.remove_prefix(separator->size());
            continue;
        }
        const char c = typed.front();
        out.push_back(c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c);
        typed.remove_prefix(1);
    }
    return out;
}

} // namespace loquet::factor
