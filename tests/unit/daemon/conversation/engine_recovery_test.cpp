// SPDX-License-Identifier: LGPL-2.1-or-later
// The way back in: a forgotten password, from the login prompt to the login.
#include "daemon/conversation/self_service.h"
#include "daemon/store/acts_table.h"
#include "daemon/store/outbox_table.h"
#include "tests/unit/daemon/conversation/conversation_fixture.h"
#include "tests/unit/daemon/conversation/refusing_disk.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <chrono>

namespace loquet::conversation {
namespace {

using protocol::Medium;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;

constexpr outbox::Budget enough{90, 90, 90, 90, 90, 100};

class AForgottenPassword : public ConversationFixture {
protected:
    AForgottenPassword() {
        settings_.flows.push_back(config::flow_of_steps(purpose::recover_password, {"ticket", "new_password"}));
        sends_by_ = &outbox_;
        set(anna, [](model::PrivateAccount& account) {
            account.mail = "anna@example.org";
            account.mail_confirmed = base::Milliseconds(1);
        });
        add(bert, "bert", "");
    }

    /// The codes in the messages to this account, oldest first.
    [[nodiscard]] std::vector<std::string> codes_for(model::Uid uid) const {
        return store_->read([&](const store::ReadTxn& txn) {
            std::vector<std::string> all;
            store::OutboxTable::each(txn, 0, [&](std::uint64_t number, const model::OutboxEntry& message) {
                const auto content = store::OutboxTable::content(txn, number);
                if (message.account == uid && message.text.starts_with("ticket.") && content) {
                    for (const auto& variable : content->variables) {
                        if (variable.name == "code") {
                            all.emplace_back(variable.value.reveal());
                        }
                    }
                }
                return true;
            });
            return all;
        });
    }
    /// Two empty answers, and the first entry of the menu.
    Begun ask_for_a_code(const std::string& name, const Client& client = root()) {
        Begun begun = begin(name, client);
        EXPECT_EQ(asked(begun.turn), (std::vector<std::string>{"password"}));
        EXPECT_THAT(texts_of(answer(*begun.dialog, {""}, client.sender)), ElementsAre(HasSubstr("Enter: help")));
        EXPECT_EQ(asked(answer(*begun.dialog, {""}, client.sender)), (std::vector<std::string>{"menu"}));
        begun.turn = answer(*begun.dialog, {"1"}, client.sender);
        return begun;
    }
    /// As somebody who goes away and comes back: the only code there is.
    std::string code_sent_to_anna() {
        const Begun begun = ask_for_a_code("anna");
        engine().cancel(*begun.dialog, ":1.1");
        return codes_for(anna).back();
    }
    Turn choose_password(DialogId id, std::string_view password, const std::string& sender = ":1.1") {
        return answer(id, {password, password}, sender);
    }
    [[nodiscard]] std::vector<model::AuditKind> kinds_of_records() const {
        std::vector<model::AuditKind> kinds;
        for (const model::AuditEvent& event : records()) {
            kinds.push_back(event.kind);
        }
        return kinds;
    }

