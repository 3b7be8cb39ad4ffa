// SPDX-License-Identifier: LGPL-2.1-or-later
// A login that ends as another account than the program began with. No module looks here: that this is refused is the
// daemon's alone. Carries T11.
#include "daemon/conversation/attempt_record.h"
#include "daemon/conversation/typed_text.h"
#include "tests/unit/daemon/conversation/conversation_fixture.h"

namespace loquet::conversation {

namespace {

/// A dialog that was begun for anna, in which somebody then said that they are bert, and has bert's password.
class ALoginAsAnother : public ConversationFixture {
protected:
    ALoginAsAnother() { add(bert, "bert", canary::next_password); }

    Turn log_in_as(const std::string& other, const Client& client, std::string_view password,
                   const std::string& for_purpose = purpose::login, const std::string& began = "anna") {
        const auto flows = flow_set();
        Dialog dialog(for_purpose, client, find_subject(*store_, began, client),
                      items_for(flows->settings(), for_purpose, client), flows);
        dialog.subject = find_subject(*store_, other, client);
        Attempt beginning(context_, dialog);
        EXPECT_EQ(asked(done(beginning.begin())), std::vector<std::string>{"password"});
        dialog.flow.run();
        Attempt answering(context_, dialog);
        return done(answering.answer(answers({password})));
    }
    static Client by(const char* service) {
        Client client = root();
        client.service = service;
        return client;
    }

    LockoutService counting_{not_owned(lockout_), *store_, steady_, clock_, loop_};
    AccountQueue queue_{loop_};
    base::TaskGroup tasks_{[](const std::exception_ptr&) {}};
    std::optional<notices::Notices> notices_;
    std::function<void(model::Uid, base::Milliseconds, const std::string&)> on_locked_;
    Attempt::Context context_{loop_,
                              clock_,
                              steady_,
                              *store_,
                              texts_,
                              counting_,
                              tickets(),
                              queue_,
                              tasks_,
                              notices_,
                              on_locked_,
                              has_rights_,
                              base::Milliseconds(0)};
};

TEST_F(ALoginAsAnother, T11_IsRefusedWhereTheProgramGoesOnWithTheNameThatItBeganWith) {
    for (const char* const service :
         {"su", "sudo", "sshd", "polkit-1", "vlock", "i3lock", "xscreensaver", "gdm-password", "", "LOGIN"}) {
        EXPECT_EQ(refusal(log_in_as("bert", by(service), canary::next_password)), Reason::refused) << service;
        EXPECT_EQ(records().back().detail, "other-account") << service;
        EXPECT_FALSE(records().back().granted) << service;
        EXPECT_EQ(records().back().account, bert) << "whose proof it was";
    }
    EXPECT_EQ(counters("bert").account.consecutive, 0U) << "nobody guessed anything";
    EXPECT_EQ(counters("anna").account.consecutive, 0U);
    EXPECT_EQ(private_part(bert).last_login.count(), 0) << "nobody was let in";
}

TEST_F(ALoginAsAnother, T11_IsGrantedWhereTheProgramTakesTheNameBack) {
    for (const char* const service : {"login", "remote", "lightdm", "greetd"}) {
        const Turn turn = log_in_as("bert", by(service), canary::next_password);
        ASSERT_TRUE(is_granted(turn)) << service;
        EXPECT_EQ(std::get<Granted>(turn).account, "bert") << service;
    }
}

TEST_F(ALoginAsAnother, T11_IsRefusedEverywhereWhereSomebodyHasTheFirstName) {
    Client login = by("login");
    login.account_uid = anna.value;
    EXPECT_TRUE(is_granted(log_in_as("anna", login, canary::password))) << "the same one";
    Dialog dialog(purpose::login, login, find_subject(*store_, "anna", login), {}, flow_set());
    dialog.subject.name = "bert";
    Effects effects;
    end_turn(effects, Granted{}, dialog);
    EXPECT_EQ(refusal(effects.turn), Reason::refused);
    EXPECT_EQ(effects.detail, "other-account");
}

TEST_F(ALoginAsAnother, T11_IsRefusedToAPlainUsersProgramWhateverItCallsItself) {
    Client locker = user(anna.value);
    locker.service = "login";
    Dialog dialog(purpose::unlock_screen, locker, find_subject(*store_, "anna", locker), {}, flow_set());
    dialog.subject.name = "bert";
    Effects effects;
    end_turn(effects, Granted{}, dialog);
    EXPECT_EQ(refusal(effects.turn), Reason::refused);
}

TEST_F(ALoginAsAnother, IsNoneInAnotherSpelling) {
    EXPECT_TRUE(is_granted(log_in_as("anna", by("login"), canary::password, purpose::login, "ANNA")));
}

TEST_F(ALoginAsAnother, WithAWrongPasswordIsAFailureOfTheirsAsEver) {
    EXPECT_EQ(refusal(log_in_as("bert", by("su"), canary::wrong_password)), Reason::refused);
    EXPECT_EQ(counters("bert").account.consecutive, 1U);
}

} // namespace

} // namespace loquet::conversation
