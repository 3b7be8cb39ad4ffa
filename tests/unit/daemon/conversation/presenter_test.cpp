// SPDX-License-Identifier: LGPL-2.1-or-later
// What a caller gets to see of a refusal. Carries T14.
#include "daemon/config/flow_tables.h"
#include "daemon/conversation/presenter.h"
#include "tests/unit/daemon/conversation/conversation_fixture.h"

#include <gtest/gtest.h>

namespace loquet::conversation {
namespace {

using protocol::PromptRole;

class APresenter : public ConversationFixture {
protected:
    [[nodiscard]] Denied shown(Reason reason, const std::string& locale = "en_GB.UTF-8",
                               PromptRole answered = PromptRole::current_password) const {
        return std::get<Denied>(present(Denied{reason, std::chrono::seconds(61), {}}, locale, answered));
    }
    [[nodiscard]] Turn present(Turn turn, const std::string& locale,
                               PromptRole answered = PromptRole::current_password) const {
        Client client = root();
        client.locale = locale;
        Dialog dialog(for_purpose_, client, {"anna", {}, {}, {}}, {});
        dialog.answered = answered;
        return Presenter(texts_, settings_).present(std::move(turn), dialog);
    }

    std::string for_purpose_ = purpose::login;
};

TEST_F(APresenter, T14_ShowsEveryReasonThatTellsOfAnAccountAsTheSameRefusal) {
    const Denied refused = shown(Reason::refused);
    EXPECT_EQ(refused.retry_after, std::chrono::seconds(0));
    ASSERT_EQ(refused.messages.size(), 1U);
    for (const Reason reason : {Reason::none, Reason::locked, Reason::disabled, Reason::new_password_required,
                                Reason::not_authorised, Reason::not_ours}) {
        EXPECT_EQ(shown(reason), refused) << protocol::to_text(reason);
    }
}

TEST_F(APresenter, T14_SaysWhatTellsNothingOfAnAccount) {
    for (const Reason reason : {Reason::busy, Reason::unavailable, Reason::rules}) {
        EXPECT_EQ(shown(reason).reason, reason);
        EXPECT_NE(shown(reason).messages, shown(Reason::refused).messages);
    }
}

TEST_F(APresenter, DisclosesALockWithItsMinutesWhereTheProfileSaysSo) {
    settings_.disclose = {Reason::locked};
    const Denied locked = shown(Reason::locked);
    EXPECT_EQ(locked.reason, Reason::locked);
    EXPECT_EQ(locked.retry_after, std::chrono::seconds(61));
    ASSERT_EQ(locked.messages.size(), 1U);
    EXPECT_NE(locked.messages.front().find('2'), std::string::npos) << "61 seconds are two minutes begun";
    EXPECT_EQ(shown(Reason::disabled), shown(Reason::refused)) << "nothing else is disclosed with it";
}

TEST_F(APresenter, SpeaksTheDialogsLanguageAndKeepsTextsThatAStepChose) {
    EXPECT_NE(shown(Reason::refused, "fr_FR.UTF-8").messages, shown(Reason::refused).messages);
    const Denied chosen{Reason::rules, {}, {"At least one digit."}};
    EXPECT_EQ(std::get<Denied>(present(chosen, "fr")), chosen);
}

TEST_F(APresenter, DoesNotCallACodeOrAnAnswerAPassword) {
    EXPECT_EQ(shown(Reason::refused, "en", PromptRole::code).messages.front(),
              "The code was not accepted. Please start again.");
    EXPECT_EQ(shown(Reason::refused, "fr", PromptRole::other).messages.front(),
              "La réponse n'a pas été acceptée. Veuillez recommencer.");
    EXPECT_EQ(shown(Reason::locked, "en", PromptRole::code), shown(Reason::refused, "en", PromptRole::code));
    EXPECT_EQ(shown(Reason::refused, "en", PromptRole::new_password), shown(Reason::refused, "en"));
}

TEST_F(APresenter, LeavesEveryOtherTurnAsItIs) {
    const Granted granted{"anna", Reason::new_password_required, {"Welcome."}};
    const Ask ask{{{protocol::PromptStyle::secret, "password", "Password: "}}};
    const protocol::Wait wait{"Accept on your telephone", base::Milliseconds(100)};
    for (const char* const lets_in : {purpose::login, purpose::unlock_screen}) {
        for_purpose_ = lets_in;
        EXPECT_EQ(present(granted, "en"), Turn(granted)) << lets_in;
    }
    EXPECT_EQ(present(ask, "en"), Turn(ask));
    EXPECT_EQ(present(wait, "en"), Turn(wait));
}

TEST_F(APresenter, ShowsTheGoodEndOfEveryPurposeThatLetsNobodyInAsDone) {
    const Granted granted{"anna", Reason::new_password_required, {"Welcome."}};
    for (const config::PurposeSpec& spec : config::purposes) {
        for_purpose_ = spec.name;
        const bool lets_in = spec.purpose == config::Purpose::login || spec.purpose == config::Purpose::unlock_screen;
        const Turn shown = present(granted, "en");
        EXPECT_EQ(is_granted(shown), lets_in) << spec.name;
        EXPECT_EQ(shown == Turn(protocol::Done{{"Welcome."}, "Press Enter to continue: "}), !lets_in) << spec.name;
    }
    for_purpose_ = "nobody-knows-it";
    EXPECT_FALSE(is_granted(present(granted, "en"))) << "only what is known to let somebody in does";
}

} // namespace
} // namespace loquet::conversation
