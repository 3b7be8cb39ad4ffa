// SPDX-License-Identifier: LGPL-2.1-or-later
// Who has rights over the machine gets no new password without the helpdesk (recovery.md, 5), and nobody sees on the
// screen who that is.
#include "daemon/store/outbox_table.h"
#include "daemon/store/tickets_table.h"
#include "tests/unit/daemon/conversation/conversation_fixture.h"

#include <gmock/gmock.h>

#include <set>

namespace loquet::conversation {
namespace {

using protocol::Medium;
using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

constexpr outbox::Budget without_bounds{90, 90, 90, 90, 90, 100};

class APrivilegedAccount : public ConversationFixture {
protected:
    APrivilegedAccount() {
        settings_.flows.push_back(config::flow_of_steps(purpose::recover_password, {"ticket", "new_password"}));
        sends_by_ = &outbox_;
        add(bert, "bert", canary::password);
        for (const auto& [uid, mail] : {std::pair(anna, "anna@example.org"), std::pair(bert, "bert@example.org")}) {
            set(uid, [mail = std::string(mail)](model::PrivateAccount& account) {
                account.mail = mail;
                account.mail_confirmed = base::Milliseconds(1);
            });
        }
        has_rights_ = [this](std::string name, std::vector<std::string> groups,
                             model::Digest /*place*/) -> base::Task<bool> {
            EXPECT_THAT(groups, Contains("sudo"));
            asked_about_.push_back(name);
            if (!answers_) {
                throw Error(Kind::unavailable, "the directory server does not answer");
            }
            co_return privileged_.contains(name);
        };
    }

    Begun begin_recovery(const std::string& name) { return begin(name, root(), purpose::recover_password); }
    struct Message {
        model::Uid account;
        std::string text;
        std::string code;
    };
    [[nodiscard]] std::vector<Message> messages() const {
        return store_->read([&](const store::ReadTxn& txn) {
            std::vector<Message> all;
            store::OutboxTable::each(txn, 0, [&](std::uint64_t number, const model::OutboxEntry& message) {
                Message& one = all.emplace_back(Message{message.account, message.text, {}});
                if (const auto content = store::OutboxTable::content(txn, number)) {
                    for (const auto& variable : content->variables) {
                        one.code = variable.name == "code" ? std::string(variable.value.reveal()) : one.code;
                    }
                }
                return true;
            });
            return all;
        });
    }
    /// That an operator reads out.
    std::string operators_code() {
        recovery::Tickets::Issue issue;
        issue.account = anna;
        issue.issuer = model::TicketIssuer::helpdesk;
        issue.purpose = purpose::recover_password;
        issue.actor = 1001;
        issue.proven = true;
        auto issued = tickets().issue(issue);
        store_->write_now(std::move(issued.work));
        return std::string(issued.code.reveal());
    }
    [[nodiscard]] std::uint64_t generation() const { return private_part(anna).generation; }

