// SPDX-License-Identifier: LGPL-2.1-or-later
// What a step in a plugin is given of an account, and what becomes of what it sends and skips.
#include "daemon/conversation/steps/plugin_step.h"
#include "daemon/store/outbox_table.h"
#include "tests/unit/daemon/conversation/conversation_fixture.h"

#include <gmock/gmock.h>

namespace loquet::conversation {

namespace {

using protocol::Medium;
using protocol::StepMessage;
using testing::HasSubstr;

class APluginStep : public ConversationFixture {
protected:
    APluginStep() {
        set(anna, [](model::PrivateAccount& account) {
            account.mail = "anna@example.org";
            account.phone = "+33612345678";
        });
        add(bert, "bert", "");
    }

    [[nodiscard]] Dialog dialog_of(model::Uid uid, const std::string& name) const {
        Subject subject;
        subject.name = name;
        subject.identity = store_->digest(store::DigestKind::name, name);
        subject.account = store_->read([uid](const store::ReadTxn& txn) {
            return model::Account{store::PublicAccounts::get(txn, uid).value(),
                                  store::PrivateAccounts::get(txn, uid).value()};
        });
        return {"login", root(), std::move(subject), required({"code"})};
    }
    [[nodiscard]] Dialog dialog_of_unknown(const std::string& name) const {
        Subject subject;
        subject.name = name;
        subject.identity = store_->digest(store::DigestKind::name, name);
        return {"login", root(), std::move(subject), required({"code"})};
    }

    [[nodiscard]] PluginStep step(const std::string& name = "code") {
        outbox_.set({.media = media_, .budgets = {}, .alarm = {}});
        return {name, {.proves = config::Proof::possession}, plugin_, *store_, clock_, texts_, &outbox_};
    }
    Effects begin(Dialog& dialog, protocol::StepResponse says, const std::string& name = "code") {
        plugin_.will_say(std::move(says));
        PluginStep asked = step(name);
        return done(asked.begin(dialog, dialog.subject));
    }
    [[nodiscard]] const protocol::StepRequest& request() const { return plugin_.requests.back(); }
    [[nodiscard]] std::string media_fact() const {
        for (const protocol::NamedText& fact : request().facts) {
            if (fact.name == "media") {
                return fact.value;
            }
        }
        return "none";
    }

    [[nodiscard]] std::size_t messages_kept() const {
        return store_->read([](const store::ReadTxn& txn) {
            std::size_t kept = 0;
            store::OutboxTable::each(txn, 0, [&](std::uint64_t, const model::OutboxEntry&) { return ++kept != 0; });
            return kept;
        });
    }

