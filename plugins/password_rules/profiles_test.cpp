// SPDX-License-Identifier: LGPL-2.1-or-later
// The rules of the source procedures, with the options that their profiles set.
#include "plugins/password_rules/rules_harness.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace loquet::plugins_password_rules {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;

Site portail() {
    Options options;
    options.minimum_characters = 8;
    options.minimum_upper = 1;
    options.minimum_digits = 1;
    options.minimum_level = 2;
    return {options, {}, {}};
}

Site net_entreprises() {
    Options options;
    options.minimum_characters = 8;
    options.maximum_characters = 12;
    options.minimum_letters = 6;
    options.minimum_digits = 2;
    options.only_ascii_alphanumeric = true;
    return {options, {}, {}};
}

TEST(TheProfilePortail, PORTAL_20_AsksForEightCharactersOneUpperCaseLetterAndOneDigit) {
    const Site site = portail();
    EXPECT_THAT(site.unmet("Gkzvwq7r"), IsEmpty());
    EXPECT_THAT(site.unmet("Gkzvw7r"), ElementsAre("length"));
    EXPECT_THAT(site.unmet("gkzvwq7r"), ElementsAre("upper"));
    EXPECT_THAT(site.unmet("Gkzvwqtr"), ElementsAre("digits"));
}

TEST(TheProfilePortail, PORTAL_21_AcceptsFromTheLevelMediumOn) {
    const Site site = portail();
    EXPECT_THAT(site.unmet("Password1"), Contains("level"));
    EXPECT_EQ(site.ask("Soleil42").level, 2) << "medium is accepted";
    EXPECT_THAT(site.unmet("Soleil42"), IsEmpty());
    EXPECT_EQ(site.ask("9 Tramways bleus sous la pluie").level, 4) << "strong is recommended";
}

TEST(TheProfilePortail, PORTAL_22_TicksTheRulesOffOneByOneWhileTyping) {
    const Site site = portail();
    const std::string typed = "gGkzvw7q";
    EXPECT_THAT(site.listed(), ElementsAre("length", "upper", "digits", "level", "common", "facts"));
    EXPECT_THAT(site.unmet(""), ElementsAre("length", "upper", "digits", "level", "common", "facts"));
    EXPECT_THAT(site.unmet(typed.substr(0, 1)), ElementsAre("length", "upper", "digits", "level"));
    EXPECT_THAT(site.unmet(typed.substr(0, 2)), ElementsAre("length", "digits", "level"));
    EXPECT_THAT(site.unmet(typed.substr(0, 7)), ElementsAre("length"));
    EXPECT_THAT(site.unmet(typed), IsEmpty());
}

TEST(TheProfileNetEntreprises, NETE_9_AsksForSixLettersOfEitherCaseAndTwoDigits) {
    const Site site = net_entreprises();
    EXPECT_THAT(site.unmet("kzVwqt47"), IsEmpty());
    EXPECT_THAT(site.unmet("kzVwq471"), ElementsAre("letters"));
    EXPECT_THAT(site.unmet("kzVwqtb4"), ElementsAre("digits"));
}

TEST(TheProfileNetEntreprises, NETE_10_AcceptsTwelveCharactersAndNotThirteen) {
    const Site site = net_entreprises();
    EXPECT_THAT(site.unmet("kzVwqtbx4718"), IsEmpty());
    EXPECT_THAT(site.unmet("kzVwqtbxh4718"), ElementsAre("maximum"));
}

TEST(TheProfileNetEntreprises, NETE_11_AcceptsOnlyDigitsAndUnaccentedLetters) {
    const Site site = net_entreprises();
    for (const char* foreign : {"kzVwqt 47", "kzVwqt;47", "kzVwqté47", "kzVwqt47€", "kzVwqtя47", "kzVwqt٤47"}) {
        EXPECT_THAT(site.unmet(foreign), ElementsAre("alphabet")) << foreign;
    }
}

TEST(TheProfileDefault, AsksForLengthAndStrengthAndNoComposition) {
    const Site site;
    EXPECT_THAT(site.listed(), ElementsAre("length", "level", "common", "facts"));
    EXPECT_THAT(site.unmet("pluie sur le tramway"), IsEmpty()) << "lower case alone is fine";
    EXPECT_THAT(site.unmet("Xk7!vQ2$zR9_w4"), ElementsAre("length")) << "14 characters";
    EXPECT_TRUE(site.accepts(std::string(64, 'k') + "vqzjw ipuf")) << "NIST SP 800-63B: at least 64 are accepted";
}

TEST(AllProfiles, MakeSense) {
    EXPECT_EQ(contradiction(portail().options), "");
    EXPECT_EQ(contradiction(net_entreprises().options), "");
}

} // namespace
} // namespace loquet::plugins_password_rules
