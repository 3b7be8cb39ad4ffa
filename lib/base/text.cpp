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

namespace {

constexpr std::string_view hidden = "***";
constexpr std::size_t shortest_word = 3;
constexpr std::size_t telling_digits = 8; // of a number: what stands before them is the country's, or a "0"

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/// What an unquoted local part, or a domain, may hold (RFC 5322, 3.2.3).
bool is_of_a_word(char c) {
    constexpr std::string_view others = "!#$%&*+-/=?^_`{|}~";
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || others.find(c) != std::string_view::npos;
}

/// `whole`: only where nothing before or behind it belongs to the same word.
std::string without(std::string_view said, std::string_view word, bool whole) {
    const std::string lower = lower_ascii(said);
    const std::string wanted = lower_ascii(word);
    std::string out;
    std::size_t done = 0;
    for (std::size_t at = lower.find(wanted); at != std::string::npos; at = lower.find(wanted, at + 1)) {
        const std::size_t end = at + wanted.size();
        const bool inside = (at > 0 && is_of_a_word(lower[at - 1])) || (end < lower.size() && is_of_a_word(lower[end]));
        if (at >= done && !(whole && inside)) {
            out.append(said.substr(done, at - done)).append(hidden);
            done = end;
        }
    }
    return out.append(said.substr(done));
}

std::string without_number(std::string_view said, std::string_view digits) {
    const std::string_view telling = digits.substr(digits.size() - std::min(digits.size(), telling_digits));
    std::string out;
    while (!said.empty()) {
        const auto begin = std::ranges::find_if(said, is_digit);
        const auto end = std::find_if_not(begin, said.end(), is_digit);
        const std::string_view run(begin, end);
        out.append(said.begin(), begin).append(run.ends_with(telling) ? hidden : run);
        said = std::string_view(end, said.end());
    }
    return out;
}

} // namespace

std::string without_address(std::string_view said, std::string_view address) {
    const std::size_t at = address.find('@');
    if (address.empty()) {
        return std::string(said);
    }
    if (at == std::string_view::npos) {
        const bool number = address.front() == '+' && std::ranges::all_of(address.substr(1), is_digit);
        return number && address.size() > 1 ? without_number(said, address.substr(1)) : without(said, address, false);
    }
    const std::string out = without(said, address, false);
    return at < shortest_word ? out : without(out, address.substr(0, at), true);
}

} // namespace loquet::base
