// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/base/limits.h"
#include "lib/messages/catalogue.h"
#include "lib/sms/gsm7.h"
#include "paths.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <set>
#include <string>

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

TEST_F(TheShippedCatalogues, T24_BelongToTheDaemonOrToThePluginOfTheirName) {
    std::set<std::string> of_the_daemon;
    for (const std::string& id : catalogue_.ids("en")) {
        const std::size_t dot = id.find('.');
        if (dot != std::string::npos && !std::filesystem::exists(LOQUET_SOURCE_DIR "/plugins/" + id.substr(0, dot))) {
            of_the_daemon.insert(id.substr(0, dot));
        }
    }
    EXPECT_THAT(of_the_daemon, testing::SizeIs(13));
    for (const std::string& family : of_the_daemon) {
        EXPECT_TRUE(is_daemons_family(family)) << family << ": a plugin of that name could show it";
    }
}

TEST_F(TheShippedCatalogues, DifferBetweenTheLanguages) {
    for (const std::string& id : catalogue_.ids("en")) {
        if (id != "totp.qr_row" && id != "choice.line") { // variables alone
            EXPECT_NE(catalogue_.render("en", id), catalogue_.render("fr", id)) << id;
        }
    }
}

void expect_one_part(const std::string& text) {
    const sms::SmsSize size = sms::size_of_sms(text);
    EXPECT_TRUE(size.gsm7) << text;
    EXPECT_EQ(size.segments, 1U) << text;
}

TEST_F(TheShippedCatalogues, SendACodeInATextMessageOfOnePart) {
    for (const char* language : {"en", "fr"}) {
        expect_one_part(catalogue_.render(language, "one_time_code.sms", {{"code", "12345678"}, {"minutes", "10"}}));
    }
}

/// Of a family of messages, what each text says in each language.
class TheTextsOfAFamily : public TheShippedCatalogues {
protected:
    [[nodiscard]] std::vector<std::string> rendered(const std::string& family, const Variables& given) const {
        Variables variables{{"year", "2026"}, {"month", "11"}, {"day", "30"}, {"hour", "09"}, {"minute", "36"}};
        variables.insert(variables.end(), given.begin(), given.end());
        std::vector<std::string> texts;
        for (const char* language : {"en", "fr"}) {
            for (const std::string& id : catalogue_.ids(language)) {
                if (id.starts_with(family) && !id.ends_with("_subject")) {
                    texts.push_back(catalogue_.render(language, id, variables));
                }
            }
        }
        return texts;
    }
    static void expect_two_parts(const std::vector<std::string>& texts) {
        for (const std::string& text : texts) {
            const sms::SmsSize size = sms::size_of_sms(text);
            EXPECT_TRUE(size.gsm7) << text;
            EXPECT_LE(size.segments, 2U) << text;
        }
    }
    static constexpr std::size_t longest_place = limits::notice_machine_bytes + limits::notice_origin_bytes + 2;
};

class ANotice : public TheTextsOfAFamily {
protected:
    [[nodiscard]] std::vector<std::string> rendered(const std::string& organisation, const std::string& account,
                                                    const std::string& place) const {
        return TheTextsOfAFamily::rendered(
            "notice.",
            {{"organisation", organisation}, {"account", account}, {"place", place}, {"code", "k7f3a-9xq2m"}});
    }
};

TEST_F(ANotice, NamesTheOrganisationTheAccountThePlaceAndTheTime) {
    const auto texts = rendered("Ville de Rouen", "camille", "kiosk7, tty1");
    EXPECT_THAT(texts, testing::SizeIs(22));
    for (const std::string& text : texts) {
        EXPECT_THAT(text, testing::StartsWith("Ville de Rouen"));
        EXPECT_THAT(text, testing::HasSubstr(" camille"));
        EXPECT_THAT(text, testing::HasSubstr("kiosk7, tty1"));
        EXPECT_THAT(text, testing::ContainsRegex("2026-11-30|30/11/2026"));
        EXPECT_THAT(text, testing::HasSubstr("09:36"));
    }
}

