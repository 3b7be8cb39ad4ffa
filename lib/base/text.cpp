// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/base/text.h"

#include <algorithm>
#include <array>
#include <cstdio>

namespace loquet::base {

namespace {

/// Length of the well-formed sequence at the start of `text`, 0 where there is none (RFC 3629, section 4).
std::size_t sequence_length(std::string_view text, char32_t& code_point) noexcept {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char first = byte(0);
    if (first < 0x80) {
        code_point = first;
        return 1;
    }
    std::size_t length = 0;
    char32_t smallest = 0;
    if ((first & 0xe0U) == 0xc0U) {
        length = 2, smallest = 0x80, code_point = first & 0x1fU;
    } else if ((first & 0xf0U) == 0xe0U) {
        length = 3, smallest = 0x800, code_point = first & 0x0fU;
    } else if ((first & 0xf8U) == 0xf0U) {
        length = 4, smallest = 0x10000, code_point = first & 0x07U;
    } else {
        return 0;
    }
    if (text.size() < length) {
        return 0;
    }
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xc0U) != 0x80U) {
            return 0;
        }
        code_point = code_point << 6U | (byte(i) & 0x3fU);
    }
    const bool surrogate = code_point >= 0xd800 && code_point <= 0xdfff;
    return code_point < smallest || code_point > 0x10ffff || surrogate ? 0 : length;
}

bool may_be_shown(char32_t c) noexcept {
    const bool control = c < 0x20 || (c >= 0x7f && c <= 0x9f);
    const bool direction =
        (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0x200e || c == 0x200f || c == 0x061c;
    const bool separator = c == 0x2028 || c == 0x2029 || c == 0xfeff;
    return !control && !direction && !separator;
}

template <class... Args>
void append_formatted(std::string& out, const char* format, Args... args) {
    std::array<char, 16> text{};
    std::snprintf(text.data(), text.size(), format, args...); // NOLINT: constant formats below
    out += text.data();
}

/// The next code point or stray byte of `text` from `at`, as it may be shown.
void append_shown(std::string& out, std::string_view text, std::size_t& at) {
    const std::size_t before = at;
    const auto code_point = next_code_point(text, at);
    if (!code_point) {
        append_formatted(out, "\\x%02x", static_cast<unsigned>(static_cast<unsigned char>(text[at])));
        ++at;
    } else if (may_be_shown(*code_point)) {
        out += text.substr(before, at - before);
    } else if (*code_point < 0x80) {
        append_formatted(out, "\\x%02x", static_cast<unsigned>(*code_point));
    } else {
        append_formatted(out, "\\u{%04x}", static_cast<unsigned>(*code_point));
    }
}

} // namespace

std::optional<char32_t> next_code_point(std::string_view text, std::size_t& at) noexcept {
    if (at >= text.size()) {
        return std::nullopt;
    }
    char32_t code_point = 0;
    const std::size_t length = sequence_length(text.substr(at), code_point);
    if (length == 0) {
        return std::nullopt;
    }
    at += length;
    return code_point;
}

bool is_utf8(std::string_view text) noexcept {
    std::size_t at = 0;
    while (at < text.size()) {
        if (static_cast<unsigned char>(text[at]) < 0x80) { // almost always, and then without more ado
            ++at;
        } else if (!next_code_point(text, at)) {
            return false;
        }
    }
    return true;
}

std::size_t count_code_points(std::string_view text) noexcept {
    return static_cast<std::size_t>(std::count_if(
        text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; }));
}

std::string printable(std::string_view text, std::size_t limit) {
    const std::string_view more = std::string_view("...").substr(0, limit);
    std::string out;
    out.reserve(std::min(text.size(), limit)); // what is a secret has no former copies then
    std::size_t room_for_more = 0;             // the longest beginning of `out` that "..." still fits behind
    std::size_t at = 0;
    while (at < text.size()) {
        append_shown(out, text, at);
        if (out.size() > limit) {
            out.resize(room_for_more);
            out += more;
            return out;
        }
        if (out.size() + more.size() <= limit) {
            room_for_more = out.size();
        }
    }
    return out;
}

bool is_printable(std::string_view text) noexcept {
    std::size_t at = 0;
    while (at < text.size()) {
        if (text[at] >= ' ' && text[at] <= '~') { // ASCII: almost always
            ++at;
            continue;
        }
        const auto code_point = next_code_point(text, at);
        if (!code_point || !may_be_shown(*code_point)) {
            return false;
        }
    }
    return true;
}

std::string lower_ascii(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return out;
}

std::string to_hex(std::span<const std::uint8_t> bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string out;
    out.reserve(bytes.size() * 2);
    for (const std::uint8_t byte : bytes) {
        out += digits[byte >> 4U];
        out += digits[byte & 15U];
    }
    return out;
}

} // namespace loquet::base