    outbox::Outbox outbox_{{.media = {Medium::mail},
                            .organisation = "Ville de Rouen",
                            .machine = "kiosk7",
                            .budgets = {enough, enough},
                            .alarm = {}},
                           steady_,
                           clock_};
};

TEST_F(AForgottenPassword, IsReplacedWithACodeTypedInTheSameDialog) {
    const Begun begun = ask_for_a_code("anna");
    EXPECT_THAT(asked(begun.turn), Contains("code"));
    ASSERT_THAT(codes_for(anna), SizeIs(1));
    const Turn right = answer(*begun.dialog, {codes_for(anna).front()});
    EXPECT_THAT(asked(right), Contains("new_password"));
    const Turn in = choose_password(*begun.dialog, canary::next_password);
    ASSERT_TRUE(is_granted(in));
    EXPECT_EQ(std::get<Granted>(in).account, "anna");
    EXPECT_TRUE(is_granted(log_in("anna", canary::next_password)));
    EXPECT_EQ(refusal(log_in("anna", canary::password)), Reason::refused);
    EXPECT_THAT(kinds_of_records(), Contains(model::AuditKind::password_recovered));
    EXPECT_FALSE(credential(anna).must_change);
}

/// Within 24 hours a factor then goes by two people only, and the other way round (helpdesk_acts_test).
TEST_F(AForgottenPassword, T26_ThatIsReplacedIsAResetForTheHelpdesk) {
    const auto acts = [&] {
        return store_->read([](const store::ReadTxn& txn) { return store::ActsTable::of(txn, anna); });
    };
    const Begun begun = ask_for_a_code("anna");
    (void)answer(*begun.dialog, {codes_for(anna).front()});
    EXPECT_THAT(acts(), IsEmpty()) << "not before there is a new password";
    ASSERT_TRUE(is_granted(choose_password(*begun.dialog, canary::next_password)));
    ASSERT_THAT(acts(), SizeIs(1));
    EXPECT_EQ(acts().front().kind, model::ActKind::reset);
    EXPECT_EQ(acts().front().state, model::ActState::done);
    EXPECT_EQ(acts().front().actor, anna.value) << "by the owner";
}

TEST_F(AForgottenPassword, IsReplacedWithACodeTypedLaterInPlaceOfThePassword) {
    const std::string code = code_sent_to_anna();
    const Begun begun = begin("anna");
    const Turn right = answer(*begun.dialog, {code});
    EXPECT_THAT(asked(right), Contains("new_password"));
    EXPECT_TRUE(is_granted(choose_password(*begun.dialog, canary::next_password)));
    EXPECT_EQ(refusal(log_in("anna", code)), Reason::refused) << "it was used";
}

TEST_F(AForgottenPassword, IsReplacedWithACodeOfTheMenu) {
    const std::string code = code_sent_to_anna();
    const Begun begun = begin("anna");
    (void)answer(*begun.dialog, {""});
    (void)answer(*begun.dialog, {""});
    EXPECT_THAT(asked(answer(*begun.dialog, {"j'ai"})), ElementsAre("menu_help", "menu")) << "the dialog is English";
    EXPECT_THAT(asked(answer(*begun.dialog, {"code"})), ElementsAre("code"));
    EXPECT_THAT(asked(answer(*begun.dialog, {code})), Contains("new_password"));
    EXPECT_TRUE(is_granted(choose_password(*begun.dialog, canary::next_password)));
}

TEST_F(AForgottenPassword, IsNotReplacedByAWrongCode) {
    const Begun begun = ask_for_a_code("anna");
    const std::string code = codes_for(anna).front();
    const Turn wrong = answer(*begun.dialog, {code == "0000 0000" ? "0000 0001" : "0000 0000"});
    EXPECT_EQ(refusal(wrong), Reason::refused);
    EXPECT_EQ(refusal(log_in("anna", "12345678")), Reason::refused);
    EXPECT_TRUE(is_granted(log_in("anna", canary::password))) << "nothing was changed";
}

TEST_F(AForgottenPassword, LetsTheLoginGoOnWithItsFactors) {
    FakeStep& totp = add_step("totp", config::Proof::possession);
    totp.will_say({protocol::StepAsk{{{protocol::PromptStyle::secret, "code", {"refused", {}}}}}, {}, {}, {}, {}});
    const Begun begun = ask_for_a_code("anna");
    (void)answer(*begun.dialog, {codes_for(anna).front()});
    const Turn factor = choose_password(*begun.dialog, canary::next_password);
    EXPECT_THAT(asked(factor), Contains("totp.code")) << "nobody gets in with less than the login asks";
    EXPECT_EQ(refusal(log_in("anna", canary::password)), Reason::refused) << "the new password holds by now";
}

TEST_F(AForgottenPassword, AsksAFactorOnceWhereItWasOneOfTwoMethods) {
    FakeStep& totp = add_step("totp", config::Proof::possession);
    for (config::Flow& flow : settings_.flows) {
        if (flow.purpose == purpose::recover_password) {
            flow.items.insert(flow.items.begin() + 1, config::required_step("totp"));
        }
    }
    totp.will_say({protocol::StepAsk{{{protocol::PromptStyle::secret, "code", {"refused", {}}}}}, {}, {}, {}, {}});
    totp.will_say({protocol::StepGrant{}, {}, {}, {}, {}});
    const Begun begun = ask_for_a_code("anna");
    EXPECT_THAT(asked(answer(*begun.dialog, {codes_for(anna).front()})), Contains("totp.code"));
    EXPECT_THAT(asked(answer(*begun.dialog, {"492039"})), Contains("new_password"));
    EXPECT_TRUE(is_granted(choose_password(*begun.dialog, canary::next_password)));
}

TEST_F(AForgottenPassword, T15_LooksTheSameForEveryName) {
    add(model::Uid{30003}, "carl", canary::password);
    set(model::Uid{30003}, [](model::PrivateAccount& account) {
        account.mail = "carl@example.org";
        account.mail_confirmed = base::Milliseconds(1);
        account.state = model::AccountState::disabled;
    });
    add(model::Uid{30004}, "dora", canary::password);
    set(model::Uid{30004}, [](model::PrivateAccount& account) { account.mail = "dora@example.org"; });
    const auto walk = [&](const std::string& name, const std::string& sender) {
        const Client client = root(sender, "seat-" + name);
        std::vector<Turn> turns;
        std::vector<std::uint64_t> writes;
        const auto note = [&](const std::function<Turn()>& call) {
            const std::uint64_t before = commits();
            turns.push_back(call());
            writes.push_back(commits() - before);
        };
        const Begun begun = begin(name, client);
        turns.push_back(begun.turn);
        for (const char* typed : {"", "", "1", "", "1234 5678"}) {
            note([&] { return answer(*begun.dialog, {typed}, sender); });
        }
        return std::pair(turns, writes);
    };
    const auto known = walk("anna", ":1.21");
    for (const char* name : {"nobody", "bert", "carl", "dora"}) {
        EXPECT_EQ(walk(name, ":1.22"), known) << name;
    }
    EXPECT_THAT(codes_for(anna), SizeIs(1)) << "the second request came within a minute";
    EXPECT_THAT(codes_for(model::Uid{30003}), IsEmpty()) << "disabled";
    EXPECT_THAT(codes_for(model::Uid{30004}), IsEmpty()) << "the address was never confirmed";
}

TEST_F(AForgottenPassword, IsReplacedWhileTheLoginIsLockedByFailures) {
    const std::string code = code_sent_to_anna();
    for (int failure = 0; failure < 5; ++failure) {
        clock_.advance(std::chrono::minutes(1));
        (void)log_in("anna", "wrong");
    }
    EXPECT_EQ(refusal(log_in("anna", canary::password)), Reason::refused) << "locked";
    const Begun begun = begin("anna");
    EXPECT_THAT(asked(answer(*begun.dialog, {code})), Contains("new_password"));
    EXPECT_TRUE(is_granted(choose_password(*begun.dialog, canary::next_password)));
    EXPECT_TRUE(is_granted(log_in("anna", canary::next_password))) << "the lock is lifted";
}

TEST_F(AForgottenPassword, DoesNotLetARightPasswordInBehindALock) {
    set(anna, [](model::Credential& credential) { credential.password_hash.clear(); });
    store_->write_now([&](store::WriteTxn& txn) {
        auto kept = store::Credentials::get(txn, anna).value();
        kept.password_hash = tests::wait_for(loop_, hasher_.hash(Secret("19283746"), {}));
        store::AccountsTable::put(txn, anna, kept);
    });
    for (int failure = 0; failure < 5; ++failure) {
        clock_.advance(std::chrono::minutes(1));
        (void)log_in("anna", "wrong");
    }
    EXPECT_EQ(refusal(log_in("anna", "19283746")), Reason::refused) << "it has the shape of a code, and is none";
}

// APICIL-5: a page that is not of today does no harm.
TEST_F(AForgottenPassword, APICIL5_GivesUpAnUnfinishedDialogToTheNextOneWithTheSameCode) {
    const std::string code = code_sent_to_anna();
    const Begun first = begin("anna", root(":1.31"));
    EXPECT_THAT(asked(answer(*first.dialog, {code}, ":1.31")), Contains("new_password"));
    clock_.advance(std::chrono::minutes(4));
    const Begun second = begin("anna", root(":1.32"));
    EXPECT_THAT(asked(answer(*second.dialog, {code}, ":1.32")), Contains("new_password"))
        << "login had ended after 60 s";
    const Turn lost = choose_password(*first.dialog, canary::next_password, ":1.31");
    EXPECT_EQ(refusal(lost), Reason::taken_over);
    EXPECT_THAT(texts_of(lost), ElementsAre(HasSubstr("goes on elsewhere")));
    EXPECT_TRUE(is_granted(choose_password(*second.dialog, canary::next_password, ":1.32")));
}

TEST_F(AForgottenPassword, IsNotReplacedFiveMinutesAfterTheCodeWasTyped) {
    const std::string code = code_sent_to_anna();
    const Begun first = begin("anna", root(":1.31"));
    (void)answer(*first.dialog, {code}, ":1.31");
    clock_.advance(std::chrono::minutes(6));
    EXPECT_EQ(refusal(log_in("anna", code, root(":1.32"))), Reason::refused);
}

TEST_F(AForgottenPassword, IsNotBegunWhereTheProgramWouldNotShowIt) {
    for (const char* service : {"su", "sudo", "sshd", "xscreensaver", "polkit-1"}) {
        Client client = root();
        client.service = service;
        const Begun begun = begin("anna", client);
        EXPECT_EQ(refusal(answer(*begun.dialog, {""})), Reason::refused) << service;
        EXPECT_EQ(kind_of(engine().begin(purpose::recover_password, "anna", client, {})), Kind::denied) << service;
        EXPECT_EQ(kind_of(engine().begin(purpose::self_service, "anna", client, {})), Kind::denied) << service;
    }
    const std::string code = code_sent_to_anna();
    Client su = root();
    su.service = "su";
    EXPECT_EQ(refusal(log_in("anna", code, su)), Reason::refused) << "a code is no password there";
    EXPECT_EQ(kind_of(engine().begin(purpose::enter_code, "anna", user(anna.value), {})), Kind::denied);
}

TEST_F(AForgottenPassword, IsNotOfferedWithoutAFlow) {
    settings_.flows.pop_back();
    const Begun begun = begin("anna");
    EXPECT_EQ(refusal(answer(*begun.dialog, {""})), Reason::refused);
}

TEST_F(AForgottenPassword, IsOfferedAtWhateverIsAskedFirst) {
    FakeStep& sum = add_step("sum", config::Proof::challenge);
    for (config::Flow& flow : settings_.flows) {
        if (flow.purpose == purpose::login) {
            std::rotate(flow.items.begin(), flow.items.end() - 1, flow.items.end());
        }
    }
    sum.will_say(
        {protocol::StepAsk{{{protocol::PromptStyle::visible, "", {"arithmetic.question", {}}}}}, {}, {}, {}, {}});
    const Begun begun = begin("anna");
    EXPECT_THAT(texts_of(answer(*begun.dialog, {""})), ElementsAre(HasSubstr("Enter: help")));
    EXPECT_THAT(asked(answer(*begun.dialog, {""})), ElementsAre("menu"));
}

TEST_F(AForgottenPassword, IsAskedForWithTheKeysOfAFrenchKeyboardToo) {
    Client client = root();
    client.locale = "fr";
    const Begun begun = begin("anna", client);
    EXPECT_THAT(texts_of(answer(*begun.dialog, {""})), ElementsAre("Mot de passe (Entrée : aide) : "));
    const Turn menu = answer(*begun.dialog, {""});
    EXPECT_THAT(texts_of(menu), ElementsAre("1 mot de passe oublié  2 j'ai un code  3 aide : "));
    EXPECT_THAT(asked(answer(*begun.dialog, {"\""})), ElementsAre("menu_help", "menu"));
    EXPECT_THAT(asked(answer(*begun.dialog, {"&"})), Contains("code"));
}

TEST_F(AForgottenPassword, BONUS22_BONUS24_SaysWhatToDoWhereNothingArrives) {
    for (const char* name : {"anna", "nobody"}) {
        const Begun begun = ask_for_a_code(name);
        const auto texts = texts_of(begun.turn);
        EXPECT_THAT(texts.front(), AllOf(HasSubstr("Look among unwanted mail too"), HasSubstr("begin again"),
                                         HasSubstr("the name may have been wrong")));
    }
}

// APICIL-4, BONUS-13, BONUS-25: a page of help, a manual and a telephone number are one line of the site's.
TEST_F(AForgottenPassword, APICIL4_BONUS13_BONUS25_HelpsAndGoesBackAtEachVisiblePrompt) {
    settings_.support.contact = "Helpdesk: 01 23 45 67 89, https://help.example.org/login.pdf";
    const Begun begun = ask_for_a_code("anna");
    EXPECT_THAT(texts_of(answer(*begun.dialog, {"?"})).front(),
                AllOf(HasSubstr("01 23 45 67 89"), HasSubstr("https://help.example.org/login.pdf")));
    EXPECT_THAT(asked(answer(*begun.dialog, {"<"})), ElementsAre("menu"));
    EXPECT_THAT(texts_of(answer(*begun.dialog, {"help"})).front(), HasSubstr("01 23 45 67 89"));
    EXPECT_THAT(asked(answer(*begun.dialog, {"<"})), ElementsAre("password")) << "back to where it began";
    EXPECT_TRUE(is_granted(answer(*begun.dialog, {canary::password})));
}

TEST_F(AForgottenPassword, CountsNothingThatCannotBeACode) {
    const Begun begun = ask_for_a_code("anna");
    for (const char* slip : {"1234567", "anna", "123 456 789"}) {
        EXPECT_THAT(asked(answer(*begun.dialog, {slip})), ElementsAre("no_code", "code")) << slip;
    }
    EXPECT_THAT(asked(answer(*begun.dialog, {codes_for(anna).front()})), Contains("new_password"));
}

TEST_F(AForgottenPassword, IsNotToBeChangedAgainThoughTheOldOneWasDue) {
    set(anna, [](model::Credential& credential) { credential.must_change = true; });
    const Begun begun = ask_for_a_code("anna");
    (void)answer(*begun.dialog, {codes_for(anna).front()});
    const Turn in = choose_password(*begun.dialog, canary::next_password);
    ASSERT_TRUE(is_granted(in));
    EXPECT_EQ(std::get<Granted>(in).reason, Reason::none) << "greetd would refuse it";
    EXPECT_THAT(texts_of(in), IsEmpty());
}

TEST_F(AForgottenPassword, IsNotReplacedByWhatAProgramPutsInPlaceOfAnAnswer) {
    const Begun begun = ask_for_a_code("anna");
    (void)answer(*begun.dialog, {codes_for(anna).front()});
    EXPECT_EQ(refusal(answer(*begun.dialog, {"\b", "\b"})), Reason::refused);
    EXPECT_TRUE(is_granted(log_in("anna", canary::password)));
}

TEST_F(AForgottenPassword, AsksTheFactorAtATrustedPlaceToo) {
    FakeStep& totp = add_step("totp", config::Proof::possession);
    for (config::Flow& flow : settings_.flows) {
        if (flow.purpose == purpose::login) {
            flow.items.back().trust_place = std::chrono::days(30);
        }
    }
    totp.will_say({protocol::StepAsk{{{protocol::PromptStyle::secret, "code", {"refused", {}}}}}, {}, {}, {}, {}});
    set(anna, [&](model::PrivateAccount& account) {
        trust(account, store_->digest(store::DigestKind::place, root().place()), steady_.now(clock_));
    });
    const Begun begun = ask_for_a_code("anna");
    (void)answer(*begun.dialog, {codes_for(anna).front()});
    EXPECT_THAT(asked(choose_password(*begun.dialog, canary::next_password)), Contains("totp.code"));
}

TEST_F(AForgottenPassword, AsksAFactorThatWasProvedInAnotherDialogThanTheCode) {
    FakeStep& totp = add_step("totp", config::Proof::possession);
    for (config::Flow& flow : settings_.flows) {
        if (flow.purpose == purpose::recover_password) {
            flow.items.insert(flow.items.begin(), config::required_step("totp"));
        }
    }
    const auto asking = [] {
        return protocol::StepResponse{
            protocol::StepAsk{{{protocol::PromptStyle::secret, "code", {"refused", {}}}}}, {}, {}, {}, {}};
    };
    totp.will_say(asking());
    totp.will_say({protocol::StepGrant{}, {}, {}, {}, {}});
    totp.will_say(asking());
    const Begun first = begin("anna", root(), purpose::recover_password);
    (void)answer(*first.dialog, {"492039"});
    engine().cancel(*first.dialog, ":1.1");
    const Begun second = begin("anna");
    EXPECT_THAT(asked(answer(*second.dialog, {codes_for(anna).back()})), Contains("new_password"));
    EXPECT_THAT(asked(choose_password(*second.dialog, canary::next_password)), Contains("totp.code"))
        << "who typed the code need not be who had the device";
}

TEST_F(AForgottenPassword, CountsWrongCodesOnAnAxisOfItsOwn) {
    for (int failure = 0; failure < 5; ++failure) {
        clock_.advance(std::chrono::minutes(2));
        const Begun begun = ask_for_a_code("anna");
        (void)answer(*begun.dialog, {"0000 0000"});
    }
    EXPECT_TRUE(is_granted(log_in("anna", canary::password))) << "the login is open";
    const Begun begun = ask_for_a_code("anna");
    EXPECT_EQ(refusal(answer(*begun.dialog, {codes_for(anna).back()})), Reason::refused) << "the recovery is locked";
}

TEST_F(AForgottenPassword, IsNoReasonToKnowThePlace) {
    const Begun begun = ask_for_a_code("anna");
    (void)answer(*begun.dialog, {codes_for(anna).front()});
    ASSERT_TRUE(is_granted(choose_password(*begun.dialog, canary::next_password)));
    EXPECT_THAT(counters("anna").known, IsEmpty());
}

TEST_F(AForgottenPassword, IsToldToItsOwner) {
    const Begun begun = ask_for_a_code("anna");
    (void)answer(*begun.dialog, {codes_for(anna).front()});
    ASSERT_TRUE(is_granted(choose_password(*begun.dialog, canary::next_password)));
    std::vector<std::string> texts;
    store_->read([&](const store::ReadTxn& txn) {
        store::OutboxTable::each(txn, 0, [&](std::uint64_t, const model::OutboxEntry& message) {
            texts.push_back(message.text);
            return true;
        });
        return 0;
    });
    EXPECT_THAT(texts, Contains("notice.password_changed"));
}

TEST_F(AForgottenPassword, StaysWhatItWasWhereTheDiskRefuses) {
    const Begun begun = ask_for_a_code("anna");
    const std::string code = codes_for(anna).front();
    (void)answer(*begun.dialog, {code});
    {
        const RefusingDisk disk;
        EXPECT_EQ(refusal(choose_password(*begun.dialog, canary::next_password)), Reason::unavailable);
    }
    EXPECT_TRUE(is_granted(log_in("anna", canary::password)));
    const Begun again = begin("anna");
    EXPECT_THAT(asked(answer(*again.dialog, {code})), Contains("new_password")) << "the code was not spent";
}

TEST_F(AForgottenPassword, T7_IsReplacedByItsOwnerThoughAStrangerAsksEveryMinuteForADay) {
    constexpr outbox::Budget usual{20, 20, 200, 200, 5000, 50};
    outbox::Settings settings = outbox_.settings();
    settings.budgets = {usual, usual};
    outbox_.set(settings);
    level_reply_ = base::Milliseconds(0);
    const auto account = [&] {
        return store_->read([](const store::ReadTxn& txn) { return store::AccountsTable::named(txn, "anna").value(); });
    };
    const auto end = steady_.now(clock_) + std::chrono::hours(24);
    while (steady_.now(clock_) < end) {
        const Begun stranger = begin("anna", root(":1.51", "elsewhere"), purpose::recover_password);
        engine().cancel(*stranger.dialog, ":1.51");
        const std::string newest = codes_for(anna).back();
        ASSERT_TRUE(tickets().find(account(), {model::TicketType::recover}, recovery::code_in(newest)))
            << "what the owner has in the mailbox opens, " << (end - steady_.now(clock_)).count()
            << " ms before the end";
        clock_.advance(std::chrono::seconds(61));
    }
    EXPECT_LE(codes_for(anna).size(), 10U) << "the share of those who proved nothing";
    const Begun owner = begin("anna");
    EXPECT_THAT(asked(answer(*owner.dialog, {codes_for(anna).back()})), Contains("new_password"));
    EXPECT_TRUE(is_granted(choose_password(*owner.dialog, canary::next_password)));
}

TEST_F(AForgottenPassword, T10_CannotBeReplacedByACodeOfAnotherAccount) {
    set(bert, [](model::PrivateAccount& account) {
        account.mail = "bert@example.org";
        account.mail_confirmed = base::Milliseconds(1);
    });
    const std::string code = code_sent_to_anna();
    EXPECT_EQ(refusal(log_in("bert", code)), Reason::refused);
    const Begun begun = ask_for_a_code("bert", root(":1.41"));
    EXPECT_EQ(refusal(answer(*begun.dialog, {code}, ":1.41")), Reason::refused);
}

TEST_F(AForgottenPassword, IsNotLeftForTheNextPersonAtTheSeat) {
    Dialog dialog(purpose::login, root(), {}, {}, flow_set());
    EXPECT_EQ(patience_with(dialog), std::chrono::seconds(300)) << "as configured";
    dialog.purpose = purpose::recover_password;
    EXPECT_EQ(patience_with(dialog), std::chrono::seconds(120));
    dialog.proved = true;
    EXPECT_EQ(patience_with(dialog), std::chrono::seconds(60));
    go_on_to_login(dialog);
    EXPECT_EQ(patience_with(dialog), std::chrono::seconds(60)) << "the login that goes on";
    settings_.conversation.timeout = std::chrono::seconds(20);
    dialog.flows = flow_set();
    EXPECT_EQ(patience_with(dialog), std::chrono::seconds(20)) << "never longer than configured";
}

} // namespace

TEST(WhatWasProved, IsNotAskedAgainAndCountsOnce) {
    const std::vector<FlowItem> items{
        {{"ticket"}, 1}, {{"ticket_sms"}, 1}, {{"totp", "codes"}, 0}, {{"a", "b", "c"}, 2}, {{"new_password"}, 1}};
    const auto left = [&](std::vector<std::string> proved) {
        std::vector<std::string> steps;
        for (const FlowItem& item : without_proved(items, std::move(proved))) {
            std::string line;
            for (const std::string& step : item.steps) {
                line += step + " ";
            }
            steps.push_back(line + std::to_string(item.at_least));
        }
        return steps;
    };
    EXPECT_THAT(left({}), ElementsAre("ticket 1", "ticket_sms 1", "totp codes 0", "a b c 2", "new_password 1"));
    EXPECT_THAT(left({"ticket_mail"}), ElementsAre("ticket_sms 1", "totp codes 0", "a b c 2", "new_password 1"));
    EXPECT_THAT(left({"ticket_sms", "ticket_mail"}),
                ElementsAre("ticket_sms 1", "totp codes 0", "a b c 2", "new_password 1"))
        << "the first one takes what it can";
    EXPECT_THAT(left({"helpdesk", "codes", "b"}), ElementsAre("ticket_sms 1", "a c 1", "new_password 1"));
    EXPECT_THAT(left({"a", "c"}), ElementsAre("ticket 1", "ticket_sms 1", "totp codes 0", "new_password 1"));
}

} // namespace loquet::conversation
