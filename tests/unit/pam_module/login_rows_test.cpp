// SPDX-License-Identifier: LGPL-2.1-or-later
// The rows of the table of PAM results (docs/man/pam_loquet.8), one by one, for logging in.
#include "lib/base/handle.h"
#include "tests/unit/pam_module/fixture.h"

#include <clocale>

namespace loquet::tests {

namespace {

using protocol::PromptStyle;
using protocol::Reason;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Optional;

class ALogin : public OnABus {};

constexpr const char* refusal = "Name or password are wrong.";
// Accounts that every Debian has, of other sources than ours.
constexpr const char* administrator = "root";
constexpr const char* foreign_name = "daemon";
constexpr const char* foreign_uid = "1";
constexpr int nobody_took_it = PAM_PERM_DENIED; // libpam's word for: every module said PAM_IGNORE

TEST_F(ALogin, OfTheAdministratorIsNotOursAndDrawsNothingAndAsksNobody) {
    Application application(administrator, {.options = "try_first_pass", .auth_above = "authtok=from-above"});
    EXPECT_EQ(application.authenticate(), PAM_USER_UNKNOWN);
    EXPECT_EQ(application.rounds, 0);
    EXPECT_EQ(application.seen_below("AUTHTOK"), "from-above");
    EXPECT_THAT(daemon->calls(), IsEmpty());
    EXPECT_EQ(application.check_account(), PAM_USER_UNKNOWN);
    EXPECT_EQ(application.change_password(), PAM_USER_UNKNOWN);
    EXPECT_THAT(daemon->calls(), IsEmpty());
}

TEST_F(ALogin, OfANameFromAnotherSourceIsNotOursAndDrawsNothing) {
    Application application(foreign_name, {.options = "try_first_pass", .auth_above = "authtok=from-above"});
    EXPECT_EQ(application.authenticate(), PAM_USER_UNKNOWN);
    EXPECT_EQ(application.rounds, 0);
    EXPECT_EQ(application.seen_below("AUTHTOK"), "from-above");
    EXPECT_EQ(daemon->request(0).facts.at("uid"), foreign_uid);
    EXPECT_EQ(application.set_credentials(), nobody_took_it);
}

TEST_F(ALogin, OfANameThatNssKnowsWithOurUidIsOurs) {
    daemon->add(foreign_name, {.password = right_password(), .uid = 1});
    Application application(foreign_name);
    application.typed = {right_password()};
    EXPECT_EQ(application.authenticate(), PAM_SUCCESS);
}

TEST_F(ALogin, T14_OfANameThatNobodyKnowsIsTheSameDialogAndCountsAndLeavesWhatWasTyped) {
    Application known("alice");
    Application unknown("mallory");
    known.typed = {wrong_password()};
    unknown.typed = {wrong_password()};
    EXPECT_EQ(known.authenticate(), PAM_AUTH_ERR);
    EXPECT_EQ(unknown.authenticate(), PAM_AUTH_ERR);
    EXPECT_EQ(known.drawn, unknown.drawn);
    EXPECT_EQ(daemon->failures("alice"), 1);
    EXPECT_EQ(daemon->failures("mallory"), 1);
    EXPECT_THAT(unknown.seen_below("AUTHTOK"), Optional(wrong_password()));
}

TEST_F(ALogin, GrantedGivesTheCanonicalNameAndThePasswordToTheModulesBelow) {
    daemon->add("alice@example.org", {.password = right_password(), .canonical = "alice"});
    Application application("alice@example.org");
    application.set_item(PAM_SERVICE, "login");
    application.typed = {right_password()};
    EXPECT_EQ(application.authenticate(), PAM_SUCCESS);
    EXPECT_EQ(application.user(), "alice");
    EXPECT_THAT(application.seen_below("AUTHTOK"), Optional(right_password()));
    EXPECT_EQ(application.set_credentials(), PAM_SUCCESS);
    EXPECT_EQ(application.check_account(), PAM_SUCCESS) << "the verdict goes with the new name";
    EXPECT_EQ(daemon->calls().size(), 2U);
}

TEST_F(ALogin, TakesTwoCallsAndAllIsDrawnAtOnce) {
    Application application("alice");
    application.typed = {right_password()};
    ASSERT_EQ(application.authenticate(), PAM_SUCCESS);
    ASSERT_EQ(application.check_account(), PAM_SUCCESS);
    EXPECT_THAT(daemon->calls(), ElementsAre("Begin", "Answer"));
    EXPECT_EQ(application.rounds, 1);
    EXPECT_THAT(application.drawn, ElementsAre(Drawn{PAM_PROMPT_ECHO_OFF, "Welcome.\nPassword: "}));
}

TEST_F(ALogin, TakesOneCallWhereAModuleAboveAskedForThePassword) {
    for (const char* option : {"try_first_pass", "use_first_pass"}) {
        const std::size_t before = daemon->calls().size();
        Application application("alice", {.options = option, .auth_above = "authtok=" + right_password()});
        EXPECT_EQ(application.authenticate(), PAM_SUCCESS);
        EXPECT_EQ(application.check_account(), PAM_SUCCESS);
        EXPECT_EQ(daemon->calls().size(), before + 1);
        EXPECT_EQ(application.rounds, 0);
    }
}

TEST_F(ALogin, IgnoresThePasswordFromAboveUnlessToldToUseIt) {
    Application application("alice", {.auth_above = "authtok=" + wrong_password()});
    application.typed = {right_password()};
    EXPECT_EQ(application.authenticate(), PAM_SUCCESS);
    EXPECT_EQ(daemon->failures("alice"), 0);
}

TEST_F(ALogin, NeverAsksForAPasswordUnderUseFirstPassButForTheSecondStep) {
    Application without("alice", {.options = "use_first_pass"});
    EXPECT_EQ(without.authenticate(), PAM_AUTH_ERR);
    EXPECT_EQ(without.rounds, 0);
    daemon->add("bob", {.password = right_password(), .code = "424242"});
    Application with("bob", {.options = "use_first_pass", .auth_above = "authtok=" + right_password()});
    with.typed = {"424242"};
    EXPECT_EQ(with.authenticate(), PAM_SUCCESS);
    EXPECT_THAT(with.drawn, ElementsAre(Drawn{PAM_PROMPT_ECHO_ON, "Code: "}));
    EXPECT_THAT(with.seen_below("AUTHTOK"), Optional(right_password())) << "the code is not the password";
}

TEST_F(ALogin, T24_TakesNothingThatAPluginHeardForThePasswordWhateverItsPromptIsCalled) {
    for (const char* const name : {"password", "new_password", "new_password_again"}) {
        daemon->add(
            "bob",
            {.password = right_password(), .code = "424242", .code_prompt = name, .code_style = PromptStyle::secret});
        Application application("bob");
        application.typed = {right_password(), "424242"};
        EXPECT_EQ(application.authenticate(), PAM_SUCCESS);
        EXPECT_THAT(application.seen_below("AUTHTOK"), Optional(right_password())) << name;
        Application first_pass("bob", {.options = "use_first_pass", .auth_above = "authtok=" + right_password()});
        first_pass.typed = {"424242"};
        EXPECT_EQ(first_pass.authenticate(), PAM_SUCCESS) << "it is no prompt for the password: the person is asked";
        EXPECT_EQ(first_pass.rounds, 1) << name;
    }
}

TEST_F(ALogin, T14_RefusedLooksTheSameForWrongAndLockedAndUnknown) {
    daemon->add("locked", {.password = right_password(), .refused = Reason::refused});
    Application wrong("alice");
    Application locked("locked");
    Application unknown("nobody-at-all");
    wrong.typed = {wrong_password()};
    locked.typed = {right_password()};
    unknown.typed = {right_password()};
    for (Application* application : {&wrong, &locked, &unknown}) {
        EXPECT_EQ(application->authenticate(), PAM_AUTH_ERR);
        EXPECT_EQ(application->drawn, wrong.drawn);
        EXPECT_THAT(application->texts(PAM_ERROR_MSG), ElementsAre(refusal));
    }
}

TEST_F(ALogin, SaysMaxTriesWhereTheProfileDisclosesTheLock) {
    for (const Reason reason : {Reason::locked, Reason::disabled, Reason::busy}) {
        daemon->add("carol", {.password = right_password(), .refused = reason});
        Application application("carol");
        application.typed = {right_password()};
        EXPECT_EQ(application.authenticate(), PAM_MAXTRIES);
    }
}

TEST_F(ALogin, SaysUnavailableOrUnknownWhereTheDaemonDoes) {
    for (const auto& [reason, result] :
         {std::pair{Reason::unavailable, PAM_AUTHINFO_UNAVAIL}, std::pair{Reason::not_ours, PAM_USER_UNKNOWN},
          std::pair{Reason::not_authorised, PAM_PERM_DENIED}}) {
        daemon->add("carol", {.password = right_password(), .refused = reason});
        Application application("carol");
        application.typed = {right_password()};
        EXPECT_EQ(application.authenticate(), result);
    }
}

TEST_F(ALogin, ShowsNoTextsWhenQuietOrSilentButStillAsks) {
    Application quiet("alice", {.options = "quiet"});
    Application silent("alice");
    quiet.typed = {wrong_password()};
    silent.typed = {wrong_password()};
    EXPECT_EQ(quiet.authenticate(), PAM_AUTH_ERR);
    EXPECT_EQ(silent.authenticate(PAM_SILENT | PAM_DISALLOW_NULL_AUTHTOK), PAM_AUTH_ERR);
    EXPECT_THAT(quiet.drawn, ElementsAre(Drawn{PAM_PROMPT_ECHO_OFF, "Password: "}));
    EXPECT_EQ(quiet.drawn, silent.drawn);
}

TEST_F(ALogin, WithAnExpiredPasswordIsGrantedAndTheAccountPhaseWantsANewOne) {
    daemon->add("alice", {.password = right_password(),
                          .granted = Reason::new_password_required,
                          .messages = {"Your password has expired."}});
    Application application("alice");
    application.typed = {right_password()};
    EXPECT_EQ(application.authenticate(), PAM_SUCCESS);
    EXPECT_EQ(application.check_account(), PAM_NEW_AUTHTOK_REQD);
    EXPECT_EQ(application.texts(PAM_TEXT_INFO).back(), "Your password has expired.");
    application.typed = {right_password(), next_password(), next_password()};
    EXPECT_EQ(application.change_password(PAM_CHANGE_EXPIRED_AUTHTOK), PAM_SUCCESS);
    EXPECT_EQ(daemon->password_of("alice"), next_password());
}

TEST_F(ALogin, NotAuthorisedForTheServiceIsDeniedInTheAccountPhaseWithTheProfilesText) {
    daemon->add("alice", {.password = right_password(),
                          .granted = Reason::not_authorised,
                          .messages = {"This station is for the night shift."}});
    Application application("alice");
    application.typed = {right_password()};
    EXPECT_EQ(application.authenticate(), PAM_SUCCESS);
    EXPECT_EQ(application.check_account(), PAM_PERM_DENIED);
    EXPECT_THAT(application.texts(PAM_ERROR_MSG), ElementsAre("This station is for the night shift."));
}

TEST_F(ALogin, AsksAboutTheAccountWhereAnotherModuleSaidWhoItIs) {
    daemon->add("alice", {.password = right_password(), .granted = Reason::new_password_required});
    Application application("alice");
    EXPECT_EQ(application.check_account(), PAM_NEW_AUTHTOK_REQD);
    EXPECT_EQ(daemon->request(0).facts.at("phase"), "account");
    Application foreign(foreign_name);
    EXPECT_EQ(foreign.check_account(), PAM_USER_UNKNOWN);
    Application unknown("mallory");
    EXPECT_EQ(unknown.check_account(), PAM_PERM_DENIED);
}

TEST_F(ALogin, NeverUsesTheVerdictAboutSomebodyElse) {
    Application application("alice");
    application.typed = {right_password()};
    ASSERT_EQ(application.authenticate(), PAM_SUCCESS);
    application.set_item(PAM_USER, "mallory");
    EXPECT_EQ(application.check_account(), PAM_PERM_DENIED);
    EXPECT_EQ(daemon->request(2).account, "mallory");
}

TEST_F(ALogin, ForgetsTheVerdictWhenTheSamePersonIsRefusedLater) {
    Application application("alice");
    application.typed = {right_password()};
    ASSERT_EQ(application.authenticate(), PAM_SUCCESS);
    application.typed = {wrong_password()};
    ASSERT_EQ(application.authenticate(), PAM_AUTH_ERR);
    (void)application.check_account();
    EXPECT_EQ(daemon->calls().back(), "Begin") << "the account phase must not live on the older grant";
}

TEST_F(ALogin, ShowsWhatTheDaemonHasToSayOnceWhenTheSessionOpens) {
    daemon->add("alice", {.password = right_password(), .messages = {"Last login: yesterday."}});
    Application application("alice");
    application.typed = {right_password()};
    ASSERT_EQ(application.authenticate(), PAM_SUCCESS);
    ASSERT_EQ(application.check_account(), PAM_SUCCESS);
    EXPECT_THAT(application.texts(PAM_TEXT_INFO), IsEmpty());
    EXPECT_EQ(application.open_session(), PAM_SUCCESS);
    EXPECT_EQ(application.texts(PAM_TEXT_INFO).back(), "Last login: yesterday.");
    const int rounds = application.rounds;
    EXPECT_EQ(application.open_session(), PAM_SUCCESS);
    EXPECT_EQ(application.close_session(), PAM_SUCCESS);
    EXPECT_EQ(application.rounds, rounds);
    EXPECT_THAT(daemon->calls(), ElementsAre("Begin", "Answer"));
}

TEST_F(ALogin, LeavesSessionsOfPeopleItDidNotJudgeToOthers) {
    Application application(foreign_name);
    EXPECT_EQ(application.open_session(), nobody_took_it);
    EXPECT_THAT(daemon->calls(), IsEmpty());
}

TEST_F(ALogin, WithoutAConversationOrWithADroppedOneCountsNothing) {
    Application without("alice");
    const pam_conv none{nullptr, nullptr};
    without.set_item(PAM_CONV, &none);
    EXPECT_EQ(without.authenticate(), PAM_CONV_ERR);
    Application failing("alice");
    failing.conversation_result = PAM_CONV_ERR;
    EXPECT_EQ(failing.authenticate(), PAM_CONV_ERR);
    Application dropping("alice");
    dropping.typed = {std::nullopt};
    EXPECT_EQ(dropping.authenticate(), PAM_CONV_ERR);
    Application later("alice");
    later.conversation_result = PAM_CONV_AGAIN;
    EXPECT_EQ(later.authenticate(), PAM_INCOMPLETE);
    EXPECT_EQ(daemon->failures("alice"), 0);
    ASSERT_TRUE(eventually([&] { return daemon->calls().size() == 8; }));
    EXPECT_THAT(daemon->calls(),
                ElementsAre("Begin", "Cancel", "Begin", "Cancel", "Begin", "Cancel", "Begin", "Cancel"));
}

TEST_F(ALogin, WithAnEmptyPasswordIsRefusedAsAnyOtherAndNotCounted) {
    for (const char* option : {"self_service=no", "self_service=yes"}) {
        Application application("alice", {.options = option});
        application.typed = {""};
        EXPECT_EQ(application.authenticate(), PAM_AUTH_ERR);
        EXPECT_THAT(application.texts(PAM_ERROR_MSG), ElementsAre(refusal));
        EXPECT_THAT(application.seen_below("AUTHTOK"), Optional(std::string()));
    }
    EXPECT_EQ(daemon->failures("alice"), 0);
}

TEST_F(ALogin, T18_SendsAPasswordOfTheLargestSizeAndRefusesOneByteMore) {
    const std::string largest(limits::answer_bytes, 'x');
    daemon->add("alice", {.password = largest});
    Application at("alice");
    at.typed = {largest};
    EXPECT_EQ(at.authenticate(), PAM_SUCCESS);
    Application above("alice");
    above.typed = {largest + "x"};
    EXPECT_EQ(above.authenticate(), PAM_AUTH_ERR);
    Application not_text("alice");
    not_text.typed = {"\xff\xfe"};
    EXPECT_EQ(not_text.authenticate(), PAM_AUTH_ERR);
    EXPECT_EQ(daemon->failures("alice"), 0);
}

TEST_F(ALogin, AsksForTheNameAndSendsOneThatCannotTravelAsANobody) {
    Application asking("");
    asking.typed = {"alice", right_password()};
    EXPECT_EQ(asking.authenticate(), PAM_SUCCESS);
    Application strange("\xff\xfename");
    strange.typed = {wrong_password()};
    EXPECT_EQ(strange.authenticate(), PAM_AUTH_ERR);
    EXPECT_EQ(daemon->request(2).account, "\\xff\\xfename");
    Application endless(std::string(limits::typed_name_bytes + 1, 'a'));
    endless.typed = {wrong_password()};
    EXPECT_EQ(endless.authenticate(), PAM_AUTH_ERR);
}

TEST_F(ALogin, TellsTheDaemonWhereItIsAndInWhichLanguage) {
    Application application("alice");
    application.set_item(PAM_TTY, "tty7");
    application.set_item(PAM_RHOST, "kiosk\xff");
    application.put_environment("XDG_SEAT=seat1");
    application.put_environment("LANG=fr_FR.UTF-8");
    application.typed = {right_password()};
    ASSERT_EQ(application.authenticate(), PAM_SUCCESS);
    const Request begin = daemon->request(0);
    EXPECT_EQ(begin.purpose, "login");
    EXPECT_EQ(begin.account, "alice");
    EXPECT_EQ(begin.facts, (std::map<std::string, std::string>{{"service", "test"},
                                                               {"tty", "tty7"},
                                                               {"rhost", "kiosk\\xff"},
                                                               {"seat", "seat1"},
                                                               {"locale", "fr_FR.UTF-8"}}));
}

TEST_F(ALogin, TellsTheDaemonWhereItsStackOffersNoSelfService) {
    for (const char* const options : {"", "self_service=yes", "self_service=no"}) {
        const std::size_t before = daemon->calls().size();
        Application application("alice", {.options = options});
        application.typed = {right_password()};
        ASSERT_EQ(application.authenticate(), PAM_SUCCESS);
        const auto facts = daemon->request(before).facts;
        EXPECT_EQ(facts.contains("self_service") ? facts.at("self_service") : "",
                  std::string_view(options) == "self_service=no" ? "no" : "");
    }
}

TEST_F(ALogin, T13_SaysWhoCalledSudoAndTakesNobodyElsesWordForIt) {
    Application sudo("alice");
    sudo.set_item(PAM_SERVICE, "sudo");
    sudo.set_item(PAM_RUSER, "nobody");
    sudo.typed = {right_password()};
    ASSERT_EQ(sudo.authenticate(), PAM_SUCCESS);
    EXPECT_EQ(daemon->request(0).facts.at("real_uid"), "65534");
    Application from_the_network("alice");
    from_the_network.set_item(PAM_RUSER, "nobody");
    from_the_network.typed = {right_password()};
    const std::size_t calls = daemon->calls().size();
    ASSERT_EQ(from_the_network.authenticate(), PAM_SUCCESS);
    EXPECT_FALSE(daemon->request(calls).facts.contains("real_uid"));
}

TEST_F(ALogin, IsInTheLanguageThatTheApplicationSpeaksBeforeThatOfItsEnvironment) {
    ::setenv("LC_ALL", "de_DE.UTF-8", 1);
    Application silent("alice"); // has not called setlocale()
    silent.typed = {right_password()};
    EXPECT_EQ(silent.authenticate(), PAM_SUCCESS);
    EXPECT_EQ(daemon->request(0).facts.at("locale"), "de_DE.UTF-8");

    const base::Handle<__locale_struct, ::freelocale> spoken(::newlocale(LC_MESSAGES_MASK, "C.UTF-8", nullptr));
    const locale_t former = ::uselocale(spoken.get());
    Application speaking("alice");
    speaking.typed = {right_password()};
    EXPECT_EQ(speaking.authenticate(), PAM_SUCCESS);
    ::uselocale(former);
    ::unsetenv("LC_ALL");
    EXPECT_EQ(daemon->request(2).facts.at("locale"), "C.UTF-8");
}

} // namespace

} // namespace loquet::tests
