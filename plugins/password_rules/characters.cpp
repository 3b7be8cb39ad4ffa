// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugins/password_rules/characters.h"

#include <cwctype>
#include <stdexcept>

namespace loquet::plugins_password_rules {
namespace {

constexpr char32_t replacement = 0xFFFD;

/// U+00E0 to U+00FF without their accents; '.' stands where there is no such letter.
constexpr std::u32string_view without_accents = U"aaaaaa.ceeeeiiii.nooooo.ouuuuy.y";

char32_t strip_accent(char32_t c) {
    if (c < 0xE0 || c > 0xFF) {
        return c;
    }
    const char32_t bare = without_accents[c - 0xE0];
    return bare == U'.' ? c : bare;
}

/// How many bytes follow a first byte; -1 where it cannot be first.
int following(unsigned char first) {
    return first < 0x80 ? 0 : first < 0xC2 ? -1 : first < 0xE0 ? 1 : first < 0xF0 ? 2 : first < 0xF5 ? 3 : -1;
}

char32_t next(std::string_view utf8, std::size_t& at) {
    const auto first = static_cast<unsigned char>(utf8[at++]);
    const int more = following(first);
    if (more <= 0) {
        return more == 0 ? first : replacement;
    }
    char32_t c = first & (0x3FU >> more);
    std::size_t end = at;
    for (int n = 0; n < more; ++n, ++end) {
        if (end >= utf8.size() || (static_cast<unsigned char>(utf8[end]) & 0xC0U) != 0x80U) {
            return replacement;
        }
        c = c << 6 | (static_cast<unsigned char>(utf8[end]) & 0x3FU);
    }
    at = end;
    return c;
}

} // namespace

Characters read_characters(std::string_view utf8) {
    Characters characters;
    characters.reserve(utf8.size());
    for (std::size_t at = 0; at < utf8.size();) {
        characters.push_back(next(utf8, at));
    }
    return characters;
}

Alphabet::Alphabet() : locale_(newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr), freelocale) {
    if (!locale_) {
        throw std::runtime_error("this system has no locale C.UTF-8, which tells letters from other characters");
    }
}

bool Alphabet::is_letter(char32_t c) const {
    return iswalpha_l(static_cast<wint_t>(c), locale_.get()) != 0 && !is_digit(c);
}

bool Alphabet::is_upper(char32_t c) const {
    return iswupper_l(static_cast<wint_t>(c), locale_.get()) != 0;
}

bool Alphabet::is_lower(char32_t c) const {
    return iswlower_l(static_cast<wint_t>(c), locale_.get()) != 0;
}

Characters Alphabet::fold(const Characters& text) const {
    Characters folded;
    folded.reserve(text.size());
    for (const char32_t c : text) {
        folded.push_back(strip_accent(static_cast<char32_t>(towlower_l(static_cast<wint_t>(c), locale_.get()))));
    }
    return folded;
}

} // namespace loquet::plugins_password_rules
