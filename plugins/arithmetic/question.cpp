// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugins/arithmetic/question.h"

#include <array>
#include <charconv>

namespace loquet::plugins_arithmetic {
namespace {

constexpr std::size_t most_digits = 6;
// Space, tab, and the two no-break spaces that French keyboards and pasted texts bring (U+00A0, U+202F).
constexpr std::array<std::string_view, 4> blanks{" ", "\t", "\xC2\xA0", "\xE2\x80\xAF"};

std::string_view trim(std::string_view typed) {
    for (bool found = true; found;) {
        found = false;
        for (const std::string_view blank : blanks) {
            if (typed.starts_with(blank)) {
                typed.remove_prefix(blank.size());
                found = true;
            }
            if (typed.ends_with(blank)) {
                typed.remove_suffix(blank.size());
                found = true;
            }
        }
    }
    return typed;
}

} // namespace

Question make_question(std::uint32_t largest, const RandomBelow& random_below) {
    Question question;
    question.sign = random_below(2) == 0 ? '+' : '-';
    question.a = 1 + random_below(largest);
    question.b = 1 + random_below(question.sign == '+' ? largest : question.a);
    return question;
}

std::optional<std::uint32_t> read_answer(std::string_view typed) {
    const std::string_view digits = trim(typed);
    std::uint32_t value = 0;
    if (digits.empty() || digits.size() > most_digits) {
        return std::nullopt;
    }
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error != std::errc() || end != digits.data() + digits.size()) {
        return std::nullopt;
    }
    return value;
}

} // namespace loquet::plugins_arithmetic
