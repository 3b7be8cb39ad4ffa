// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugins/password_rules/strength.h"

#include <gtest/gtest.h>

#include <ctime>

namespace loquet::plugins_password_rules {
namespace {

int level(const std::string& candidate) {
    return weigh(read_characters(candidate), {}).level;
}

TEST(Strength, GoesFromVeryWeakToVeryStrong) {
    EXPECT_EQ(level("password"), 0);
    EXPECT_EQ(level("marseille123"), 1);
    EXPECT_EQ(level("Soleil42"), 2);
    EXPECT_EQ(level("zebra7zebra"), 3);
    EXPECT_EQ(level("correct horse battery staple"), 4);
}

TEST(Strength, DoesNotRewardTheBytesOfAnAccent) {
    const auto accents = weigh(read_characters("éééééééé"), {});
    EXPECT_LE(accents.level, 1);
    EXPECT_LE(level("€€€€€€"), 1);
}

TEST(Strength, LooksAtAHundredCharacters) {
    std::string weak;
    while (weak.size() < characters_weighed) {
        weak += "abcdefghij";
    }
    EXPECT_EQ(weak.size(), characters_weighed);
    EXPECT_EQ(level(weak), level(weak + "9#kV!qz$Lp0w8~Rm"));
    EXPECT_LT(level(weak.substr(16)), level(weak.substr(16) + "9#kV!qz$Lp0w8~Rm"));
}

TEST(Strength, OfTheLongestCandidatesIsFoundWithinAFractionOfTheDeadline) {
    for (const std::string& piece :
         {std::string("a"), std::string("password"), std::string("4@a"), std::string("19")}) {
        std::string candidate;
        while (candidate.size() < 4096) {
            candidate += piece;
        }
        const std::clock_t begin = std::clock(); // of this process: a busy machine does not matter
        (void)level(candidate);
        EXPECT_LT(std::clock() - begin, CLOCKS_PER_SEC / 2) << piece;
    }
}

TEST(Strength, TakesANulForABlank) {
    EXPECT_EQ(level(std::string("ab\0kV!qz$Lp0", 12)), level("ab kV!qz$Lp0"));
}

} // namespace
} // namespace loquet::plugins_password_rules