    std::set<std::string> privileged_{"anna"};
    std::vector<std::string> asked_about_;
    bool answers_ = true; ///< the source of names does
    outbox::Outbox outbox_{{.media = {Medium::mail},
                            .organisation = "Ville de Rouen",
                            .machine = "kiosk7",
                            .budgets = {without_bounds, without_bounds},
                            .alarm = {}},
                           steady_,
                           clock_};
};

TEST_F(APrivilegedAccount, IsSentWhyThereIsNoCodeAndTheScreenSaysTheSameAsEver) {
    const Begun of_anna = begin_recovery("anna");
    const Begun of_bert = begin_recovery("bert");
    const Begun of_nobody = begin_recovery("nobody");
    EXPECT_EQ(texts_of(of_anna.turn), texts_of(of_bert.turn));
    EXPECT_EQ(texts_of(of_anna.turn), texts_of(of_nobody.turn));
    ASSERT_EQ(messages().size(), 2U);
    EXPECT_EQ(messages()[0].account, anna);
    EXPECT_EQ(messages()[0].text, "ticket.operator_mail");
    EXPECT_THAT(messages()[0].code, IsEmpty());
    EXPECT_EQ(messages()[1].text, "ticket.recover_mail");
    EXPECT_THAT(asked_about_, ElementsAre("anna", "bert", "nobody"));
    const Turn anna_guesses = answer(*of_anna.dialog, {"1234 5678"});
    const Turn bert_guesses = answer(*of_bert.dialog, {"1234 5678"});
    EXPECT_EQ(refusal(anna_guesses), refusal(bert_guesses));
    EXPECT_EQ(texts_of(anna_guesses), texts_of(bert_guesses));
}

TEST_F(APrivilegedAccount, OpensWithTheHelpdesksCodeAlone) {
    const std::string code = operators_code();
    const Begun at_the_code = begin_recovery("anna");
    EXPECT_THAT(asked(answer(*at_the_code.dialog, {code})), Contains("new_password"));
    engine().cancel(*at_the_code.dialog, ":1.1");
    const Begun login = begin("anna");
    EXPECT_THAT(asked(answer(*login.dialog, {code})), Contains("new_password"));
    EXPECT_TRUE(is_granted(answer(*login.dialog, {canary::next_password, canary::next_password})));
}

TEST_F(APrivilegedAccount, DoesNotOpenByAnotherProofEither) {
    FakeStep& totp = add_step("totp", config::Proof::possession);
    settings_.flows = {config::flow_of_steps(purpose::login, {"password"}),
                       config::flow_of_steps(purpose::recover_password, {"totp", "new_password"})};
    for (const bool known : {true, false}) {
        privileged_ = known ? std::set<std::string>{"anna"} : std::set<std::string>{};
        totp.will_say({protocol::StepAsk{{{protocol::PromptStyle::secret, "code", {"refused", {}}}}}, {}, {}, {}, {}});
        totp.will_say(says_yes());
        const std::uint64_t before = generation();
        const Begun begun = begin_recovery("anna");
        const Turn turn = answer(*begun.dialog, {"123456"});
        EXPECT_EQ(refusal(turn), known ? std::optional(Reason::refused) : std::nullopt);
        EXPECT_EQ(generation(), before);
    }
    EXPECT_THAT(records(), Contains(testing::Field(&model::AuditEvent::detail, "takes-an-operator")));
}

TEST_F(APrivilegedAccount, GetsNoNewPasswordByACodeThatWasSentBeforeItGotItsRights) {
    privileged_.clear();
    (void)begin_recovery("anna");
    const std::string code = messages().back().code;
    ASSERT_THAT(code, Not(IsEmpty()));
    privileged_ = {"anna"};
    const std::uint64_t before = generation();
    const Begun login = begin("anna");
    EXPECT_THAT(asked(answer(*login.dialog, {code})), Contains("new_password"));
    EXPECT_EQ(refusal(answer(*login.dialog, {canary::next_password, canary::next_password})), Reason::refused);
    EXPECT_EQ(generation(), before);
    EXPECT_TRUE(is_granted(log_in("anna", canary::password)));
}

TEST_F(APrivilegedAccount, IsLookedForAgainWhereTheDialogIsAboutSomebodyElse) {
    config::Flow flow = config::flow_of_steps(purpose::recover_password, {"identify", "ticket", "new_password"});
    flow.items.front().by = {config::IdentifiedBy::name, config::IdentifiedBy::mail};
    settings_.flows = {config::flow_of_steps(purpose::login, {"password"}), flow};
    const Begun begun = begin_recovery("bert");
    (void)answer(*begun.dialog, {"anna@example.org"});
    EXPECT_THAT(asked_about_, Contains("anna"));
    EXPECT_EQ(messages().back().text, "ticket.operator_mail");
}

TEST_F(APrivilegedAccount, IsOneWhereEveryAccountIsPutIntoSuchAGroup) {
    privileged_.clear();
    settings_.accounts.groups = {"audio", "adm"};
    (void)begin_recovery("anna");
    (void)begin_recovery("bert");
    EXPECT_THAT(messages(), Each(testing::Field(&Message::text, "ticket.operator_mail")));
}

TEST_F(APrivilegedAccount, IsRecoveredLikeAnyOtherWhereTheSiteWantsThat) {
    settings_.self_service.recover_privileged = true;
    const Begun begun = begin_recovery("anna");
    EXPECT_THAT(asked_about_, IsEmpty());
    EXPECT_THAT(asked(answer(*begun.dialog, {messages().back().code})), Contains("new_password"));
}

TEST_F(APrivilegedAccount, IsNotGuessedWhereTheSourceOfNamesDoesNotAnswer) {
    answers_ = false;
    for (const char* name : {"anna", "bert", "nobody"}) {
        EXPECT_EQ(kind_of(engine().begin(purpose::recover_password, name, root(), {})), Kind::unavailable) << name;
    }
    EXPECT_THAT(messages(), IsEmpty());
    EXPECT_TRUE(is_granted(log_in("anna", canary::password))) << "a login asks nobody";
}

} // namespace
} // namespace loquet::conversation
