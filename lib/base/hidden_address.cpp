// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/base/hidden_address.h"

#include "lib/base/text.h"

#include <algorithm>

namespace loquet::base {

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
