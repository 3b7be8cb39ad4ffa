// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugins/password_rules/characters.h"

#include <gtest/gtest.h>

namespace loquet::plugins_password_rules {
namespace {

std::u32string plain(const Characters& characters) {
    return {characters.begin(), characters.end()};
}

TEST(Characters, AreCodePoints) {
    EXPECT_EQ(plain(read_characters("aé€😀")), U"aé€😀");
    EXPECT_EQ(read_characters("e\xCC\x81").size(), 2U) << "a combining accent counts, nothing is normalised";
    EXPECT_TRUE(read_characters("").empty());
}

TEST(Characters, OfWhatIsNotUtf8AreReplacements) {
    EXPECT_EQ(plain(read_characters("a\xFFz")), U"a\uFFFDz");
    EXPECT_EQ(plain(read_characters("\xC3")), U"\uFFFD");
    EXPECT_EQ(plain(read_characters("\xE2\x82z")), U"\uFFFD\uFFFDz");
}

TEST(AnAlphabet, KnowsLettersOfManyScripts) {
    const Alphabet alphabet;
    for (const char32_t c : U"azAZéÉœŒяЯαΩß") {
        EXPECT_EQ(alphabet.is_letter(c), c != 0) << static_cast<std::uint32_t>(c);
    }
    for (const char32_t c : U"09 .-€😀×") {
        EXPECT_FALSE(alphabet.is_letter(c)) << static_cast<std::uint32_t>(c);
    }
}

TEST(AnAlphabet, FoldsCaseAndWesternAccents) {
    const Alphabet alphabet;
    EXPECT_EQ(plain(alphabet.fold(read_characters("ÉLODIE Çà Œuvre ñÿ ÆØ ЖЯ ÷"))), U"elodie ca œuvre ny æo жя ÷");
}

} // namespace
} // namespace loquet::plugins_password_rules