TEST_F(ANotice, IsATextMessageOfTwoPartsAtMostWithTheLongestNames) {
    expect_two_parts(rendered(std::string(limits::notice_organisation_characters, 'o'),
                              std::string(limits::account_name_bytes, 'a'), std::string(longest_place, 'p')));
}

class TheMessageOfATicket : public TheTextsOfAFamily {};

TEST_F(TheMessageOfATicket, SaysFirstHowToUseItAndThenForHowLongWhereWhenAndWhomToCall) {
    std::vector<std::string> texts;
    for (const char* family : {"ticket.recover", "ticket.reset", "ticket.unlock"}) {
        const auto more = rendered(family, {{"organisation", "Ville de Rouen"},
                                            {"contact", "Ville de Rouen"},
                                            {"place", "kiosk7, tty1"},
                                            {"minutes", "10"},
                                            {"code", "1234 5678"},
                                            {"name", "camille"}});
        texts.insert(texts.end(), more.begin(), more.end());
    }
    EXPECT_THAT(texts, testing::SizeIs(16));
    for (const std::string& text : texts) {
        const std::string use = text.substr(0, text.find('.'));
        EXPECT_THAT(use, testing::HasSubstr("1234 5678"));
        EXPECT_THAT(use, testing::ContainsRegex("user name|identifiant"));
        EXPECT_THAT(
            use, testing::ContainsRegex("in place of the password|\u00e0 la place du mot de passe|comme mot de passe"));
        EXPECT_THAT(text, testing::ContainsRegex("10 min"));
        EXPECT_THAT(text, testing::ContainsRegex("2026-11-30|30/11/2026"));
        EXPECT_THAT(text, testing::HasSubstr("09:36"));
        EXPECT_THAT(text, testing::HasSubstr("kiosk7, tty1"));
        EXPECT_THAT(text, testing::HasSubstr("Ville de Rouen"));
        EXPECT_THAT(text,
                    testing::ContainsRegex("even (to )?the helpdesk|au service d'assistance|ni \u00e0 l'assistance"));
    }
}

TEST_F(TheMessageOfATicket, TellsACallerToReadItOutOnlyWhereTheyCalled) {
    const auto texts = rendered("ticket.verify", {{"organisation", "Ville de Rouen"},
                                                  {"contact", "Ville de Rouen"},
                                                  {"place", "kiosk7, tty1"},
                                                  {"minutes", "10"},
                                                  {"code", "1234 5678"}});
    EXPECT_THAT(texts, testing::SizeIs(4));
    for (const std::string& text : texts) {
        EXPECT_THAT(text, testing::StartsWith("1234 5678"));
        EXPECT_THAT(text, testing::ContainsRegex("because YOU called|parce que VOUS l'avez appel"));
        EXPECT_THAT(text, testing::ContainsRegex("tell it to nobody|ne le dites \u00e0 personne"));
        EXPECT_THAT(text, testing::ContainsRegex("10 min"));
        EXPECT_THAT(text, testing::HasSubstr("kiosk7, tty1"));
        EXPECT_THAT(text, testing::HasSubstr("Ville de Rouen"));
        EXPECT_THAT(text, testing::Not(testing::ContainsRegex("prompt|invite|password|mot de passe")));
    }
}

TEST_F(TheMessageOfATicket, IsATextMessageOfTwoPartsAtMostWithTheLongestNames) {
    for (const char* id : {"ticket.recover_sms", "ticket.recover_named_sms", "ticket.reset_sms", "ticket.unlock_sms",
                           "ticket.verify_sms", "ticket.shared_sms"}) {
        const auto texts = rendered(id, {{"organisation", std::string(limits::notice_organisation_characters, 'o')},
                                         {"place", std::string(longest_place, 'p')},
                                         {"minutes", "10"},
                                         {"name", std::string(limits::account_name_bytes, 'a')},
                                         {"code", "1234 5678"}});
        EXPECT_THAT(texts, testing::SizeIs(2));
        expect_two_parts(texts);
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
