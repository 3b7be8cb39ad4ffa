// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/sms/gsm7.h"

#include <gtest/gtest.h>

#include <string>

namespace loquet::sms {
namespace {

TEST(AShortMessage, IsOneUpTo160SeptetsAndThenHasPartsOf153) {
    EXPECT_EQ(size_of_sms(std::string(160, 'x')).segments, 1U);
    EXPECT_EQ(size_of_sms(std::string(161, 'x')).segments, 2U);
    EXPECT_EQ(size_of_sms(std::string(306, 'x')).segments, 2U);
    EXPECT_EQ(size_of_sms(std::string(307, 'x')).segments, 3U);
    EXPECT_EQ(size_of_sms("é€[").units, 5U) << "the euro and the bracket are two septets each";
    EXPECT_TRUE(size_of_sms("Votre code à usage unique: 482915 €").gsm7);
}

TEST(AShortMessage, HasSeventyCharactersWhereTheAlphabetLacksOne) {
    const auto text = [](int count) {
        std::string all;
        for (int n = 0; n < count; ++n) {
            all += "ê";
        }
        return all;
    };
    EXPECT_FALSE(size_of_sms("ê").gsm7);
    EXPECT_EQ(size_of_sms(text(70)).segments, 1U);
    EXPECT_EQ(size_of_sms(text(71)).segments, 2U);
    EXPECT_EQ(size_of_sms(text(135)).segments, 3U);
    EXPECT_EQ(size_of_sms("😀").units, 2U) << "a pair of surrogates";
}

TEST(AShortMessage, ReadsTheSameInTheAlphabetOfSevenBits) {
    EXPECT_EQ(transliterated("Fenêtre d’accueil « cœur »… déjà 漢"), "Fenetre d'accueil \" coeur \"... déjà 漢");
    EXPECT_TRUE(size_of_sms(transliterated("Fenêtre d’accueil « cœur »…")).gsm7);
}

} // namespace
} // namespace loquet::sms
