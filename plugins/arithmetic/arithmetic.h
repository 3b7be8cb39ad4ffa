// SPDX-License-Identifier: LGPL-2.1-or-later
// The step: asks a sum, grants when it is answered rightly, denies otherwise. The dialog state is the expected answer
// in digits; answering removes it whatever the answer is, so a question is good for one try.
#pragma once

#include <loquet/step.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

namespace loquet::plugins_arithmetic {

/// A small sum for a person to do: how it is made and how its answer is read.
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

class Arithmetic {
public:
    static const loquet_manifest& manifest();

    Arithmetic(sdk::Host host, const sdk::Options& options);
    void run(const sdk::StepRequest& request, sdk::StepOutput& output) const;

private:
    void ask(sdk::StepOutput& output) const;

    sdk::Host host_;
    std::uint32_t largest_;
};

} // namespace loquet::plugins_arithmetic
