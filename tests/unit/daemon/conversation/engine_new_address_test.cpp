// SPDX-License-Identifier: LGPL-2.1-or-later
// The owner of an account gives it another mail address or telephone number: proved as at a login, confirmed from the
// new one, told to the former one, and no way to a new password for a while (recovery.md, 5 and 7).
#include "daemon/conversation/self_service.h"
#include "daemon/notices/notices.h"
#include "daemon/recovery/tickets.h"
#include "daemon/store/acts_table.h"
#include "daemon/store/identifiers_table.h"
#include "daemon/store/outbox_table.h"
#include "lib/base/limits.h"
#include "tests/unit/daemon/conversation/conversation_fixture.h"
#include "tests/unit/daemon/conversation/refusing_disk.h"

#include <gmock/gmock.h>

#include <map>

namespace loquet::conversation {
namespace {

using protocol::Medium;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

constexpr outbox::Budget ample{90, 90, 90, 90, 90, 100};
constexpr const char* former_mail = "anna@example.org";
constexpr const char* another_mail = "Anna.Neu@example.com";

class ANewAddress : public ConversationFixture {
protected:
    ANewAddress() {
        settings_.flows.push_back(config::flow_of_steps(purpose::change_address, {"password", "new_address"}));
        settings_.flows.push_back(config::flow_of_steps(purpose::recover_password, {"ticket_mail", "new_password"}));
        sends_by_ = &outbox_;
        add(bert, "bert", canary::password);
        set(anna, [](model::PrivateAccount& account) {
            account.mail = former_mail;
            account.mail_confirmed = base::Milliseconds(1);
        });
    }

    struct Message {
        std::string text;
        std::string destination;
        std::string code;
    };
    [[nodiscard]] std::vector<Message> sent() const {
        return store_->read([&](const store::ReadTxn& txn) {
            std::vector<Message> all;
            store::OutboxTable::each(txn, 0, [&](std::uint64_t number, const model::OutboxEntry& message) {
                Message& one = all.emplace_back(Message{message.text, {}, {}});
                if (const auto content = store::OutboxTable::content(txn, number)) {
                    one.destination = content->destination;
                    for (const auto& variable : content->variables) {
                        one.code = variable.name == "code" ? std::string(variable.value.reveal()) : one.code;
                    }
                }
                return true;
            });
            return all;
        });
    }
    /// Past the password, at "What do you want to change?".
    Begun past_the_password(std::string_view password = canary::password) {
        return done(engine().begin(purpose::change_address, "anna", user(anna.value), answers({password})));
    }
    Turn says(const Begun& begun, std::string_view text) { return answer(*begun.dialog, {text}, ":1.9"); }
    /// Up to the question for the code.
    Begun wants(std::string_view address, std::string_view medium = "1") {
        const Begun begun = past_the_password();
        (void)says(begun, medium);
        EXPECT_THAT(asked(says(begun, address)), Contains("code"));
        return begun;
    }
    /// To the end.
    Turn changes_to(const std::string& address) {
        const Begun begun = wants(address);
        return says(begun, sent().back().code);
    }
    [[nodiscard]] model::PrivateAccount account() const { return private_part(anna); }
    void was_reset(model::ActKind kind) {
        model::Act act;
        act.kind = kind;
        act.at = steady_.now(clock_);
        store_->write_now([&](store::WriteTxn& txn) { (void)store::ActsTable::add(txn, anna, act); });
    }

