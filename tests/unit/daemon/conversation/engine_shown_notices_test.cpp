// SPDX-License-Identifier: LGPL-2.1-or-later
// What was done to an account stands on the screen of its next three logins.
#include "daemon/accounts/account_changes.h"
#include "daemon/store/outbox_table.h"
#include "lib/base/limits.h"
#include "tests/unit/daemon/conversation/conversation_fixture.h"

#include <gmock/gmock.h>

#include <set>

namespace loquet::conversation {
namespace {

using protocol::Medium;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class ANoticeAtTheLogin : public ConversationFixture {
protected:
    void happened(model::ScreenEvent event, std::optional<std::uint32_t> actor = bert.value) {
        store_->write_now(
            [&](store::WriteTxn& txn) { accounts::show_at_logins(txn, anna, event, actor, clock_.wall()); });
    }
    /// What the granted login says; what is no login fails the test.
    std::vector<std::string> shown(const Client& client = root()) {
        const Turn turn = log_in("anna", canary::password, client);
        EXPECT_TRUE(is_granted(turn));
        return is_granted(turn) ? std::get<Granted>(turn).messages : std::vector<std::string>();
    }
    static Client with(const std::string& service) {
        Client client = root();
        client.service = service;
        return client;
    }
};

TEST_F(ANoticeAtTheLogin, IsShownThreeTimesAndNotAFourthTime) {
    add(bert, "bert", "");
    settings_.support.contact = "Assistance: 02 35 00 00 00";
    happened(model::ScreenEvent::password_reset);
    for (std::uint32_t time = 0; time < limits::notice_screens; ++time) {
        EXPECT_THAT(shown(), ElementsAre(AllOf(HasSubstr("the helpdesk (bert) asked you for a new password"),
                                               HasSubstr("Assistance: 02 35 00 00 00"))))
            << time;
    }
    EXPECT_THAT(shown(), IsEmpty());
    EXPECT_THAT(private_part(anna).screen_notices, IsEmpty());
}

TEST_F(ANoticeAtTheLogin, IsNotCountedWhereTheLoginIsRefused) {
    happened(model::ScreenEvent::factor_removed, 0);
    (void)log_in("anna", "wrong");
    EXPECT_EQ(private_part(anna).screen_notices.at(0).left, limits::notice_screens);
    EXPECT_THAT(shown(), ElementsAre(HasSubstr("the helpdesk (root) removed a second factor")));
}

TEST_F(ANoticeAtTheLogin, IsNotCountedWhereTheScreenIsUnlockedOrTheProgramWasNotSeenToShowIt) {
    happened(model::ScreenEvent::addresses_confirmed, 4711);
    for (const char* const service : {"lightdm", "dovecot", "greetd", "something-of-the-site"}) {
        EXPECT_THAT(shown(with(service)), IsEmpty()) << service;
    }
    (void)begin("anna", root(), purpose::unlock_screen);
    EXPECT_EQ(private_part(anna).screen_notices.at(0).left, limits::notice_screens);
    EXPECT_THAT(shown(with("sshd")), ElementsAre(HasSubstr("the helpdesk (UID 4711) confirmed your addresses")));
}

TEST_F(ANoticeAtTheLogin, StandsWithOthersAndTheOldestOfTheWeakestGivesWay) {
    for (std::uint32_t operators = 1; operators <= limits::screen_notices; ++operators) {
        happened(model::ScreenEvent::code_sent, operators);
    }
    happened(model::ScreenEvent::code_sent, 4711);
    const std::vector<std::string> lines = shown();
    EXPECT_THAT(lines, SizeIs(limits::screen_notices));
    EXPECT_THAT(lines.front(), HasSubstr("(UID 2)")) << "the oldest one is gone";
    EXPECT_THAT(lines.back(), HasSubstr("(UID 4711)"));
}

TEST_F(ANoticeAtTheLogin, OfAFactorThatWentIsNotPushedOffByUnlockingAgainAndAgain) {
    happened(model::ScreenEvent::factor_removed, 4711);
    happened(model::ScreenEvent::code_read_out, 4711);
    for (std::uint32_t again = 0; again < 2 * limits::screen_notices; ++again) {
        happened(model::ScreenEvent::unlocked, 4711);
        happened(model::ScreenEvent::unlocked, 5000 + again);
        happened(model::ScreenEvent::code_sent, 4711);
    }
    const std::vector<std::string> lines = shown();
    EXPECT_THAT(lines, SizeIs(limits::screen_notices));
    EXPECT_THAT(lines, testing::Contains(HasSubstr("removed a second factor")));
    EXPECT_THAT(lines, testing::Contains(HasSubstr("(UID 4711) read out a code")));
}

TEST_F(ANoticeAtTheLogin, OfTheSameActByTheSameOperatorIsOneOfTheLastTime) {
    happened(model::ScreenEvent::factor_removed, 4711);
    (void)shown();
    clock_.advance(std::chrono::minutes(1));
    happened(model::ScreenEvent::factor_removed, 4711);
    const auto kept = private_part(anna).screen_notices;
    ASSERT_THAT(kept, SizeIs(1));
    EXPECT_EQ(kept.front().when, clock_.wall());
    EXPECT_EQ(kept.front().left, limits::notice_screens);
}

TEST_F(ANoticeAtTheLogin, SaysOfEachActWhatItWas) {
    using model::ScreenEvent;
    std::set<std::string> said;
    for (const ScreenEvent event :
         {ScreenEvent::recovered, ScreenEvent::password_reset, ScreenEvent::code_sent, ScreenEvent::factor_removed,
          ScreenEvent::addresses_confirmed, ScreenEvent::unlocked, ScreenEvent::code_read_out}) {
        set(anna, [](model::PrivateAccount& account) { account.screen_notices.clear(); });
        happened(event, 0);
        const std::vector<std::string> lines = shown();
        ASSERT_THAT(lines, SizeIs(1));
        EXPECT_THAT(lines.front(), testing::Not(HasSubstr("{")));
        said.insert(lines.front());
    }
    EXPECT_THAT(said, SizeIs(7)) << "each in words of its own";
}

TEST_F(ANoticeAtTheLogin, IsWrittenInTheLanguageOfTheLogin) {
    happened(model::ScreenEvent::unlocked, 0);
    Client client = root();
    client.locale = "fr_FR.UTF-8";
    EXPECT_THAT(shown(client), ElementsAre(HasSubstr("l'assistance (root) a rétabli l'accès à votre compte")));
}

/// With one mail address, that site sends by.
class ARecoveryThatNobodyElseHearsOf : public ANoticeAtTheLogin {
protected:
    ARecoveryThatNobodyElseHearsOf() {
        settings_.flows.push_back(config::flow_of_steps(purpose::recover_password, {"ticket", "new_password"}));
        settings_.outbox.mail = {"smtp"};
        settings_.outbox.sms = {"sms"};
        sends_by_ = &outbox_;
        set(anna, [](model::PrivateAccount& account) {
            account.mail = "anna@example.org";
            account.mail_confirmed = base::Milliseconds(1);
        });
    }
    /// A new password, the same as before.
    void recover() {
        const Begun begun = begin("anna");
        for (const char* typed : {"", "", "1"}) {
            (void)answer(*begun.dialog, {typed});
        }
        const std::string code = store_->read([](const store::ReadTxn& txn) {
            std::string found;
            store::OutboxTable::each(txn, 0, [&](std::uint64_t number, const model::OutboxEntry& message) {
                const auto content = store::OutboxTable::content(txn, number);
                if (content && message.text.starts_with("ticket.")) {
                    found = std::string(content->variables.at(0).value.reveal());
                }
                return true;
            });
            return found;
        });
        (void)answer(*begun.dialog, {code});
        const Turn in = answer(*begun.dialog, {canary::next_password, canary::next_password});
        ASSERT_TRUE(is_granted(in));
        EXPECT_THAT(std::get<Granted>(in).messages, IsEmpty()) << "who did it need not be told";
    }
    std::vector<std::string> shown_next() {
        const Turn turn = log_in("anna", canary::next_password);
        return is_granted(turn) ? std::get<Granted>(turn).messages : std::vector<std::string>{"refused"};
    }

    static constexpr outbox::Budget enough{90, 90, 90, 90, 90, 100};
    outbox::Outbox outbox_{{.media = {Medium::mail},
                            .organisation = "Ville de Rouen",
                            .machine = "kiosk7",
                            .budgets = {enough, enough},
                            .alarm = {}},
                           steady_,
                           clock_};
};

TEST_F(ARecoveryThatNobodyElseHearsOf, IsShownAtTheNextThreeLogins) {
    recover();
    for (std::uint32_t time = 0; time < limits::notice_screens; ++time) {
        EXPECT_THAT(shown_next(), ElementsAre(HasSubstr("your password was replaced by somebody with a code")));
    }
    EXPECT_THAT(shown_next(), IsEmpty());
}

TEST_F(ARecoveryThatNobodyElseHearsOf, IsNoneWhereAnotherAddressHearsOfIt) {
    set(anna, [](model::PrivateAccount& account) { account.phone = "+33612345678"; });
    recover();
    EXPECT_THAT(shown_next(), IsEmpty()) << "the notice by text message says it";
}

} // namespace
} // namespace loquet::conversation
