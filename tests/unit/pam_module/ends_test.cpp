// SPDX-License-Identifier: LGPL-2.1-or-later
// What a dialog may end in, and whom a grant lets in: against a daemon that says anything. Carries T11.
#include "tests/unit/pam_module/fixture.h"

namespace loquet::tests {

namespace {

using protocol::Done;
using protocol::Granted;
using protocol::Reason;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr const char* sent = "A message is on its way.";
constexpr const char* acknowledge = "Press Enter to continue: ";

class ADialogThatLetsNobodyIn : public OnABus {
protected:
    /// Every answer of the daemon, to a Begin too.
    void ends_in(const protocol::Turn& turn) {
        daemon->intercept([turn](const Request&) -> std::optional<Reaction> { return turn; });
    }
    void ends_after_an_answer_in(const protocol::Turn& turn) {
        daemon->intercept([turn](const Request& request) -> std::optional<Reaction> {
            return request.member == "Answer" ? std::optional<Reaction>(turn) : std::nullopt;
        });
    }
};

TEST_F(ADialogThatLetsNobodyIn, EndsTheAuthenticationWithoutSuccessAndNoModuleBelowAsks) {
    for (const char* const service : {"test", "login", "lightdm", "greetd", "sshd", "su", "sudo", "polkit-1"}) {
        ends_after_an_answer_in(Done{{sent}, acknowledge});
        Application application("alice", {.as_packaged = true});
        application.set_item(PAM_SERVICE, service);
        application.typed = {right_password(), "", "whatever is taken below"};
        EXPECT_EQ(application.authenticate(), PAM_MAXTRIES) << service;
        EXPECT_THAT(application.typed, ElementsAre("whatever is taken below")) << service;
    }
}

TEST_F(ADialogThatLetsNobodyIn, EndsSoAlsoWithoutAQuestionAndWithoutAWord) {
    for (const Done& done : {Done{}, Done{{sent}, acknowledge}, Done{{sent}, ""}, Done{{}, acknowledge}}) {
        ends_in(done);
        Application application("alice", {.as_packaged = true});
        EXPECT_EQ(application.authenticate(), PAM_MAXTRIES);
        EXPECT_THAT(application.texts(PAM_PROMPT_ECHO_OFF), IsEmpty());
    }
}

TEST_F(ADialogThatLetsNobodyIn, IsReadBeforeTheProgramGoesOnBecauseItsLastWordsAreAQuestion) {
    ends_in(Done{{sent, "It holds for 60 minutes."}, acknowledge});
    Application application("alice");
    application.typed = {""};
    (void)application.authenticate();
    EXPECT_THAT(
        application.drawn,
        ElementsAre(Drawn{PAM_PROMPT_ECHO_ON, std::string(sent) + "\nIt holds for 60 minutes.\n" + acknowledge}));
    Application leaves("alice");
    leaves.typed = {std::nullopt};
    EXPECT_EQ(leaves.authenticate(), PAM_MAXTRIES) << "that nobody answers changes nothing";
    Application quiet("alice", {.options = "quiet"});
    EXPECT_EQ(quiet.authenticate(), PAM_MAXTRIES);
    EXPECT_EQ(quiet.rounds, 0);
    Application silent("alice");
    EXPECT_EQ(silent.authenticate(PAM_SILENT), PAM_MAXTRIES);
    EXPECT_EQ(silent.rounds, 0);
}

TEST_F(ADialogThatLetsNobodyIn, LeavesNoVerdictForThePhasesThatFollow) {
    Application application("alice");
    application.typed = {right_password()};
    ASSERT_EQ(application.authenticate(), PAM_SUCCESS);
    ends_in(Done{});
    ASSERT_EQ(application.authenticate(), PAM_MAXTRIES);
    EXPECT_EQ(application.check_account(), PAM_PERM_DENIED) << "nor does it let in whom another module authenticated";
    EXPECT_NE(application.open_session(), PAM_SUCCESS);
}

TEST_F(ADialogThatLetsNobodyIn, IsTheGoodEndOfAChangeOfThePasswordAndItsWordsAreInformation) {
    daemon->add("alice", {.password = right_password(), .messages = {"Your other sessions go on."}});
    Application application("alice");
    application.typed = {right_password(), next_password(), next_password()};
    EXPECT_EQ(application.change_password(), PAM_SUCCESS);
    EXPECT_THAT(application.texts(PAM_TEXT_INFO), ElementsAre("Your other sessions go on."));
    EXPECT_THAT(application.texts(PAM_PROMPT_ECHO_ON), IsEmpty()) << "passwd(1) clears no screen";
}

TEST_F(ADialogThatLetsNobodyIn, TakesNoGrantForAChangeOfThePassword) {
    ends_after_an_answer_in(Granted{"alice", Reason::none, {}});
    Application application("alice");
    application.typed = {right_password()};
    EXPECT_EQ(application.change_password(), PAM_AUTHTOK_ERR);
    EXPECT_EQ(application.seen_below("AUTHTOK"), std::nullopt) << "no new password is handed on";
    ends_in(Granted{"alice", Reason::none, {}});
    Application at_once("alice");
    EXPECT_EQ(at_once.change_password(), PAM_AUTHTOK_ERR) << "nor in the first pass";
}

/// Grants to `granted` whatever is answered.
class AGrant : public OnABus {
protected:
    int log_in_as(const std::string& granted, const std::string& began, const char* service,
                  const std::string& module = {}) {
        daemon->intercept([granted](const Request& request) -> std::optional<Reaction> {
            return request.member == "Answer" || request.facts.contains("phase")
                       ? std::optional<Reaction>(protocol::Turn(Granted{granted, Reason::none, {}}))
                       : protocol::Turn(protocol::Ask{{{protocol::PromptStyle::secret, "password",
                                                        "Password: ", protocol::PromptRole::current_password}}});
        });
        Application application(began, {.module = module});
        application.set_item(PAM_SERVICE, service);
        application.typed = {right_password()};
        const int result = application.authenticate();
        user_ = application.user();
        account_phase_ = application.check_account();
        return result;
    }

