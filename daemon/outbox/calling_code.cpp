// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/outbox/calling_code.h"

#include <algorithm>
#include <array>

namespace loquet::outbox {

namespace {

constexpr std::array<std::string_view, 44> of_two_digits{
    "20", "27", "30", "31", "32", "33", "34", "36", "39", "40", "41", "43", "44", "45", "46",
    "47", "48", "49", "51", "52", "53", "54", "55", "56", "57", "58", "60", "61", "62", "63",
    "64", "65", "66", "81", "82", "84", "86", "90", "91", "92", "93", "94", "95", "98"};

std::size_t length_of_code(std::string_view digits) {
    if (digits.starts_with('1') || digits.starts_with('7')) {
        return 1;
    }
    const std::string_view two = digits.substr(0, 2);
    const bool listed = std::find(of_two_digits.begin(), of_two_digits.end(), two) != of_two_digits.end();
    return listed ? 2 : 3;
}

} // namespace

std::string_view calling_code(std::string_view number) noexcept {
    if (!number.starts_with('+')) {
        return {};
    }
    const std::string_view digits = number.substr(1);
    const std::string_view code = digits.substr(0, length_of_code(digits));
    const bool whole = code.size() == length_of_code(digits)
                       && std::all_of(code.begin(), code.end(), [](char c) { return c >= '0' && c <= '9'; });
    return whole ? code : std::string_view{};
}

} // namespace loquet::outbox
