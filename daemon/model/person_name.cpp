// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/model/person_name.h"

#include "lib/base/text.h"

#include <locale.h>

#include <algorithm>
#include <cwctype>
#include <optional>

namespace loquet::model {

namespace {

// The letter without its marks, of each character from the first one on; ' ' where there is none in ASCII.
constexpr char32_t first_latin = U'\u00C0';
constexpr std::string_view latin = "aaaaaa ceeeeiiiidnooooo ouuuuy  aaaaaa ceeeeiiiidnooooo ouuuuy y"
                                   "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkkklllllll"
                                   "lllnnnnnn nnoooooo  rrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";
constexpr char32_t first_additional = U'\u1E00';
constexpr std::string_view additional = "aabbbbbbccddddddddddeeeeeeeeeeffgghhhhhhhhhhiiiikkkkkkllllllllmm"
                                        "mmmmnnnnnnnnoooooooopppprrrrrrrrssssssssssttttttttuuuuuuuuuuvvvv"
                                        "wwwwwwwwwwxxxxyyzzzzzzhtwyas    aaaaaaaaaaaaaaaaaaaaaaaaeeeeeeee"
                                        "eeeeeeeeiiiioooooooooooooooooooooooouuuuuuuuuuuuuuyyyyyyyy      ";

std::string_view letters_of_ligature(char32_t c) {
    switch (c) {
    case U'\u00C6':
    case U'\u00E6':
        return "ae";
    case U'\u0152':
    case U'\u0153':
        return "oe";
    case U'\u0132':
    case U'\u0133':
        return "ij";
    case U'\u00DF':
    case U'\u1E9E':
        return "ss";
    case U'\u00DE':
    case U'\u00FE':
        return "th";
    default:
        return {};
    }
}

char without_marks(char32_t c) {
    const auto in = [c](char32_t first, std::string_view table) {
        return c >= first && c < first + table.size() ? table[c - first] : ' ';
    };
    const char letter = in(first_latin, latin);
    return letter == ' ' ? in(first_additional, additional) : letter;
}

bool is_mark(char32_t c) {
    return c >= U'\u0300' && c <= U'\u036F';
}

/// Latin letters and digits of East Asian width are the plain ones.
char32_t plain_width(char32_t c) {
    return c >= U'\uFF01' && c <= U'\uFF5E' ? c - U'\uFF01' + U'!' : c;
}

void append_utf8(std::string& out, char32_t c) {
    const auto byte = [&out](char32_t bits) { out += static_cast<char>(static_cast<unsigned char>(bits)); };
    if (c < 0x80) {
        byte(c);
    } else if (c < 0x800) {
        byte(0xC0 | c >> 6U);
        byte(0x80 | (c & 0x3FU));
    } else if (c < 0x10000) {
        byte(0xE0 | c >> 12U);
        byte(0x80 | (c >> 6U & 0x3FU));
        byte(0x80 | (c & 0x3FU));
    } else {
        byte(0xF0 | c >> 18U);
        byte(0x80 | (c >> 12U & 0x3FU));
        byte(0x80 | (c >> 6U & 0x3FU));
        byte(0x80 | (c & 0x3FU));
    }
}

/// The C library knows the letters of all scripts, in a locale that every Debian has.
locale_t all_letters() {
    static const locale_t letters = ::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
    return letters;
}

/// Adds the character to the word; false where it parts words.
bool fold_into(std::string& word, char32_t typed) {
    const char32_t c = plain_width(typed);
    if (is_mark(c)) {
        return true;
    }
    if (const std::string_view ligature = letters_of_ligature(c); !ligature.empty()) {
        word += ligature;
        return true;
    }
    if (const char letter = without_marks(c); letter != ' ') {
        word += letter;
        return true;
    }
    const auto wide = static_cast<wint_t>(c);
    if (all_letters() == nullptr ? c >= 0x80 || std::iswalnum(wide) != 0 : ::iswalnum_l(wide, all_letters()) != 0) {
        append_utf8(word, all_letters() == nullptr ? c : static_cast<char32_t>(::towlower_l(wide, all_letters())));
        return true;
    }
    return false;
}

} // namespace

std::vector<std::string> folded_words(std::string_view name) {
    std::vector<std::string> words;
    std::string word;
    const auto end_word = [&] {
        if (!word.empty()) {
            words.push_back(std::move(word));
            word.clear();
        }
    };
    for (std::size_t at = 0; at < name.size();) {
        const auto c = base::next_code_point(name, at);
        if (!c) {
            ++at;
        }
        if (!c || !fold_into(word, *c)) {
            end_word();
        }
    }
    end_word();
    return words;
}

bool begin_words_of(const std::vector<std::string>& wanted, std::string_view name) {
    const std::vector<std::string> words = folded_words(name);
    return std::ranges::all_of(wanted, [&](const std::string& each) {
        return std::ranges::any_of(words, [&](const std::string& word) { return word.starts_with(each); });
    });
}

} // namespace loquet::model
