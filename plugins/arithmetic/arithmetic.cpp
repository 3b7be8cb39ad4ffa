// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugins/arithmetic/arithmetic.h"

#include <array>
#include <charconv>
#include <iterator>

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

namespace {

constexpr loquet_option options_offered[] = {
    {"largest", LOQUET_OPTION_INTEGER, "20", "The largest number in a question; an answer can be twice as large.", 5,
     1000},
};

constexpr loquet_manifest the_manifest{
    sizeof(loquet_manifest),
    "arithmetic",
    "1.0",
    "Asks a simple addition or subtraction, to keep simple programs out; no proof of who somebody is.",
    nullptr,
    options_offered,
    std::size(options_offered),
};

/// True where the one answer is the one that the dialog expects.
bool is_right(const sdk::StepRequest& request) {
    const auto expected = read_answer(request.dialog_state());
    return expected && request.answer_count() == 1 && read_answer(request.answer(0)) == expected;
}

} // namespace

const loquet_manifest& Arithmetic::manifest() {
    return the_manifest;
}

Arithmetic::Arithmetic(sdk::Host host, const sdk::Options& options)
    : host_(host), largest_(static_cast<std::uint32_t>(options.integer("largest"))) {}

void Arithmetic::ask(sdk::StepOutput& output) const {
    const Question question =
        make_question(largest_, [this](std::uint32_t bound) { return host_.random_below(bound); });
    output.set_dialog_state(std::to_string(question.answer()));
    output.ask(LOQUET_PROMPT_VISIBLE, "challenge",
               sdk::Message("arithmetic.question", {{"a", std::to_string(question.a)},
                                                    {"sign", std::string(1, question.sign)},
                                                    {"b", std::to_string(question.b)}}));
}

void Arithmetic::run(const sdk::StepRequest& request, sdk::StepOutput& output) const {
    switch (request.operation()) {
    case LOQUET_STEP_BEGIN:
        ask(output);
        break;
    case LOQUET_STEP_ANSWER:
        output.set_dialog_state({}); // spent, right or wrong
        if (is_right(request)) {
            output.grant();
        } else {
            output.deny();
        }
        break;
    default:
        throw std::invalid_argument("there is nothing to enrol for arithmetic");
    }
}

} // namespace loquet::plugins_arithmetic

LOQUET_DEFINE_STEP(loquet::plugins_arithmetic::Arithmetic)
