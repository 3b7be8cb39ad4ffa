// SPDX-License-Identifier: LGPL-2.1-or-later
// What the messages with the codes of tickets say, as they go out.
#include "paths.h"
#include "tests/unit/daemon/recovery/tickets_fixture.h"

#include <gmock/gmock.h>

#include <regex>
#include <string>
#include <vector>

namespace loquet::recovery {
namespace {

using model::Medium;
using testing::HasSubstr;
using testing::Not;

/// What a mail program or a telephone makes a link of.
bool has_a_link(const std::string& text) {
    static const std::regex link("://|www[.]|[[:alnum:]-]\\.[[:alpha:]]|[[:alnum:]-]/[[:alpha:]]|@");
    return std::regex_search(text, link);
}

class TheMessageOfATicket : public TicketsFixture {
protected:
    TheMessageOfATicket() {
        texts_ = messages::Catalogue::load({LOQUET_SOURCE_DIR "/etc/messages"});
        settings_.contact = "Ville de Rouen, 02 35 00 00 00";
        settings_.machine = "kiosk7";
        restart();
    }
};

TEST_F(TheMessageOfATicket, ReachesItsOwnerInTheirLanguageWithHowToUseIt) {
    change_account(1, [](auto& account) { account.locale = "fr_FR.UTF-8"; });
    const std::string code = code_from(by_owner(Medium::mail));
    Tickets::Issue other = by_helpdesk(Medium::sms, 2);
    other.locale = "en_GB";
    const std::string by_phone = code_from(other);
    start_courier();
    EXPECT_TRUE(becomes(1, model::MessageState::sent));
    EXPECT_TRUE(becomes(2, model::MessageState::sent));
    ASSERT_EQ(mail_.seen.size(), 1U);
    EXPECT_EQ(mail_.seen.front().subject, "Votre code pour un nouveau mot de passe");
    EXPECT_THAT(mail_.seen.front().text, HasSubstr(code + " \u00e0 la place du mot de passe"));
    EXPECT_THAT(mail_.seen.front().text, HasSubstr("60 minute(s)"));
    EXPECT_THAT(mail_.seen.front().text, HasSubstr("(kiosk7, tty1)"));
    EXPECT_THAT(mail_.seen.front().text, HasSubstr("23/11/2026"));
    EXPECT_THAT(mail_.seen.front().text, HasSubstr("Pour toute question : Ville de Rouen, 02 35 00 00 00"));
    EXPECT_THAT(mail_.seen.front().text, Not(HasSubstr("{")));
    ASSERT_EQ(sms_.seen.size(), 1U);
    EXPECT_THAT(sms_.seen.front().text, HasSubstr(by_phone + " in place of the password (10 min)"));
    EXPECT_THAT(sms_.seen.front().text, Not(HasSubstr("{")));
    end_courier();
}

TEST_F(TheMessageOfATicket, T1_HasNoLinkWhateverAProgramSaysOfItsHost) {
    const std::vector<std::string> hosts{"reset.evil.example",
                                         "https://evil.example/reset?id=1",
                                         "evil.example:8080",
                                         "www.evil.example",
                                         "evil.example/a b",
                                         "user@evil.example",
                                         "kiosk7.evil.example\r\nSubject: x.y",
                                         "xn--vil-bma.example"};
    for (const std::string& host : hosts) {
        for (const char* const locale : {"en", "fr"}) {
            wait(std::chrono::hours(24));
            change_account(1, [&](auto& account) { account.locale = locale; });
            Tickets::Issue request = by_owner(Medium::mail);
            request.where = "host:" + host;
            ASSERT_TRUE(issue(request).sends);
            start_courier();
            ASSERT_TRUE(becomes(newest_message(), model::MessageState::sent)) << host;
            end_courier();
            const std::string& text = mail_.seen.back().text;
            EXPECT_THAT(text, HasSubstr("kiosk7, ")) << "it says where";
            EXPECT_FALSE(has_a_link(text)) << text;
            EXPECT_FALSE(has_a_link(mail_.seen.back().subject));
            EXPECT_TRUE(has_a_link("(kiosk7, " + host + ")")) << "which a text with the host as it came would have";
        }
    }
}

} // namespace
} // namespace loquet::recovery
