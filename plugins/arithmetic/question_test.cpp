// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugins/arithmetic/question.h"

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

} // namespace
} // namespace loquet::plugins_arithmetic
