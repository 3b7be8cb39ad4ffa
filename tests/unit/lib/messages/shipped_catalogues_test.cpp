// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/messages/catalogue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace loquet::messages {
namespace {

class TheShippedCatalogues : public testing::Test {
protected:
    const Catalogue catalogue_ = Catalogue::load({LOQUET_SOURCE_DIR "/etc/messages"});
};

TEST_F(TheShippedCatalogues, HoldNoMistake) {
    EXPECT_THAT(catalogue_.complaints(), testing::IsEmpty());
    EXPECT_THAT(catalogue_.languages(), testing::ElementsAre("en", "fr"));
}

TEST_F(TheShippedCatalogues, SayTheSameInEachLanguage) {
    ASSERT_FALSE(catalogue_.ids("en").empty());
    EXPECT_EQ(catalogue_.ids("en"), catalogue_.ids("fr"));
    for (const std::string& id : catalogue_.ids("en")) {
        EXPECT_EQ(catalogue_.variables("en", id), catalogue_.variables("fr", id)) << id;
    }
}

TEST_F(TheShippedCatalogues, DifferBetweenTheLanguages) {
    for (const std::string& id : catalogue_.ids("en")) {
        if (id != "totp.qr_row" && id != "choice.line") { // variables alone
            EXPECT_NE(catalogue_.render("en", id), catalogue_.render("fr", id)) << id;
        }
    }
}

/// The characters of GSM 03.38 that ASCII shares with it, and the French ones; each takes one place of 160.
std::size_t places_in_a_text_message(std::string text) {
    for (const std::string_view accented : {"é", "è", "à", "ù"}) {
        for (std::size_t at = text.find(accented); at != std::string::npos; at = text.find(accented)) {
            text.replace(at, accented.size(), "e");
        }
    }
    EXPECT_TRUE(std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= 'z'; })) << text;
    EXPECT_EQ(text.find_first_of("[\\]^`"), std::string::npos) << text;
    return text.size();
}

TEST_F(TheShippedCatalogues, SendACodeInATextMessageOfOnePart) {
    for (const char* language : {"en", "fr"}) {
        const auto text = catalogue_.render(language, "one_time_code.sms", {{"code", "12345678"}, {"minutes", "10"}});
        EXPECT_LE(places_in_a_text_message(text), 160U) << text;
    }
}

TEST_F(TheShippedCatalogues, TellOfAChangeInATextMessageOfOnePart) {
    for (const char* language : {"en", "fr"}) {
        for (const std::string& id : catalogue_.ids(language)) {
            if (id.starts_with("notice.")) {
                const auto text = catalogue_.render(language, id, {{"code", "k7f3a-9xq2m"}});
                EXPECT_LE(places_in_a_text_message(text), 160U) << text;
            }
        }
    }
}

TEST_F(TheShippedCatalogues, BONUS_14_16_20_SayWhatThePageSays) {
    EXPECT_EQ(catalogue_.render("fr", "refused"), "Le couple identifiant/mot de passe est incorrect.");
    EXPECT_THAT(catalogue_.render("fr", "locked", {{"minutes", "20"}}),
                testing::AllOf(testing::StartsWith("Le compte a été verrouillé suite à un trop grand nombre d'échecs "
                                                   "de connexion avec cet identifiant utilisateur."),
                               testing::HasSubstr("20")));
    EXPECT_THAT(catalogue_.render("fr", "not_authorised"),
                testing::StartsWith("Vous n'avez pas les autorisations requises pour vous connecter sur cette "
                                    "application."));
}

} // namespace
} // namespace loquet::messages
