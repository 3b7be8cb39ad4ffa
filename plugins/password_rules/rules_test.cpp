// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugins/password_rules/rules_harness.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace loquet::plugins_password_rules {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using Unmet = std::vector<std::string>;

struct Minimum {
    std::int64_t Options::* option;
    const char* rule;
    const char* enough; ///< has exactly three
    const char* short_of;
};

class AMinimum : public testing::TestWithParam<Minimum> {};

TEST_P(AMinimum, IsMetAtItsNumberAndNotBelow) {
    Site site{nothing_asked(), {}, {}};
    site.options.*GetParam().option = 3;
    EXPECT_THAT(site.unmet(GetParam().enough), IsEmpty());
    EXPECT_THAT(site.unmet(GetParam().short_of), ElementsAre(GetParam().rule));
    const auto rules = site.ask("x").rules;
    const auto rule = std::find_if(rules.begin(), rules.end(),
                                   [](const Rule& r) { return r.message == std::string("rules.") + GetParam().rule; });
    ASSERT_NE(rule, rules.end());
    EXPECT_THAT(rule->variables, ElementsAre(std::pair<std::string, std::string>("minimum", "3")));
}

INSTANTIATE_TEST_SUITE_P(Of, AMinimum,
                         testing::Values(Minimum{&Options::minimum_characters, "length", "a1!", "a1"},
                                         Minimum{&Options::minimum_characters, "length", "été", "ét"},
                                         Minimum{&Options::minimum_letters, "letters", "aÉя1!", "aÉ1!"},
                                         Minimum{&Options::minimum_upper, "upper", "AÉЯa", "AÉяa"},
                                         Minimum{&Options::minimum_lower, "lower", "aéяA", "aéЯA"},
                                         Minimum{&Options::minimum_digits, "digits", "123a", "12a٣"},
                                         Minimum{&Options::minimum_symbols, "symbols", "a -€", "a -é"}));

TEST(PasswordRules, HaveNoMaximumUnlessOneIsSet) {
    Site site{nothing_asked(), {}, {}};
    EXPECT_TRUE(site.accepts(std::string(4096, 'x')));
    site.options.maximum_characters = 12;
    EXPECT_TRUE(site.accepts("ééééééëëëëëë"));
    EXPECT_THAT(site.unmet("ééééééëëëëëëë"), ElementsAre("maximum"));
}

TEST(PasswordRules, AskForLessWhereThereIsASecondFactor) {
    const Site site;
    Request request;
    EXPECT_THAT(site.unmet("vK3-pq9w", request), ElementsAre("length"));
    request.second_factor = true;
    EXPECT_THAT(site.unmet("vK3-pq9w", request), IsEmpty());
    EXPECT_THAT(site.unmet("vK3-pq9", request), ElementsAre("length"));
}

TEST(PasswordRules, RefuseWhatIsWeakAndSayHowWeak) {
    Site site{nothing_asked(), {}, {}};
    site.options.minimum_level = 2;
    EXPECT_THAT(site.unmet("password1"), ElementsAre("level"));
    EXPECT_TRUE(site.accepts("tramway bleu, pluie"));
    const auto result = site.ask("password1");
    EXPECT_EQ(result.level, 0);
    const std::vector<std::pair<std::string, std::string>> expected{{"level", "0"}, {"minimum", "2"}};
    EXPECT_EQ(result.rules.at(1).variables, expected);
}

TEST(PasswordRules, RefuseCommonPasswordsWhateverTheirCaseOrDirection) {
    Site site{nothing_asked(), {}, {}};
    site.options.refuse_common = true;
    for (const char* common : {"password", "PassWord", "P4ssw0rd", "drowssap", "iloveyou", "qwertyuiop"}) {
        EXPECT_THAT(site.unmet(common), ElementsAre("common")) << common;
    }
    EXPECT_TRUE(site.accepts("password tramway"));
}

TEST(PasswordRules, RefuseWhatIsKnownOfTheAccount) {
    Site site{nothing_asked(), {}, {}};
    site.options.refuse_account_facts = true;
    Request request;
    request.facts = {{"name", "anne.legall"}, {"display_name", "Élodie Le Gall"}, {"organisation", "Mairie de Brest"}};
    for (const char* with : {"xxlegallxx", "ELODIE2026", "élodie", "llagel-zz", "mairie9", "brestois", "99 Le GALL"}) {
        EXPECT_THAT(site.unmet(with, request), ElementsAre("facts")) << with;
    }
    EXPECT_TRUE(site.accepts("tramway bleu de la rade", request)) << "\"de\" and \"le\" are too short to count";
    site.options.refuse_account_facts = false;
    EXPECT_TRUE(site.accepts("xxlegallxx", request));
}

TEST(PasswordRules, RateAPasswordLowerForTheWordsOfTheAccount) {
    const Site site;
    Request request;
    const int without = site.ask("kermarrec42", request).level;
    request.facts = {{"name", "kermarrec"}};
    EXPECT_LT(site.ask("kermarrec42", request).level, without);
}

TEST(PasswordRules, RefuseARememberedPasswordAndListTheRuleOnlyThen) {
    Site site{nothing_asked(), {}, {}};
    EXPECT_THAT(site.listed(), ElementsAre("length"));
    Request request;
    request.history_length = 5;
    EXPECT_THAT(site.unmet("anything", request), IsEmpty());
    request.in_history = true;
    EXPECT_THAT(site.unmet("anything", request), ElementsAre("history"));
    const auto rules = site.ask("anything", request).rules;
    EXPECT_THAT(rules.back().variables, ElementsAre(std::pair<std::string, std::string>("count", "5")));
}

TEST(PasswordRules, ListEveryRuleAsUnmetForNothing) {
    const Site site;
    Request request;
    request.history_length = 3;
    const Unmet unmet = site.unmet("", request);
    EXPECT_THAT(unmet, ElementsAre("length", "level", "common", "facts", "history"));
    EXPECT_EQ(site.ask("").level, 0);
}

TEST(PasswordRules, OfContradictingOptionsAreRefused) {
    EXPECT_EQ(contradiction({}), "");
    Options options = nothing_asked();
    options.maximum_characters = 7;
    options.minimum_letters = 6;
    options.minimum_digits = 2;
    EXPECT_NE(contradiction(options), "");
    options.maximum_characters = 8;
    EXPECT_EQ(contradiction(options), "");
    options.minimum_symbols = 1;
    options.maximum_characters = 0;
    options.only_ascii_alphanumeric = true;
    EXPECT_NE(contradiction(options), "");
    options = {};
    options.minimum_characters = 7;
    EXPECT_NE(contradiction(options), "") << "a second factor would ask for eight";
    options = {};
    options.maximum_characters = 14;
    EXPECT_NE(contradiction(options), "");
}

} // namespace
} // namespace loquet::plugins_password_rules
