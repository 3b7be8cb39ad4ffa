// SPDX-License-Identifier: LGPL-2.1-or-later
// The rows of the table of PAM results (docs/man/pam_loquet.8), one by one, for changing a password.
#include "tests/unit/pam_module/fixture.h"

namespace loquet::tests {

namespace {

using testing::ElementsAre;
using testing::Optional;

class APasswordChange : public OnABus {};

TEST_F(APasswordChange, AsksForTheOldAndTheNewOneAndLeavesBothToTheModulesBelow) {
    Application application("alice");
    application.typed = {right_password(), next_password(), next_password()};
    EXPECT_EQ(application.change_password(), PAM_SUCCESS);
    EXPECT_EQ(daemon->password_of("alice"), next_password());
    EXPECT_THAT(application.seen_below("AUTHTOK"), Optional(next_password()));
    EXPECT_THAT(application.seen_below("OLDAUTHTOK"), Optional(right_password()));
}

TEST_F(APasswordChange, LooksFirstWithoutAskingAnybody) {
    Application application("alice");
    EXPECT_EQ(application.change_password(), PAM_CONV_ERR) << "the second pass asked, and nobody answered";
    EXPECT_EQ(daemon->failures("alice"), 0);
    daemon->stop();
    const int rounds = application.rounds;
    EXPECT_EQ(application.change_password(), PAM_TRY_AGAIN);
    EXPECT_EQ(application.rounds, rounds + 1);
    EXPECT_EQ(application.drawn.back().style, PAM_ERROR_MSG) << "no question";
}

TEST_F(APasswordChange, OfANameFromAnotherSourceIsNotOurs) {
    Application application("daemon");
    EXPECT_EQ(application.change_password(), PAM_USER_UNKNOWN);
    EXPECT_EQ(application.rounds, 0);
}

TEST_F(APasswordChange, WithTheWrongOldPasswordCannotRecover) {
    Application application("alice");
    application.typed = {wrong_password()};
    EXPECT_EQ(application.change_password(), PAM_AUTHTOK_RECOVERY_ERR);
    EXPECT_EQ(daemon->failures("alice"), 1);
    Application empty("alice");
    empty.typed = {""};
    EXPECT_EQ(empty.change_password(), PAM_AUTHTOK_RECOVERY_ERR);
    EXPECT_EQ(daemon->failures("alice"), 1) << "an empty password is not an attempt";
}

TEST_F(APasswordChange, ShowsTheRulesThatWereNotMetAndAsksAgain) {
    Application application("alice");
    application.typed = {right_password(), "short", "short", next_password(), next_password()};
    EXPECT_EQ(application.change_password(), PAM_SUCCESS);
    EXPECT_THAT(application.texts(PAM_PROMPT_ECHO_OFF), testing::Contains("At least 8 characters.\nNew password: "));
    EXPECT_EQ(daemon->password_of("alice"), next_password());
}

TEST_F(APasswordChange, EndsWhenTheDaemonHasHeardEnough) {
    Application application("alice");
    application.typed = {right_password(), "a", "a", "b", "b", "c", "c"};
    EXPECT_EQ(application.change_password(), PAM_AUTHTOK_ERR);
    EXPECT_EQ(daemon->password_of("alice"), right_password());
}

TEST_F(APasswordChange, TakesTheNewOneFromAboveUnderUseAuthtok) {
    Application application("alice", {.options = "use_authtok",
                                      .auth_above = "authtok=" + next_password() + " oldauthtok=" + right_password()});
    EXPECT_EQ(application.change_password(), PAM_SUCCESS);
    EXPECT_EQ(application.rounds, 0);
    EXPECT_EQ(daemon->password_of("alice"), next_password());
}

TEST_F(APasswordChange, TakesTheNewOneFromAboveUnderTryFirstPassAndAsksWhereThereIsNone) {
    Application with("alice", {.options = "try_first_pass", .auth_above = "authtok=" + next_password()});
    with.typed = {right_password()};
    EXPECT_EQ(with.change_password(), PAM_SUCCESS);
    EXPECT_EQ(daemon->password_of("alice"), next_password());
    Application without("alice", {.options = "try_first_pass"});
    without.typed = {next_password(), right_password(), right_password()};
    EXPECT_EQ(without.change_password(), PAM_SUCCESS);
    EXPECT_EQ(daemon->password_of("alice"), right_password());
}

TEST_F(APasswordChange, NeverAsksForANewOneUnderUseAuthtok) {
    Application without("alice", {.options = "use_authtok"});
    EXPECT_EQ(without.change_password(), PAM_AUTHTOK_RECOVERY_ERR);
    EXPECT_EQ(without.rounds, 0);
    Application refused("alice", {.options = "use_authtok", .auth_above = "authtok=short"});
    refused.typed = {right_password()};
    EXPECT_EQ(refused.change_password(), PAM_AUTHTOK_ERR);
    EXPECT_THAT(refused.texts(PAM_ERROR_MSG), ElementsAre("At least 8 characters."));
    EXPECT_EQ(daemon->password_of("alice"), right_password());
}

TEST_F(APasswordChange, AskedForExpiredOnesLeavesAPasswordThatIsNot) {
    Application application("alice");
    application.typed = {right_password()};
    ASSERT_EQ(application.authenticate(), PAM_SUCCESS);
    const std::size_t calls = daemon->calls().size();
    EXPECT_EQ(application.change_password(PAM_CHANGE_EXPIRED_AUTHTOK), PAM_SUCCESS);
    EXPECT_EQ(daemon->calls().size(), calls);
    EXPECT_EQ(daemon->password_of("alice"), right_password());
}

TEST_F(APasswordChange, SaysBusyInPamsWords) {
    daemon->intercept([](const Request& request) -> std::optional<Reaction> {
        return request.member == "Begin"
                   ? std::make_optional<Reaction>(BusError{"org.loquet.Auth1.Error.Busy", "too many dialogs"})
                   : std::nullopt;
    });
    Application application("alice");
    EXPECT_EQ(application.change_password(), PAM_AUTHTOK_LOCK_BUSY);
}

} // namespace

} // namespace loquet::tests
