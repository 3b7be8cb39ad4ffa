// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/delivery/quotable.h"

#include <algorithm>

namespace loquet::delivery {

namespace {

bool is_word_character(char c) {
    // Bytes of letters beyond ASCII belong to words; a code may be written in groups with "-".
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c < 0;
}

bool could_be_a_code(std::string_view word) {
    const bool digit = std::ranges::any_of(word, [](char c) { return c >= '0' && c <= '9'; });
    return word.size() >= (digit ? 3U : 6U);
}

} // namespace

std::string quotable(std::string_view said, std::string_view text) {
    while (!text.empty()) {
        const auto begin = std::ranges::find_if(text, is_word_character);
        const auto end = std::find_if_not(begin, text.end(), is_word_character);
        const std::string_view word(begin, end);
        if (could_be_a_code(word) && said.find(word) != std::string_view::npos) {
            return "(it repeats the message, and is not quoted)";
        }
        text.remove_prefix(static_cast<std::size_t>(end - text.begin()));
    }
    return std::string(said);
}

std::string one_line(std::string_view said) {
    constexpr std::string_view white = " \t\r\n\v\f";
    std::string out;
    while (!said.empty()) {
        const std::size_t begin = std::min(said.find_first_not_of(white), said.size());
        const std::size_t end = std::min(said.find_first_of(white, begin), said.size());
        out.append(out.empty() || begin == end ? "" : " ").append(said.substr(begin, end - begin));
        said.remove_prefix(end);
    }
    return out;
}

} // namespace loquet::delivery
