// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/sms/gsm7.h"

#include <array>
#include <cstdint>
#include <utility>

namespace loquet::sms {

namespace {

// 23.038, 6.2.1; form feed and escape left out.
constexpr std::u32string_view basic = U"@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
                                      U"¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
constexpr std::u32string_view extended = U"^{}\\[~]|€"; ///< two septets each

constexpr std::array<std::pair<std::u32string_view, std::string_view>, 26> neighbours{{
    {U"âáãā", "a"}, {U"ÂÁÀÃ", "A"},   {U"ç", "c"},     {U"êëē", "e"},  {U"ÊËÈ", "E"},
    {U"îïíī", "i"}, {U"ÎÏÍÌ", "I"},   {U"ôóõō", "o"},  {U"ÔÓÒÕ", "O"}, {U"ûúū", "u"},
    {U"ÛÚÙ", "U"},  {U"ÿý", "y"},     {U"ŸÝ", "Y"},    {U"œ", "oe"},   {U"Œ", "OE"},
    {U"’‘‚", "'"},  {U"“”„«»", "\""}, {U"–—‑−‐", "-"}, {U"…", "..."},  {U"\u00A0\u202F\u2009\t", " "},
    {U"•·", "-"},   {U"°", "o"},      {U"š", "s"},     {U"ž", "z"},    {U"`´", "'"},
    {U"™", "TM"},
}};

/// Takes the first character away; what is no UTF-8 counts as a character that no alphabet has.
char32_t next(std::string_view& text) {
    const auto lead = static_cast<unsigned char>(text[0]);
    const std::size_t size = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    char32_t c = size == 1 ? lead : lead & (0xFFU >> (size + 1));
    if (size > text.size()) {
        text = {};
        return 0xFFFD;
    }
    for (std::size_t n = 1; n < size; ++n) {
        c = c << 6U | (static_cast<unsigned char>(text[n]) & 0x3FU);
    }
    text.remove_prefix(size);
    return c;
}

} // namespace

SmsSize size_of_sms(std::string_view text) {
    bool gsm7 = true;
    unsigned septets = 0;
    unsigned ucs2 = 0;
    while (!text.empty()) {
        const char32_t c = next(text);
        const bool extra = extended.find(c) != std::u32string_view::npos;
        gsm7 = gsm7 && (extra || basic.find(c) != std::u32string_view::npos);
        septets += extra ? 2 : 1;
        ucs2 += c > 0xFFFF ? 2 : 1;
    }
    const unsigned units = gsm7 ? septets : ucs2;
    const unsigned alone = gsm7 ? 160 : 70;
    const unsigned part = gsm7 ? 153 : 67;
    return {gsm7, units, units <= alone ? 1 : (units + part - 1) / part};
}

std::string transliterated(std::string_view text) {
    std::string out;
    out.reserve(3 * text.size()); // no shorter copy is left behind
    while (!text.empty()) {
        const std::string_view before = text;
        const char32_t c = next(text);
        std::string_view chosen = before.substr(0, before.size() - text.size());
        for (const auto& [from, to] : neighbours) {
            if (from.find(c) != std::u32string_view::npos) {
                chosen = to;
            }
        }
        out.append(chosen);
    }
    return out;
}

} // namespace loquet::sms
