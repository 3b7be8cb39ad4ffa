// SPDX-License-Identifier: LGPL-2.1-or-later
// The rows of the table of PAM results that need no mail and no recovery, against the real daemon with its plugins.
#include "lib/bus/connection.h"
#include "lib/bus/message.h"
#include "lib/protocol/names.h"
#include "tests/support/canary.h"
#include "tests/support/machine.h"
#include "tests/unit/pam_module/application.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <functional>

namespace loquet::tests {

namespace {

using testing::IsEmpty;
using testing::Optional;

std::string text(std::string_view secret) {
    return std::string(secret);
}

class ALoginOnAMachine : public testing::Test {
protected:
    ALoginOnAMachine() {
        ::setenv("DBUS_SYSTEM_BUS_ADDRESS", machine.bus().address().c_str(), 1);
        machine.create_account("alice", canary::password);
    }
    ~ALoginOnAMachine() override { ::unsetenv("DBUS_SYSTEM_BUS_ADDRESS"); }

    static int log_in(const std::string& name, std::string_view password) {
        Application application(name);
        application.typed = {text(password)};
        return application.authenticate();
    }

    Machine machine;
};

TEST_F(ALoginOnAMachine, IsGrantedToThePersonAndThePasswordGoesToTheModulesBelow) {
    Application application("alice");
    application.typed = {text(canary::password)};
    EXPECT_EQ(application.authenticate(), PAM_SUCCESS);
    EXPECT_THAT(application.seen_below("AUTHTOK"), Optional(text(canary::password)));
    EXPECT_EQ(application.check_account(), PAM_SUCCESS);
    EXPECT_EQ(application.open_session(), PAM_SUCCESS);
}

TEST_F(ALoginOnAMachine, IsThatOfTheOwnerInAnotherSpellingWhereTheProgramTakesTheNameBack) {
    Application login("ALICE");
    login.set_item(PAM_SERVICE, "login");
    login.typed = {text(canary::password)};
    EXPECT_EQ(login.authenticate(), PAM_SUCCESS);
    EXPECT_EQ(login.user(), "alice");
    EXPECT_EQ(login.check_account(), PAM_SUCCESS);
    EXPECT_EQ(login.open_session(), PAM_SUCCESS);
}

TEST_F(ALoginOnAMachine, IsNobodysInAnotherSpellingWhereTheProgramKeepsTheName) {
    for (int i = 0; i < 6; ++i) {
        Application sshd("Alice");
        sshd.set_item(PAM_SERVICE, "sshd");
        sshd.typed = {text(canary::password)};
        EXPECT_NE(sshd.authenticate(), PAM_SUCCESS);
        EXPECT_EQ(sshd.user(), "Alice");
    }
    EXPECT_EQ(log_in("alice", canary::password), PAM_SUCCESS) << "the owner is not locked out";
}

TEST_F(ALoginOnAMachine, IsOpenToTheOwnerAfterSshdRefusedThem) {
    for (int i = 0; i < 6; ++i) {
        Application sshd("alice");
        sshd.set_item(PAM_SERVICE, "sshd");
        sshd.typed = {"\b\n\r\177INCORRECT\b\n\r\177"};
        EXPECT_NE(sshd.authenticate(), PAM_SUCCESS);
    }
    EXPECT_EQ(log_in("alice", canary::password), PAM_SUCCESS);
}

TEST_F(ALoginOnAMachine, ShowsThreeTimesWhatTheHelpdeskDidAndNotAFourthTime) {
    bus::Connection helpdesk = machine.connect();
    const MachineAccount bob = machine.create_account("bob", canary::next_password);
    for (const char* act : {"Lock", "Unlock"}) {
        const bus::Message call =
            helpdesk.method_call(protocol::bus_name, bob.path.c_str(), protocol::account_interface, act);
        if (std::string_view(act) == "Lock") {
            bus::Writer(call.get()).text("a test asked for it");
        }
        (void)helpdesk.call(call, std::chrono::seconds(60));
    }
    const auto shown = [] {
        Application application("bob");
        application.set_item(PAM_SERVICE, "login");
        application.typed = {text(canary::next_password)};
        EXPECT_EQ(application.authenticate(), PAM_SUCCESS);
        EXPECT_EQ(application.check_account(), PAM_SUCCESS);
        EXPECT_EQ(application.open_session(), PAM_SUCCESS);
        return application.texts(PAM_TEXT_INFO);
    };
    for (int login = 1; login <= 3; ++login) {
        EXPECT_THAT(shown(), testing::ElementsAre(testing::HasSubstr("the helpdesk (root) restored access"))) << login;
    }
    EXPECT_THAT(shown(), IsEmpty());
}

TEST_F(ALoginOnAMachine, TakesThePasswordFromAboveInOneCall) {
    Application application("alice", {.options = "use_first_pass", .auth_above = "authtok=" + text(canary::password)});
    EXPECT_EQ(application.authenticate(), PAM_SUCCESS);
    EXPECT_EQ(application.rounds, 0);
}

TEST_F(ALoginOnAMachine, T14_IsRefusedAlikeToTheWrongTheUnknownAndTheEmpty) {
    Application wrong("alice");
    Application unknown("mallory");
    Application empty("alice");
    wrong.typed = {text(canary::wrong_password)};
    unknown.typed = {text(canary::wrong_password)};
    empty.typed = {""};
    for (Application* application : {&wrong, &unknown, &empty}) {
        EXPECT_EQ(application->authenticate(), PAM_AUTH_ERR);
        EXPECT_EQ(application->drawn, wrong.drawn);
        EXPECT_EQ(application->texts(PAM_ERROR_MSG).size(), 1U);
    }
}

TEST_F(ALoginOnAMachine, IsNotOursForOtherSourcesOfNames) {
    for (const char* name : {"root", "daemon"}) {
        Application application(name, {.options = "try_first_pass", .auth_above = "authtok=from-above"});
        EXPECT_EQ(application.authenticate(), PAM_USER_UNKNOWN) << name;
        EXPECT_EQ(application.rounds, 0);
        EXPECT_EQ(application.seen_below("AUTHTOK"), "from-above");
    }
}

TEST_F(ALoginOnAMachine, WithEmptyPasswordsForEverIsNeverLocked) {
    constexpr int more_than_any_policy_allows = 200;
    for (int i = 0; i < more_than_any_policy_allows; ++i) {
        ASSERT_EQ(log_in("alice", ""), PAM_AUTH_ERR);
    }
    EXPECT_EQ(log_in("alice", canary::password), PAM_SUCCESS);
}

TEST_F(ALoginOnAMachine, WithDroppedConversationsForEverIsNeverLocked) {
    constexpr int more_than_any_policy_allows = 200;
    for (int i = 0; i < more_than_any_policy_allows; ++i) {
        Application application("alice");
        ASSERT_EQ(application.authenticate(), PAM_CONV_ERR);
    }
    EXPECT_EQ(log_in("alice", canary::password), PAM_SUCCESS);
}

TEST_F(ALoginOnAMachine, WithWrongPasswordsIsLockedAndLooksTheSame) {
    constexpr int more_than_any_policy_allows = 20;
    Application wrong("alice");
    wrong.typed = {text(canary::wrong_password)};
    ASSERT_EQ(wrong.authenticate(), PAM_AUTH_ERR);
    for (int i = 0; i < more_than_any_policy_allows; ++i) {
        ASSERT_EQ(log_in("alice", canary::wrong_password), PAM_AUTH_ERR);
    }
    Application locked("alice");
    locked.typed = {text(canary::password)};
    EXPECT_EQ(locked.authenticate(), PAM_AUTH_ERR);
    EXPECT_EQ(locked.drawn, wrong.drawn);
}

TEST_F(ALoginOnAMachine, ForTheFirstTimeMustChangeThePasswordAndThenHasTheNewOne) {
    machine.create_account("bob", canary::password, true);
    Application application("bob");
    application.typed = {text(canary::password)};
    EXPECT_EQ(application.authenticate(), PAM_SUCCESS);
    EXPECT_EQ(application.check_account(), PAM_NEW_AUTHTOK_REQD);
    application.typed = {text(canary::next_password), text(canary::next_password)};
    EXPECT_EQ(application.change_password(PAM_CHANGE_EXPIRED_AUTHTOK), PAM_SUCCESS);
    EXPECT_THAT(application.seen_below("AUTHTOK"), Optional(text(canary::next_password)));
    EXPECT_EQ(log_in("bob", canary::next_password), PAM_SUCCESS);
    EXPECT_EQ(log_in("bob", canary::password), PAM_AUTH_ERR);
}

TEST_F(ALoginOnAMachine, ShowsTheRulesOfANewPasswordAndAsksAgain) {
    Application application("alice");
    application.typed = {"short", "short", text(canary::next_password), text(canary::next_password)};
    EXPECT_EQ(application.change_password(), PAM_SUCCESS);
    EXPECT_THAT(application.texts(PAM_PROMPT_ECHO_OFF), testing::Contains(testing::HasSubstr("Not accepted.")))
        << "what is wrong stands in the question";
    EXPECT_EQ(log_in("alice", canary::next_password), PAM_SUCCESS);
}

TEST_F(ALoginOnAMachine, AsksAboutTheAccountWhereAnotherModuleSaidWhoItIs) {
    machine.create_account("bob", canary::password, true);
    Application expired("bob");
    Application good("alice");
    Application unknown("mallory");
    EXPECT_EQ(expired.check_account(), PAM_NEW_AUTHTOK_REQD);
    EXPECT_EQ(good.check_account(), PAM_SUCCESS);
    EXPECT_EQ(unknown.check_account(), PAM_USER_UNKNOWN);
}

/// Answers with a password, after something happened to the daemon.
struct Interrupted {
    std::function<void()> happening;
    static int converse(int count, const pam_message** messages, pam_response** responses, void* self) {
        *responses = static_cast<pam_response*>(std::calloc(static_cast<std::size_t>(count), sizeof(pam_response)));
        if (messages[count - 1]->msg_style != PAM_PROMPT_ECHO_OFF) {
            return PAM_SUCCESS; // a text
        }
        static_cast<Interrupted*>(self)->happening();
        (*responses)[count - 1].resp = ::strdup(text(canary::password).c_str());
        return PAM_SUCCESS;
    }
};

TEST_F(ALoginOnAMachine, WhoseDaemonIsKilledMidDialogBeginsAgainOnce) {
    Interrupted interrupted{[&] {
        machine.kill();
        machine.start();
        machine.wait_for_plugins();
    }};
    Application application("alice");
    const pam_conv conversation{Interrupted::converse, &interrupted};
    application.set_item(PAM_CONV, &conversation);
    EXPECT_EQ(application.authenticate(), PAM_SUCCESS);
}

TEST_F(ALoginOnAMachine, WhoseDaemonIsGoneIsUnavailable) {
    Interrupted interrupted{[&] { machine.kill(); }};
    Application application("alice");
    const pam_conv conversation{Interrupted::converse, &interrupted};
    application.set_item(PAM_CONV, &conversation);
    EXPECT_EQ(application.authenticate(), PAM_AUTHINFO_UNAVAIL);
    EXPECT_EQ(log_in("alice", canary::password), PAM_AUTHINFO_UNAVAIL);
}

TEST_F(ALoginOnAMachine, T18_LeavesNoSecretOnTheBusInTheLogOrInTheStore) {
    BusCapture capture(machine.bus().address());
    EXPECT_EQ(log_in("alice", canary::password), PAM_SUCCESS);
    EXPECT_EQ(log_in("alice", canary::wrong_password), PAM_AUTH_ERR);
    Application application("alice",
                            {.options = "use_first_pass debug", .auth_above = "authtok=" + text(canary::password)});
    EXPECT_EQ(application.authenticate(), PAM_SUCCESS);
    application.typed = {text(canary::next_password), text(canary::next_password)};
    EXPECT_EQ(application.change_password(), PAM_SUCCESS);
    const std::string travelled = capture.end();
    (void)machine.stop();
    EXPECT_THAT(travelled, testing::HasSubstr("change-password"));
    EXPECT_THAT(find_canaries(travelled), IsEmpty());
    EXPECT_THAT(find_canaries(machine.log()), IsEmpty());
    EXPECT_THAT(find_canaries_in_folder(machine.store_folder()), IsEmpty());
}

} // namespace

} // namespace loquet::tests
