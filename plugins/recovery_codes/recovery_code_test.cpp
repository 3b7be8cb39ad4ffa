// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/factor/keyed_hash.h"
#include "plugins/recovery_codes/recovery_code.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>
#include <string>

namespace loquet::plugins_recovery_codes {
namespace {

TEST(TheAlphabet, HasNoVowelNoDigitAndNoLetterTwice) {
    EXPECT_EQ(alphabet.find_first_of("AEIOUY0123456789"), std::string_view::npos);
    EXPECT_EQ(std::set<char>(alphabet.begin(), alphabet.end()).size(), alphabet.size());
}

TEST(ARecoveryCode, HasEightLettersOfTheAlphabetEachEquallyOften) {
    std::mt19937 random(7);
    std::map<char, int> seen;
    for (int n = 0; n < 10'000; ++n) {
        const SecureBytes code = draw_code(
            [&](std::uint32_t bound) { return std::uniform_int_distribution<std::uint32_t>(0, bound - 1)(random); });
        ASSERT_EQ(code.size(), code_letters);
        for (const char letter : code) {
            ++seen[letter];
        }
    }
    ASSERT_EQ(seen.size(), alphabet.size());
    for (const auto& [letter, times] : seen) {
        EXPECT_NE(alphabet.find(letter), std::string_view::npos);
        EXPECT_NEAR(times, 4000, 350) << letter;
    }
}

TEST(ARecoveryCode, IsShownInGroupsOfFourAndReadBack) {
    EXPECT_EQ(view(shown("BCDFGHJK")), "BCDF-GHJK");
    EXPECT_EQ(view(factor::compact(view(shown("BCDFGHJK")))), "BCDFGHJK");
}

} // namespace
} // namespace loquet::plugins_recovery_codes
