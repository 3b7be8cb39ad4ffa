// SPDX-License-Identifier: LGPL-2.1-or-later
// Codes of the helpdesk at the login prompt: the one that an operator reads out opens the way to a new password, and
// the one that a caller reads to the operator opens nothing.
#include "daemon/store/tickets_table.h"
#include "tests/unit/daemon/conversation/conversation_fixture.h"

#include <gmock/gmock.h>

namespace loquet::conversation {
namespace {

using protocol::Medium;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr outbox::Budget plenty{90, 90, 90, 90, 90, 100};

class ACodeOfTheHelpdesk : public ConversationFixture {
protected:
    ACodeOfTheHelpdesk() {
        settings_.flows.push_back(config::flow_of_steps(purpose::recover_password, {"ticket", "new_password"}));
        sends_by_ = &outbox_;
        set(anna, [](model::PrivateAccount& account) {
            account.mail = "anna@example.org";
            account.mail_confirmed = base::Milliseconds(1);
        });
    }

    /// As eight digits; as a caller gets it where it has the type of one.
    std::string code(model::TicketType type = model::TicketType::recover) {
        recovery::Tickets::Issue issue;
        issue.account = anna;
        issue.type = type;
        issue.issuer = model::TicketIssuer::helpdesk;
        issue.purpose = purpose::recover_password;
        issue.actor = 1001;
        issue.proven = true;
        if (type == model::TicketType::verify_caller) {
            issue.medium = Medium::mail;
        }
        auto [work, shown, sends, serial] = tickets().issue(issue);
        store_->write_now(std::move(work));
        if (!sends) {
            return std::string(shown.reveal());
        }
        return store_->read([&](const store::ReadTxn& txn) {
            const auto ticket = store::TicketsTable::get(txn, anna, {type, issue.medium});
            return std::string(recovery::code_of(ticket.value()).reveal());
        });
    }
    /// The menu's third question.
    Begun at_the_menu() {
        Begun begun = begin("anna");
        (void)answer(*begun.dialog, {""});
        (void)answer(*begun.dialog, {""});
        EXPECT_THAT(asked(answer(*begun.dialog, {"2"})), ElementsAre("code"));
        return begun;
    }

    outbox::Outbox outbox_{{.media = {Medium::mail},
                            .organisation = "Ville de Rouen",
                            .machine = "kiosk7",
                            .budgets = {plenty, plenty},
                            .alarm = {}},
                           steady_,
                           clock_};
};

TEST_F(ACodeOfTheHelpdesk, BONUS12_OpensTheWayToANewPasswordInPlaceOfThePassword) {
    const std::string read_out = code();
    const Begun begun = begin("anna");
    EXPECT_THAT(asked(answer(*begun.dialog, {read_out})), Contains("new_password"));
    const Turn in = answer(*begun.dialog, {canary::next_password, canary::next_password});
    EXPECT_TRUE(is_granted(in));
    EXPECT_TRUE(is_granted(log_in("anna", canary::next_password)));
    EXPECT_EQ(refusal(log_in("anna", read_out)), Reason::refused) << "it was used";
    EXPECT_THAT(records(), Contains(testing::Field(&model::AuditEvent::detail, HasSubstr("helpdesk"))));
}

TEST_F(ACodeOfTheHelpdesk, APART15_OpensTheWayToANewPasswordAtTheMenu) {
    const std::string read_out = code();
    const Begun begun = at_the_menu();
    const std::string in_groups = read_out.substr(0, 4) + " " + read_out.substr(4);
    EXPECT_THAT(asked(answer(*begun.dialog, {in_groups})), Contains("new_password"));
    EXPECT_TRUE(is_granted(answer(*begun.dialog, {canary::next_password, canary::next_password})));
}

TEST_F(ACodeOfTheHelpdesk, OpensNothingAfterHalfAnHour) {
    const std::string read_out = code();
    clock_.advance(recovery::operator_life);
    EXPECT_EQ(refusal(log_in("anna", read_out)), Reason::refused);
}

TEST_F(ACodeOfTheHelpdesk, LeavesTheFactorsOfTheLoginToBeAsked) {
    FakeStep& totp = add_step("totp", config::Proof::possession);
    totp.will_say({protocol::StepAsk{{{protocol::PromptStyle::secret, "code", {"refused", {}}}}}, {}, {}, {}, {}});
    const std::string read_out = code();
    const Begun begun = begin("anna");
    (void)answer(*begun.dialog, {read_out});
    EXPECT_THAT(asked(answer(*begun.dialog, {canary::next_password, canary::next_password})), Contains("totp.code"));
}

TEST_F(ACodeOfTheHelpdesk, T11_OpensNothingWhereItOnlyTellsWhoACallerIs) {
    const std::string of_the_caller = code(model::TicketType::verify_caller);
    EXPECT_EQ(refusal(log_in("anna", of_the_caller)), Reason::refused);
    const Begun begun = at_the_menu();
    EXPECT_EQ(refusal(answer(*begun.dialog, {of_the_caller})), Reason::refused);
    EXPECT_EQ(kind_of(engine().begin(purpose::enter_code, "anna", user(anna.value), {})), Kind::denied);
    EXPECT_TRUE(is_granted(log_in("anna", canary::password))) << "nothing was changed";
}

} // namespace
} // namespace loquet::conversation
