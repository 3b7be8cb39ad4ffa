// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugins/smtp/encoded_words.h"

#include <algorithm>

namespace loquet::plugins_smtp {

namespace {

constexpr std::size_t octets_per_word = 45; ///< 60 characters in base64, 72 with what is around them; 75 are the most
constexpr std::size_t longest_as_it_is = 60;

std::string base64(std::string_view octets) {
    constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string out;
    while (!octets.empty()) {
        const std::size_t count = std::min<std::size_t>(octets.size(), 3);
        unsigned group = 0;
        for (std::size_t n = 0; n < 3; ++n) {
            group = group << 8U | (n < count ? static_cast<unsigned char>(octets[n]) : 0U);
        }
        for (std::size_t n = 0; n < 4; ++n) {
            out += n <= count ? digits[group >> (18 - 6 * n) & 63U] : '=';
        }
        octets.remove_prefix(count);
    }
    return out;
}

bool continues_a_character(char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
}

bool is_printable_ascii(char c) {
    return c >= ' ' && c <= '~';
}

} // namespace

std::string encoded_words(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        std::size_t size = std::min(text.size(), octets_per_word);
        while (size < text.size() && size > octets_per_word - 3 && continues_a_character(text[size])) {
            --size; // RFC 2047, 5: no character is divided between two words
        }
        out.append(out.empty() ? "" : "\r\n ").append("=?UTF-8?B?").append(base64(text.substr(0, size))).append("?=");
        text.remove_prefix(size);
    }
    return out;
}

std::string unstructured(std::string_view text) {
    const bool plain = text.size() <= longest_as_it_is && std::ranges::all_of(text, is_printable_ascii)
                       && text.find("=?") == std::string_view::npos && !text.starts_with(' ') && !text.ends_with(' ');
    return plain ? std::string(text) : encoded_words(text);
}

std::string phrase(std::string_view text) {
    const auto is_plain = [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == ' ';
    };
    const bool plain = text.size() <= longest_as_it_is && std::ranges::all_of(text, is_plain)
                       && text.find("  ") == std::string_view::npos && !text.starts_with(' ') && !text.ends_with(' ');
    return plain ? std::string(text) : encoded_words(text);
}

} // namespace loquet::plugins_smtp
