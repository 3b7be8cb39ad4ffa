// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugins/arithmetic/arithmetic.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace loquet::plugins_arithmetic {
namespace {

TEST(AQuestion, NeverHasANegativeAnswerNorANumberOutsideItsRange) {
    std::mt19937 random(3);
    std::map<char, int> signs;
    for (int n = 0; n < 20'000; ++n) {
        const Question question =
            make_question(20, [&](std::uint32_t bound) { return static_cast<std::uint32_t>(random()) % bound; });
        ++signs[question.sign];
        ASSERT_GE(question.a, 1U);
        ASSERT_LE(question.a, 20U);
        ASSERT_GE(question.b, 1U);
        ASSERT_LE(question.b, question.sign == '-' ? question.a : 20U);
        ASSERT_LE(question.answer(), 40U);
    }
    EXPECT_EQ(signs.size(), 2U);
    EXPECT_GT(signs['-'], 9000);
}

TEST(AnAnswer, IsReadWithBlanksAroundIt) {
    for (const char* typed : {"12", " 12", "12 ", "\t12\t ", "\xC2\xA0 12\xE2\x80\xAF", "012"}) {
        EXPECT_EQ(read_answer(typed), 12U) << typed;
    }
    EXPECT_EQ(read_answer("0"), 0U);
    EXPECT_EQ(read_answer("999999"), 999'999U);
}

TEST(AnAnswer, IsNothingElseThanDigits) {
    for (const char* typed : {"", " ", "1 2", "+12", "-12", "12.", "0x12", "twelve", "1e1", "1000000", "12\n",
                              "\xD9\xA1\xD9\xA2" /* Arabic-Indic */, "12\xC2"}) {
        EXPECT_EQ(read_answer(typed), std::nullopt) << typed;
    }
    EXPECT_EQ(read_answer(std::string_view("12\0", 3)), std::nullopt);
}

enum class Said { nothing, asked, granted, denied };

/// A dialog as the daemon leads it: keeps the dialog state, hands answers over.
class ADialog : public testing::Test {
protected:
    template <class Step>
    Said run(const Step& step, int operation, const std::vector<std::string>& answers = {}) {
        std::vector<loquet_text> lent;
        lent.reserve(answers.size());
        for (const auto& answer : answers) {
            lent.push_back(sdk::text(answer));
        }
        const std::string state = dialog_state;
        const loquet_step_request request{sizeof request, operation,   nullptr,       0,  {}, sdk::bytes(state),
                                          lent.data(),    lent.size(), 1'700'000'000, {}, {}};
        said = Said::nothing;
        sdk::StepOutput out(output);
        step.run(sdk::StepRequest(request), out);
        return said;
    }

    static ADialog& self(void* context) { return *static_cast<ADialog*>(context); }
    static void on_ask(void* context, int style, loquet_text name, const loquet_message* message) {
        EXPECT_EQ(style, LOQUET_PROMPT_VISIBLE);
        EXPECT_EQ(sdk::view(name), "challenge");
        EXPECT_EQ(sdk::view(message->id), "arithmetic.question");
        self(context).said = Said::asked;
        for (std::size_t n = 0; n < message->variable_count; ++n) {
            const auto& variable = message->variables[n];
            self(context).shown[std::string(sdk::view(variable.name))] = sdk::view(variable.value);
        }
    }
    static void on_wait(void* /*context*/, const loquet_message* /*message*/, std::uint32_t /*poll*/) { FAIL(); }
    static void on_grant(void* context) { self(context).said = Said::granted; }
    static void on_deny(void* context) { self(context).said = Said::denied; }
    static void on_account_state(void* /*context*/, loquet_bytes /*state*/) { FAIL(); }
    static void on_dialog_state(void* context, loquet_bytes state) { self(context).dialog_state = sdk::view(state); }
    static void on_note(void* /*context*/, loquet_text /*text*/) { FAIL(); }
    static void on_send(void* /*context*/, const loquet_outgoing* /*outgoing*/) { FAIL(); }
    static void on_skip(void* /*context*/) { FAIL(); }
    static int on_random(void* context, void* data, std::size_t size) {
        if (self(context).no_random) {
            return -1;
        }
        for (std::size_t n = 0; n < size; ++n) {
            static_cast<unsigned char*>(data)[n] = static_cast<unsigned char>(self(context).random());
        }
        return 0;
    }

    [[nodiscard]] std::string right_answer() {
        const int a = std::stoi(shown["a"]);
        const int b = std::stoi(shown["b"]);
        return std::to_string(shown["sign"] == "+" ? a + b : a - b);
    }
    [[nodiscard]] std::string wrong_answer() { return std::to_string(std::stoi(right_answer()) + 1); }

    std::string dialog_state;
    std::map<std::string, std::string> shown;
    Said said = Said::nothing;
    bool no_random = false;
    std::mt19937 random{11};
    const loquet_host host{sizeof host, this, nullptr, on_random};
    const loquet_option_value largest{sizeof largest, "largest", LOQUET_OPTION_INTEGER, {}, 20, nullptr, 0};
    const loquet_step_output output{sizeof output,   this,    on_ask,  on_wait, on_grant, on_deny, on_account_state,
                                    on_dialog_state, on_note, on_send, on_skip};
    const Arithmetic arithmetic{sdk::Host(host), sdk::Options(&largest, 1)};
};

TEST_F(ADialog, BONUS_7_AsksASumAndGrantsTheRightAnswer) {
    for (int n = 0; n < 500; ++n) {
        ASSERT_EQ(run(arithmetic, LOQUET_STEP_BEGIN), Said::asked);
        ASSERT_EQ(run(arithmetic, LOQUET_STEP_ANSWER, {right_answer()}), Said::granted);
    }
}

TEST_F(ADialog, DeniesAWrongAnswerAndNoAnswerAndTooMany) {
    for (const auto& answers : {std::vector<std::string>{"x"}, {""}, {}, {"1", "2"}}) {
        ASSERT_EQ(run(arithmetic, LOQUET_STEP_BEGIN), Said::asked);
        EXPECT_EQ(run(arithmetic, LOQUET_STEP_ANSWER, answers), Said::denied);
    }
    ASSERT_EQ(run(arithmetic, LOQUET_STEP_BEGIN), Said::asked);
    EXPECT_EQ(run(arithmetic, LOQUET_STEP_ANSWER, {right_answer(), right_answer()}), Said::denied);
    ASSERT_EQ(run(arithmetic, LOQUET_STEP_BEGIN), Said::asked);
    EXPECT_EQ(run(arithmetic, LOQUET_STEP_ANSWER, {wrong_answer()}), Said::denied);
}

/// The check of T25: wrong, then right, for the same question.
template <class Dialog, class Step>
Said wrong_then_right(Dialog& dialog, const Step& step) {
    dialog(step, LOQUET_STEP_BEGIN, 0);
    dialog(step, LOQUET_STEP_ANSWER, 1);
    return dialog(step, LOQUET_STEP_ANSWER, 2);
}

/// Like Arithmetic, but leaves the question where it is.
struct Naive {
    const Arithmetic& arithmetic;
    void run(const sdk::StepRequest& request, sdk::StepOutput& output) const {
        if (request.operation() == LOQUET_STEP_BEGIN) {
            arithmetic.run(request, output);
        } else if (request.answer(0) == request.dialog_state()) {
            output.grant();
        } else {
            output.deny();
        }
    }
};

TEST_F(ADialog, T25_TakesOneAnswerAQuestionWhateverItIs) {
    const auto with = [this](const auto& step, int operation, int kind) {
        return kind == 0 ? run(step, operation) : run(step, operation, {kind == 1 ? wrong_answer() : right_answer()});
    };
    EXPECT_EQ(wrong_then_right(with, arithmetic), Said::denied);
    EXPECT_EQ(wrong_then_right(with, Naive{arithmetic}), Said::granted) << "the check must be able to fail";
}

TEST_F(ADialog, T25_DoesNotTakeARightAnswerTwice) {
    run(arithmetic, LOQUET_STEP_BEGIN);
    ASSERT_EQ(run(arithmetic, LOQUET_STEP_ANSWER, {right_answer()}), Said::granted);
    EXPECT_EQ(run(arithmetic, LOQUET_STEP_ANSWER, {right_answer()}), Said::denied);
}

TEST_F(ADialog, DeniesWhereNothingWasAsked) {
    EXPECT_EQ(run(arithmetic, LOQUET_STEP_ANSWER, {""}), Said::denied);
    EXPECT_EQ(run(arithmetic, LOQUET_STEP_ANSWER, {"0"}), Said::denied);
}

TEST_F(ADialog, T19_AsksNothingWithoutRandomBytes) {
    no_random = true;
    EXPECT_THROW(run(arithmetic, LOQUET_STEP_BEGIN), std::runtime_error);
    EXPECT_EQ(said, Said::nothing);
}

TEST_F(ADialog, HasNothingToEnrol) {
    EXPECT_THROW(run(arithmetic, LOQUET_STEP_ENROL_BEGIN), std::invalid_argument);
}

TEST_F(ADialog, DrawsEveryNumberEquallyOften) {
    std::map<std::uint32_t, int> seen;
    const sdk::Host services(host);
    for (int n = 0; n < 60'000; ++n) {
        ++seen[services.random_below(6)];
    }
    ASSERT_EQ(seen.size(), 6U);
    for (const auto& [number, times] : seen) {
        EXPECT_NEAR(times, 10'000, 500) << number;
    }
}

} // namespace
} // namespace loquet::plugins_arithmetic
