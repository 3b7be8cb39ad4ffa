// SPDX-License-Identifier: LGPL-2.1-or-later
// The purpose "unlock": who knows the password and is locked out by failures proves who they are in another way.
#include "daemon/store/outbox_table.h"
#include "lib/base/limits.h"
#include "tests/unit/daemon/conversation/conversation_fixture.h"

#include <gmock/gmock.h>

namespace loquet::conversation {
namespace {

using protocol::Medium;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class ALockedOutOwner : public ConversationFixture {
protected:
    ALockedOutOwner() {
        settings_.flows.push_back(config::flow_of_steps(purpose::recover_password, {"ticket", "new_password"}));
        settings_.flows.push_back(config::flow_of_steps(purpose::unlock, {"ticket"}));
        sends_by_ = &outbox_;
        set(anna, [](model::PrivateAccount& account) {
            account.mail = "anna@example.org";
            account.mail_confirmed = base::Milliseconds(1);
        });
    }

    void fail(int times) {
        for (int failure = 0; failure < times; ++failure) {
            clock_.advance(std::chrono::minutes(1));
            (void)log_in("anna", "wrong");
        }
    }
    /// "code" or "notice" of the last message to anna whose text begins so; empty where there is none.
    [[nodiscard]] std::string code_in_last(const std::string& text) const {
        return store_->read([&](const store::ReadTxn& txn) {
            std::string code;
            store::OutboxTable::each(txn, 0, [&](std::uint64_t number, const model::OutboxEntry& message) {
                const auto content = store::OutboxTable::content(txn, number);
                if (content && message.text.starts_with(text)) {
                    for (const auto& variable : content->variables) {
                        code = variable.name == "code" ? std::string(variable.value.reveal()) : code;
                    }
                }
                return true;
            });
            return code;
        });
    }
    /// Through the menu, with the code typed where it is asked.
    Turn unlock(const Client& client = root()) {
        const Begun begun = begin("anna", client);
        (void)answer(*begun.dialog, {""}, client.sender);
        EXPECT_THAT(texts_of(answer(*begun.dialog, {""}, client.sender)),
                    ElementsAre("1 forgotten password  2 unlock  3 I have a code  4 help: "));
        EXPECT_THAT(asked(answer(*begun.dialog, {"2"}, client.sender)), Contains("code"));
        return answer(*begun.dialog, {code_in_last("ticket.unlock_mail")}, client.sender);
    }
    [[nodiscard]] std::string last_detail() const { return records().back().detail; }

    static constexpr outbox::Budget enough{90, 90, 90, 90, 90, 100};
    outbox::Outbox outbox_{{.media = {Medium::mail},
                            .organisation = "Ville de Rouen",
                            .machine = "kiosk7",
                            .budgets = {enough, enough},
                            .alarm = {}},
                           steady_,
                           clock_};
};

TEST_F(ALockedOutOwner, BONUS18_UnlocksByACodeAndLogsInWithTheFormerPassword) {
    fail(5);
    EXPECT_EQ(refusal(log_in("anna", canary::password)), Reason::refused) << "locked";
    const Turn end = unlock();
    ASSERT_TRUE(is_done(end)) << "nobody is let in by it";
    EXPECT_THAT(std::get<protocol::Done>(end).messages, ElementsAre(HasSubstr("it is unlocked now")));
    EXPECT_EQ(records().back().kind, model::AuditKind::account_unlocked);
    EXPECT_EQ(records().back().purpose, purpose::unlock);
    EXPECT_TRUE(records().back().granted);
    EXPECT_EQ(last_detail(), "unlocked");
    EXPECT_TRUE(is_granted(log_in("anna", canary::password)));
}

TEST_F(ALockedOutOwner, UnlocksByTheCodeInPlaceOfThePassword) {
    const Begun asking = begin("anna");
    for (const char* typed : {"", "", "2"}) {
        (void)answer(*asking.dialog, {typed});
    }
    const std::string code = code_in_last("ticket.unlock_mail");
    fail(5);
    const Begun later = begin("anna");
    EXPECT_TRUE(is_done(answer(*later.dialog, {code})));
    EXPECT_TRUE(is_granted(log_in("anna", canary::password)));
    const Begun again = begin("anna");
    EXPECT_EQ(refusal(answer(*again.dialog, {code})), Reason::refused) << "it was used";
}

TEST_F(ALockedOutOwner, IsTold) {
    fail(5);
    ASSERT_TRUE(is_done(unlock()));
    EXPECT_EQ(code_in_last("notice.unlocked").size(), 11U) << "with a code to say that it was somebody else";
}

TEST_F(ALockedOutOwner, IsSaidTheSameWhereNothingIsLocked) {
    fail(5);
    const Turn locked = unlock();
    clock_.advance(std::chrono::minutes(2));
    const Turn open = unlock();
    EXPECT_EQ(open, locked);
    EXPECT_EQ(last_detail(), "no-lock-to-lift");
    EXPECT_EQ(private_part(anna).unlocks.within_day(steady_.now(clock_)), 1U) << "what lifts nothing is not counted";
}

TEST_F(ALockedOutOwner, UnlocksThreeTimesADayAndNotAFourthTime) {
    for (std::uint32_t time = 0; time < limits::unlocks_a_day; ++time) {
        fail(5);
        ASSERT_TRUE(is_done(unlock())) << time;
        EXPECT_EQ(last_detail(), "unlocked");
    }
    fail(5);
    EXPECT_TRUE(is_done(unlock())) << "what is said is the same";
    EXPECT_EQ(last_detail(), "unlocked-often-today");
    EXPECT_EQ(refusal(log_in("anna", canary::password)), Reason::refused) << "it stays locked";
    clock_.advance(std::chrono::hours(26));
    fail(5);
    EXPECT_TRUE(is_done(unlock()));
    EXPECT_EQ(last_detail(), "unlocked");
}

TEST_F(ALockedOutOwner, KeepsWhatWasCountedInARow) {
    fail(5);
    const std::uint32_t row = counters("anna").account.consecutive;
    ASSERT_TRUE(is_done(unlock()));
    EXPECT_EQ(counters("anna").account.consecutive, row);
    EXPECT_EQ(counters("anna").account.pardoned_in_a_row, 0U)
        << "or a guesser with the mailbox never met the last lock";
}

TEST_F(ALockedOutOwner, IsNotUnlockedByThemselvesWhereTheHelpdeskLockedThem) {
    const Begun asking = begin("anna");
    for (const char* typed : {"", "", "2"}) {
        (void)answer(*asking.dialog, {typed});
    }
    const std::string code = code_in_last("ticket.unlock_mail");
    set(anna, [](model::PrivateAccount& account) { account.state = model::AccountState::locked; });
    EXPECT_EQ(refusal(answer(*asking.dialog, {code})), Reason::refused);
    EXPECT_EQ(private_part(anna).state, model::AccountState::locked);
}

TEST_F(ALockedOutOwner, IsNotUnlockedByThemselvesAfterTooManyFailuresInARow) {
    fail(5);
    store_->write_now([&](store::WriteTxn& txn) {
        model::AttemptCounters attempts = counters("anna");
        attempts.account.disabled = true;
        attempts.lock = {0, true, "too-many-failures-in-a-row"};
        store::CountersTable::put_attempts(txn, txn.digest(store::DigestKind::name, "anna"),
                                           store::CountersTable::Whose::account, attempts);
    });
    EXPECT_TRUE(is_done(unlock())) << "what is said is the same";
    EXPECT_EQ(last_detail(), "no-lock-to-lift");
    EXPECT_TRUE(counters("anna").account.disabled);
}

TEST_F(ALockedOutOwner, GetsNothingButAnUnlockByACodeToUnlock) {
    const Begun asking = begin("anna");
    for (const char* typed : {"", "", "2"}) {
        (void)answer(*asking.dialog, {typed});
    }
    const std::string code = code_in_last("ticket.unlock_mail");
    const Begun recovering = begin("anna");
    for (const char* typed : {"", "", "1"}) {
        (void)answer(*recovering.dialog, {typed});
    }
    EXPECT_EQ(refusal(answer(*recovering.dialog, {code})), Reason::refused) << "it is no proof for a new password";
}

TEST_F(ALockedOutOwner, IsNotOfferedItWhereTheProfileHasNoFlow) {
    settings_.flows.pop_back();
    const Begun begun = begin("anna");
    (void)answer(*begun.dialog, {""});
    EXPECT_THAT(texts_of(answer(*begun.dialog, {""})), ElementsAre("1 forgotten password  2 I have a code  3 help: "));
}

TEST_F(ALockedOutOwner, IsOfferedItWithoutAFlowForAForgottenPasswordToo) {
    settings_.flows.erase(settings_.flows.end() - 2);
    fail(5);
    const Begun begun = begin("anna");
    (void)answer(*begun.dialog, {""});
    EXPECT_THAT(texts_of(answer(*begun.dialog, {""})), ElementsAre("1 unlock  2 I have a code  3 help: "));
    (void)answer(*begun.dialog, {"1"});
    EXPECT_TRUE(is_done(answer(*begun.dialog, {code_in_last("ticket.unlock_mail")})));
    EXPECT_TRUE(is_granted(log_in("anna", canary::password)));
}

TEST_F(ALockedOutOwner, ReadsAMenuOfOneLineInFrench) {
    Client client = root();
    client.locale = "fr";
    const Begun begun = begin("anna", client);
    (void)answer(*begun.dialog, {""});
    const std::vector<std::string> menu = texts_of(answer(*begun.dialog, {""}));
    EXPECT_THAT(menu, ElementsAre("1 mot de passe oublié  2 déverrouiller  3 j'ai un code  4 aide : "));
}

TEST_F(ALockedOutOwner, CannotBeginItWhereSelfServiceIsNotOffered) {
    Client sudo = root();
    sudo.service = "sudo";
    EXPECT_EQ(kind_of(engine().begin(purpose::unlock, "anna", sudo, {})), Kind::denied);
    EXPECT_EQ(kind_of(engine().begin(purpose::unlock, "anna", user(anna.value), {})), Kind::denied);
}

} // namespace
} // namespace loquet::conversation
