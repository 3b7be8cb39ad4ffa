// SPDX-License-Identifier: LGPL-2.1-or-later
// A small sum for a person to do: how it is made and how its answer is read. Pure values, any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

namespace loquet::plugins_arithmetic {

struct Question {
    std::uint32_t a = 0;
    std::uint32_t b = 0;
    char sign = '+'; ///< or '-', where b is at most a

    [[nodiscard]] std::uint32_t answer() const { return sign == '+' ? a + b : a - b; }
};

/// A number below its argument, each equally likely.
using RandomBelow = std::function<std::uint32_t(std::uint32_t)>;

/// Numbers from 1 to `largest`; the answer is never negative.
[[nodiscard]] Question make_question(std::uint32_t largest, const RandomBelow& random_below);

/// What was typed, as a number: one to six digits 0-9, blanks around them (also the no-break space) do not matter.
/// Nothing where it is anything else.
[[nodiscard]] std::optional<std::uint32_t> read_answer(std::string_view typed);

} // namespace loquet::plugins_arithmetic