    std::string user_; ///< PAM_USER after it
    int account_phase_ = PAM_SUCCESS;
};

constexpr const char* takers[] = {"login", "remote", "lightdm", "greetd"};
constexpr const char* keepers[] = {
    "test", "sshd", "su", "sudo", "polkit-1", "vlock", "i3lock", "xscreensaver", "lightdm-elsewhere"};

TEST_F(AGrant, T11_ToAnotherAccountIsRefusedWhereTheProgramGoesOnWithTheNameThatItBeganWith) {
    for (const char* const service : keepers) {
        EXPECT_EQ(log_in_as("bert", "alice", service), PAM_AUTH_ERR) << service;
        EXPECT_EQ(user_, "alice") << service;
        EXPECT_NE(account_phase_, PAM_SUCCESS) << service;
    }
}

TEST_F(AGrant, T11_ToAnotherAccountIsSeenByThisTestWhereTheModuleDoesNotLook) {
    for (const char* const service : keepers) {
        EXPECT_EQ(log_in_as("bert", "alice", service, PAM_LOQUET_NAIVE), PAM_SUCCESS) << service;
    }
}

TEST_F(AGrant, T11_ToAnotherAccountIsTakenWhereTheProgramTakesTheNameBackAndNobodyHadTheFirst) {
    for (const char* const service : takers) {
        EXPECT_EQ(log_in_as("bert", "alice@example.org", service), PAM_SUCCESS) << service;
        EXPECT_EQ(user_, "bert") << service;
        EXPECT_EQ(account_phase_, PAM_SUCCESS) << service;
    }
}

TEST_F(AGrant, T11_ToAnotherAccountIsRefusedEverywhereWhereSomebodyHasTheFirstName) {
    for (const char* const service : takers) {
        EXPECT_EQ(log_in_as("bert", "daemon", service), PAM_AUTH_ERR) << service;
        EXPECT_EQ(user_, "daemon") << service;
    }
}

TEST_F(AGrant, T11_ToTheAdministratorOrToANameOfAnotherSourceIsRefusedEverywhere) {
    for (const char* const began : {"alice@example.org", "ROOT", "root.elsewhere"}) {
        EXPECT_EQ(log_in_as("root", began, "login"), PAM_AUTH_ERR) << began;
    }
    EXPECT_EQ(log_in_as("root", "ROOT", "sshd"), PAM_AUTH_ERR);
    EXPECT_EQ(log_in_as("", "alice", "login"), PAM_AUTH_ERR) << "a grant to nobody";
}

TEST_F(AGrant, ToAnotherSpellingIsTheSamePersons) {
    EXPECT_EQ(log_in_as("alice", "ALICE", "login"), PAM_SUCCESS);
    EXPECT_EQ(user_, "alice");
    EXPECT_EQ(log_in_as("alice", "Alice", "xscreensaver"), PAM_SUCCESS);
    EXPECT_EQ(log_in_as("ALICE", "alice", "xscreensaver"), PAM_AUTH_ERR) << "no name that an account can have";
}

TEST_F(AGrant, T11_ToAnotherAccountInTheAccountPhaseLetsNobodyIn) {
    daemon->intercept(
        [](const Request&) -> std::optional<Reaction> { return protocol::Turn(Granted{"bert", Reason::none, {}}); });
    Application key_of_sshd("alice");
    key_of_sshd.set_item(PAM_SERVICE, "sshd");
    EXPECT_EQ(key_of_sshd.check_account(), PAM_PERM_DENIED);
    EXPECT_EQ(key_of_sshd.user(), "alice");
}

} // namespace

} // namespace loquet::tests