    static protocol::StepResponse sending(Medium medium) {
        protocol::StepResponse response;
        response.turn = protocol::StepAsk{{{protocol::PromptStyle::visible, "code", {"refused", {}}}}};
        response.dialog_state = base::SecureBytes{1};
        response.send = {{medium, {"code.text", {{"code", "482915"}}}, base::Milliseconds(600'000)}};
        return response;
    }

    FakeStep plugin_;
    std::vector<Medium> media_{Medium::sms, Medium::mail};
    outbox::Outbox outbox_{{}, steady_, clock_};
};

TEST_F(APluginStep, HandsOnAMessageWithItsResult) {
    Dialog dialog = dialog_of(anna, "anna");
    const Effects result = begin(dialog, sending(Medium::sms));
    EXPECT_EQ(asked(result.turn), std::vector<std::string>{"code.code"});
    EXPECT_EQ(result.writes.size(), 1U);
    EXPECT_TRUE(result.needs_durable) << "a code that is not kept must not be sent";
    EXPECT_EQ(dialog.states["code"], base::SecureBytes{1});
}

TEST_F(APluginStep, IsToldTheMediaOfTheSiteForWhichTheAccountHasAnAddressOnceItsOwnerIsProved) {
    const auto proved_dialog_of = [this](model::Uid uid, const std::string& name) {
        Dialog dialog = dialog_of(uid, name);
        dialog.proved = true;
        return dialog;
    };
    Dialog of_anna = proved_dialog_of(anna, "anna");
    (void)begin(of_anna, {});
    EXPECT_EQ(media_fact(), "sms mail") << "in the site's order";
    set(anna, [](model::PrivateAccount& account) { account.phone.clear(); });
    Dialog without_phone = proved_dialog_of(anna, "anna");
    (void)begin(without_phone, {});
    EXPECT_EQ(media_fact(), "mail");
    Dialog of_bert = proved_dialog_of(bert, "bert");
    (void)begin(of_bert, {});
    EXPECT_EQ(media_fact(), "none") << "no address";
    media_.clear();
    Dialog at_a_site_without_channels = proved_dialog_of(anna, "anna");
    (void)begin(at_a_site_without_channels, {});
    EXPECT_EQ(media_fact(), "none");
}

TEST_F(APluginStep, T15_IsToldNothingOfTheAddressesOfAnAccountBeforeAProof) {
    for (const model::Uid uid : {anna, bert}) {
        Dialog dialog = dialog_of(uid, uid == anna ? "anna" : "bert");
        (void)begin(dialog, {});
        EXPECT_EQ(media_fact(), "sms mail") << "all of the site's, as for an unknown name";
        for (const protocol::NamedText& fact : request().facts) {
            EXPECT_THAT(fact.name, testing::Not(testing::HasSubstr("masked")));
        }
    }
}

// Nobody waits for a message that cannot come: the site has no channel, or the account no address.
TEST_F(APluginStep, ThatSendsWhereNothingArrivesIsUnavailable) {
    media_ = {Medium::mail};
    Dialog dialog = dialog_of(anna, "anna");
    const Effects result = begin(dialog, sending(Medium::sms));
    EXPECT_EQ(refusal(result.turn), Reason::unavailable);
    EXPECT_THAT(result.detail, HasSubstr("it sends by sms, for which the site has no channel"));
    EXPECT_FALSE(result.person_failed);
    EXPECT_TRUE(result.writes.empty());
    EXPECT_TRUE(dialog.states["code"].empty()) << "nothing of that answer stays";
    Dialog without_address = dialog_of(bert, "bert");
    without_address.proved = true;
    EXPECT_EQ(refusal(begin(without_address, sending(Medium::mail)).turn), Reason::unavailable);
}

// "{row}" lets the plugin write the whole line: it may show such lines, and not ask under one.
TEST_F(APluginStep, T24_ThatAsksUnderATextOfVariablesAloneIsUnavailable) {
    using protocol::PromptStyle;
    const protocol::Message row{"totp.qr_row", {{"row", "Password: "}}};
    const protocol::Message words{"totp.code", {}};
    for (const PromptStyle style : {PromptStyle::secret, PromptStyle::visible, PromptStyle::choice}) {
        Dialog dialog = dialog_of(anna, "anna");
        const Effects result = begin(dialog, {protocol::StepAsk{{{style, "code", row}}}, {}, {}, {}, {}});
        EXPECT_EQ(refusal(result.turn), Reason::unavailable);
        EXPECT_THAT(result.detail, HasSubstr("give it words in the catalogues"));
        EXPECT_FALSE(result.person_failed);
    }
    Dialog dialog = dialog_of(anna, "anna");
    const protocol::StepAsk beside{{{PromptStyle::info, "", row}, {PromptStyle::secret, "code", words}}};
    EXPECT_TRUE(std::holds_alternative<protocol::Ask>(begin(dialog, {beside, {}, {}, {}, {}}).turn));
}

TEST_F(APluginStep, SendsNothingForAnOutsiderAndDoesNotShowIt) {
    Dialog known = dialog_of(anna, "anna");
    const Effects for_anna = begin(known, sending(Medium::sms));
    const std::string media = media_fact();
    Dialog unknown = dialog_of_unknown("zoe");
    Effects for_nobody = begin(unknown, sending(Medium::sms));
    store_->write_now([&](store::WriteTxn& txn) {
        for (auto& work : for_nobody.writes) {
            work(txn);
        }
    });
    EXPECT_EQ(for_nobody.writes.size(), for_anna.writes.size()) << "it costs as much";
    EXPECT_EQ(messages_kept(), 0U);
    EXPECT_EQ(for_nobody.turn, for_anna.turn) << "the person sees the same";
    EXPECT_EQ(media_fact(), media) << "and the plugin does the same";
}

TEST_F(APluginStep, KeepsItsStateForAnUnknownNameAsForAnAccount) {
    Dialog unknown = dialog_of_unknown("zoe");
    Effects first = begin(unknown, {protocol::StepAsk{{}}, base::SecureBytes{4, 2}, {}, {}, {}});
    store_->write_now([&](store::WriteTxn& txn) { first.writes.at(0)(txn); });
    (void)begin(unknown, {});
    EXPECT_EQ(request().account_state, (base::SecureBytes{4, 2}));
    Dialog of_anna = dialog_of(anna, "anna");
    (void)begin(of_anna, {});
    EXPECT_TRUE(request().account_state.empty()) << "an account's is its own";
    for (int n = 0; n < 3000; ++n) { // more names than there are records
        Dialog other = dialog_of_unknown("name" + std::to_string(n));
        (void)begin(other, {});
        EXPECT_TRUE(request().account_state.empty()) << "another name's record is not read";
    }
}

TEST_F(APluginStep, HasAKeyForEachAccountThatStaysTheSame) {
    const auto key_for = [this](Dialog dialog, const std::string& name = "code") {
        (void)begin(dialog, {}, name);
        return request().key;
    };
    const auto key = key_for(dialog_of(anna, "anna"));
    EXPECT_EQ(key.size(), limits::step_key_bytes);
    EXPECT_EQ(key, key_for(dialog_of(anna, "anna"))) << "in another dialog";
    EXPECT_EQ(key, key_for(dialog_of(anna, "anna.legall"))) << "after a change of name";
    EXPECT_NE(key, key_for(dialog_of(bert, "bert")));
    EXPECT_NE(key, key_for(dialog_of(anna, "anna"), "other_code")) << "of another instance";
    const auto of_unknown = key_for(dialog_of_unknown("zoe"));
    EXPECT_EQ(of_unknown.size(), limits::step_key_bytes);
    EXPECT_EQ(of_unknown, key_for(dialog_of_unknown("zoe")));
    EXPECT_NE(of_unknown, key_for(dialog_of_unknown("zora")));
}

// Behind a lock an account is judged as nobody's: with another key, so that no right code is right there.
TEST_F(APluginStep, HasAnotherKeyForTheSameNameAsAnOutsider) {
    Dialog dialog = dialog_of(anna, "anna");
    (void)begin(dialog, {});
    const auto key = request().key;
    plugin_.will_say({});
    PluginStep asked = step();
    (void)done(asked.answer(dialog, dialog.subject.as_unknown(), answers({"482915"})));
    EXPECT_NE(request().key, key);
    EXPECT_TRUE(request().account_state.empty());
}

TEST_F(APluginStep, ThatIsSkippedDeniesWithoutAFailure) {
    protocol::StepResponse skip;
    skip.turn = protocol::StepSkip{};
    Dialog dialog = dialog_of(anna, "anna");
    const Effects result = begin(dialog, std::move(skip));
    EXPECT_EQ(refusal(result.turn), Reason::refused);
    EXPECT_EQ(result.detail, "code-not-set-up");
    EXPECT_TRUE(result.skipped);
    EXPECT_FALSE(result.person_failed);
}

// The check above can fail: a careless flow that takes a skipped step for a granted one lets everybody in who has not
// set the factor up.
TEST_F(APluginStep, ThatIsSkippedDoesNotLetAPersonInWhereItIsRequired) {
    settings_.flows.front() = config::flow_of_steps("login", {});
    FakeStep& required = add_step("code", config::Proof::possession);
    protocol::StepResponse skip;
    skip.turn = protocol::StepSkip{};
    required.will_say(std::move(skip));
    const Begun begun = ConversationFixture::begin("anna");
    EXPECT_EQ(refusal(begun.turn), Reason::refused);
}

} // namespace

} // namespace loquet::conversation