    outbox::Outbox outbox_{{.media = {Medium::mail, Medium::sms},
                            .organisation = "Ville de Rouen",
                            .machine = "kiosk7",
                            .budgets = {ample, ample},
                            .alarm = {}},
                           steady_,
                           clock_};
};

TEST_F(ANewAddress, APICIL18_IsConfirmedFromThereToldToTheFormerOneAndHeld) {
    const std::uint64_t generation = account().generation;
    const Begun begun = past_the_password();
    EXPECT_THAT(asked(begun.turn), ElementsAre("new_address_medium"));
    EXPECT_THAT(texts_of(says(begun, "1")), ElementsAre("On record: a***@e***.org", HasSubstr("New mail address")));
    EXPECT_THAT(texts_of(says(begun, " Anna.Neu@Example.COM ")), Contains(HasSubstr(another_mail)));
    ASSERT_THAT(sent(), SizeIs(1));
    EXPECT_EQ(sent().front().text, "ticket.address_mail");
    EXPECT_EQ(sent().front().destination, another_mail);
    EXPECT_EQ(account().mail, former_mail) << "nobody has confirmed the other one";
    const Turn end = says(begun, sent().front().code);
    ASSERT_TRUE(is_done(end));
    EXPECT_THAT(std::get<protocol::Done>(end).messages, ElementsAre(HasSubstr(another_mail)));
    EXPECT_EQ(account().mail, another_mail);
    EXPECT_EQ(account().mail_confirmed, clock_.wall());
    EXPECT_EQ(account().mail_held_until, steady_.now(clock_) + std::chrono::hours(24));
    EXPECT_EQ(account().generation, generation + 1);
    EXPECT_THAT(account().screen_notices,
                ElementsAre(Field(&model::ScreenNotice::event, model::ScreenEvent::address_changed)));
    ASSERT_THAT(sent(), SizeIs(2));
    EXPECT_EQ(sent().back().text, "notice.address_changed");
    EXPECT_EQ(sent().back().destination, former_mail) << "who can still stop it";
    EXPECT_THAT(records().back(), AllOf(Field(&model::AuditEvent::kind, model::AuditKind::address_changed),
                                        Field(&model::AuditEvent::granted, true),
                                        Field(&model::AuditEvent::detail, "mail: A***@e***.com")));
}

TEST_F(ANewAddress, OfTheTelephoneIsTheSame) {
    const Begun begun = wants("+33 6 12 34 56 78", "2");
    ASSERT_THAT(sent(), SizeIs(1));
    EXPECT_EQ(sent().front().destination, "+33612345678");
    ASSERT_TRUE(is_done(says(begun, sent().front().code)));
    EXPECT_EQ(account().phone, "+33612345678");
    EXPECT_TRUE(is_confirmed(account(), Medium::sms));
    EXPECT_EQ(account().mail, former_mail);
}

TEST_F(ANewAddress, IsNoWayToANewPasswordBeforeTheHoldIsOver) {
    ASSERT_TRUE(is_done(changes_to(another_mail)));
    const auto recovery = [&] {
        (void)begin("anna", root(), purpose::recover_password);
        return sent().back();
    };
    EXPECT_THAT(recovery().code, IsEmpty());
    clock_.advance(std::chrono::hours(24));
    EXPECT_THAT(recovery(), AllOf(Field(&Message::destination, another_mail), Field(&Message::code, Not(IsEmpty()))));
}

TEST_F(ANewAddress, T10_VoidsTheCodesThatWentToTheFormerOne) {
    const Begun elsewhere = begin("anna", root(), purpose::recover_password);
    const std::string code = sent().back().code;
    ASSERT_THAT(code, Not(IsEmpty()));
    ASSERT_TRUE(is_done(changes_to(another_mail)));
    EXPECT_EQ(refusal(answer(*elsewhere.dialog, {code})), Reason::refused);
    EXPECT_EQ(refusal(log_in("anna", code)), Reason::refused);
}

TEST_F(ANewAddress, T11_HasACodeThatOpensNothingElse) {
    const Begun begun = wants(another_mail);
    const std::string code = sent().back().code;
    EXPECT_EQ(refusal(log_in("anna", code)), Reason::refused);
    const Begun recovery = begin("anna", root(), purpose::recover_password);
    const std::string of_recovery = sent().back().code;
    EXPECT_EQ(refusal(answer(*recovery.dialog, {code})), Reason::refused);
    const Begun at_the_code = begin("anna", root(), purpose::enter_code);
    EXPECT_EQ(refusal(answer(*at_the_code.dialog, {code})), Reason::refused);
    ASSERT_NE(code, of_recovery);
    EXPECT_EQ(refusal(says(begun, of_recovery)), Reason::refused) << "nor does another one change the address";
    EXPECT_EQ(account().mail, former_mail);
}

TEST_F(ANewAddress, T2_IsKnownByACodeForThatAddressAlone) {
    (void)wants("stranger@example.net");
    const std::string of_the_stranger = sent().back().code;
    const Begun begun = wants(another_mail);
    ASSERT_NE(sent().back().code, of_the_stranger);
    EXPECT_EQ(refusal(says(begun, of_the_stranger)), Reason::refused);
    EXPECT_EQ(counters("anna").account.consecutive, 1U) << "a guess at an address is counted";
    const Begun at_the_strangers = wants("stranger@example.net");
    EXPECT_EQ(refusal(says(at_the_strangers, of_the_stranger)), Reason::refused) << "another one took its place";
    EXPECT_EQ(account().mail, former_mail);
}

TEST_F(ANewAddress, GoesOnWithTheSameCodeInAnotherDialog) {
    const Begun left = wants(another_mail);
    const std::string code = sent().back().code;
    engine().cancel(*left.dialog, ":1.9");
    const Begun again = wants(another_mail);
    EXPECT_THAT(sent(), SizeIs(1)) << "within a minute it is not sent once more";
    EXPECT_TRUE(is_done(says(again, code)));
}

TEST_F(ANewAddress, T14_ShowsNothingOfWhoElseHasIt) {
    set(bert, [](model::PrivateAccount& account) {
        account.mail = "bert@example.org";
        account.mail_confirmed = base::Milliseconds(1);
    });
    const auto turns = [&](const std::string& address) {
        const Begun begun = past_the_password();
        (void)says(begun, "1");
        std::vector<std::string> texts = texts_of(says(begun, address));
        for (std::string& text : texts) {
            const auto at = text.find(address);
            text = at == std::string::npos ? text : text.replace(at, address.size(), "ADDRESS");
        }
        const Turn end = says(begun, sent().back().code);
        EXPECT_TRUE(is_done(end));
        return texts;
    };
    const auto of_berts = turns("bert@example.org");
    EXPECT_EQ(of_berts, turns("nobody@example.org"));
}

TEST_F(ANewAddress, T2_TakesNothingFromWhoHadItBefore) {
    set(bert, [](model::PrivateAccount& account) {
        account.mail = "bert@example.org";
        account.mail_confirmed = base::Milliseconds(1);
    });
    ASSERT_TRUE(is_done(changes_to("bert@example.org")));
    (void)begin("bert", root(), purpose::recover_password);
    EXPECT_EQ(sent().back().text, "ticket.recover_mail") << "a claim that is held shares nothing";
    EXPECT_EQ(sent().back().destination, "bert@example.org");
}

TEST_F(ANewAddress, IsNotTakenWithinADayOfAReset) {
    using enum model::ActKind;
    for (const model::ActKind kind : {reset, reset_by_mail, reset_by_sms, code_read_out}) {
        was_reset(kind);
        const Begun begun = past_the_password();
        EXPECT_FALSE(begun.dialog);
        const auto* const denied = std::get_if<Denied>(&begun.turn);
        ASSERT_NE(denied, nullptr);
        EXPECT_THAT(denied->messages, ElementsAre(HasSubstr("was reset lately")));
        clock_.advance(std::chrono::hours(24));
        EXPECT_TRUE(past_the_password().dialog);
    }
    EXPECT_THAT(sent(), IsEmpty());
}

TEST_F(ANewAddress, IsNotTakenWithinADayOfARecovery) {
    const Begun recovery = begin("anna", root(), purpose::recover_password);
    (void)answer(*recovery.dialog, {sent().back().code});
    ASSERT_TRUE(is_granted(answer(*recovery.dialog, {canary::next_password, canary::next_password})));
    EXPECT_FALSE(past_the_password(canary::next_password).dialog);
    clock_.advance(std::chrono::hours(24));
    EXPECT_TRUE(past_the_password(canary::next_password).dialog);
}

TEST_F(ANewAddress, IsAskedForAgainWhereItIsNone) {
    for (const char* const typed : {"anna", "anna@", "@example.org", "a b@example.org", "-anna@example.org",
                                    "<anna@example.org>", "anna@example.org, bert@example.org"}) {
        const Begun begun = past_the_password();
        (void)says(begun, "1");
        EXPECT_THAT(texts_of(says(begun, typed)), Contains("This is not a mail address.")) << typed;
        engine().cancel(*begun.dialog, ":1.9");
    }
    const Begun begun = past_the_password();
    (void)says(begun, "2");
    for (std::uint32_t slip = 1; slip < limits::slips; ++slip) {
        EXPECT_THAT(texts_of(says(begun, "0612345678")), Contains(HasSubstr("with its country code")));
    }
    EXPECT_EQ(refusal(says(begun, "0612345678")), Reason::rules) << "at last it is over";
    EXPECT_FALSE(engine().exists(*begun.dialog));
    EXPECT_THAT(sent(), IsEmpty());
    EXPECT_EQ(counters("anna").account.consecutive, 0U) << "nobody guessed anything";
}

TEST_F(ANewAddress, IsNotTheOneThatIsOnRecordAndNothingIsNoChange) {
    const Begun same = past_the_password();
    (void)says(same, "1");
    EXPECT_THAT(texts_of(says(same, "ANNA@EXAMPLE.ORG")), Contains("This one is on record already."));
    const Turn nothing = says(same, "");
    EXPECT_EQ(refusal(nothing), Reason::rules);
    EXPECT_THAT(std::get<Denied>(nothing).messages, ElementsAre("Nothing was changed."));
    EXPECT_THAT(sent(), IsEmpty());
}

TEST_F(ANewAddress, IsTakenAsTheOwnersWhereItWasOnRecordAndNobodyHadConfirmedIt) {
    set(anna, [](model::PrivateAccount& account) { account.mail_confirmed = base::Milliseconds(0); });
    ASSERT_TRUE(is_done(changes_to(former_mail)));
    EXPECT_TRUE(is_confirmed(account(), Medium::mail));
}

TEST_F(ANewAddress, T7_BringsStrangersAFewMessagesADay) {
    for (std::uint32_t number = 0; number < recovery::most_address_codes; ++number) {
        (void)wants("stranger" + std::to_string(number) + "@example.net");
    }
    const std::size_t before = sent().size();
    const Begun begun = past_the_password();
    (void)says(begun, "1");
    const Turn refused = says(begun, "one.more@example.net");
    EXPECT_EQ(refusal(refused), Reason::rules);
    EXPECT_THAT(std::get<Denied>(refused).messages, ElementsAre(HasSubstr("try again tomorrow")));
    EXPECT_EQ(sent().size(), before);
    clock_.advance(std::chrono::hours(24));
    (void)wants("one.more@example.net");
    EXPECT_EQ(sent().size(), before + 1);
}

TEST_F(ANewAddress, IsTakenByTheLastCodeOfTheDayInAnotherDialogToo) {
    for (std::uint32_t number = 1; number < recovery::most_address_codes; ++number) {
        (void)wants("slip" + std::to_string(number) + "@example.net");
    }
    const Begun left = wants(another_mail);
    const std::string code = sent().back().code;
    engine().cancel(*left.dialog, ":1.9");
    clock_.advance(recovery::resend_pause);
    const Begun again = wants(another_mail);
    EXPECT_THAT(asked(says(again, "")), Contains("code")) << "once more is not now, and nothing is lost";
    EXPECT_EQ(sent().size(), recovery::most_address_codes);
    EXPECT_TRUE(is_done(says(again, code)));
}

TEST_F(ANewAddress, TellsOfTheHoldThatEndsLast) {
    const base::Milliseconds later = steady_.now(clock_) + std::chrono::hours(24 * 365);
    set(anna, [&](model::PrivateAccount& account) { account.mail_held_until = later; });
    const Turn end = changes_to(another_mail);
    ASSERT_TRUE(is_done(end));
    EXPECT_EQ(account().mail_held_until, later);
    const auto year = notices::time_in_notice(outbox_.on_wall(later)).front().second;
    ASSERT_NE(year, notices::time_in_notice(clock_.wall()).front().second);
    EXPECT_THAT(std::get<protocol::Done>(end).messages, ElementsAre(HasSubstr("from " + year + "-")));
}

TEST_F(ANewAddress, IsForItsOwnerAloneWhoProvesIt) {
    EXPECT_EQ(kind_of(engine().begin(purpose::change_address, "anna", user(bert.value), {})), Kind::not_found);
    EXPECT_EQ(kind_of(engine().begin(purpose::change_address, "nobody", root(), {})), Kind::not_found);
    EXPECT_THAT(asked(begin("anna", root(), purpose::change_address).turn), ElementsAre("password"))
        << "root has other ways";
    EXPECT_EQ(refusal(past_the_password(canary::wrong_password).turn), Reason::refused);
    EXPECT_THAT(sent(), IsEmpty());
}

TEST_F(ANewAddress, IsNotHalfTakenWhereTheDiskRefuses) {
    const Begun begun = wants(another_mail);
    const std::string code = sent().back().code;
    {
        const RefusingDisk disk;
        EXPECT_EQ(refusal(says(begun, code)), Reason::unavailable);
    }
    EXPECT_EQ(account().mail, former_mail);
    const Begun again = wants(another_mail);
    EXPECT_TRUE(is_done(says(again, code))) << "the code is good for another try";
}

TEST_F(ANewAddress, AsksForTheMediaOfTheSiteAndOfTheStep) {
    settings_.flows = {config::flow_of_steps(purpose::login, {"password"}),
                       config::flow_of_steps(purpose::change_address, {"password", "new_phone"})};
    EXPECT_THAT(asked(past_the_password().turn), Contains("new_phone"));
    outbox::Settings settings = outbox_.settings();
    settings.media = {Medium::mail};
    outbox_.set(settings);
    const Begun none = past_the_password();
    EXPECT_EQ(refusal(none.turn), Reason::rules);
    EXPECT_THAT(std::get<Denied>(none.turn).messages, ElementsAre(HasSubstr("cannot send a code")));
}

} // namespace
} // namespace loquet::conversation
