// SPDX-License-Identifier: LGPL-2.1-or-later
// By what tickets die before their time, and by what they do not.
#include "daemon/accounts/accounts.h"
#include "daemon/notices/notices.h"
#include "daemon/store/accounts_table.h"
#include "daemon/store/counters_table.h"
#include "daemon/store/tickets_table.h"
#include "tests/unit/daemon/accounts/accounts_fixture.h"
#include "tests/unit/daemon/recovery/tickets_fixture.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>

namespace loquet::recovery {
namespace {

using base::Error;
using model::Medium;
using model::TicketState;
using model::Uid;
using store::ReadTxn;
using store::WriteTxn;
using testing::IsEmpty;

constexpr Uid owner{1};
constexpr accounts::Actor operator_uid{1000};

class ALiveTicket : public TicketsFixture {
protected:
    ALiveTicket() {
        change_account(1, [](auto& account) { account.factors = {"totp"}; });
        code_ = code_from(by_owner(Medium::mail));
        EXPECT_EQ(open(find(code_).value(), 1), std::nullopt);
        shown_ = code_from(by_helpdesk(std::nullopt));
        others_ = code_from(by_owner(Medium::mail, 2));
    }

    /// What an operator does, by the same code as on the bus.
    void act(const std::function<base::Task<void>(accounts::Accounts&)>& what) {
        accounts::FakeNames names;
        accounts::Accounts accounts(accounts::Settings{}, *store_, names, clock_, loop_);
        tests::wait_for(loop_, what(accounts));
    }
    /// Both tickets of the owner, the one that was opened and the one that waits; that of another account lives.
    void expect_dead(const std::string& by) {
        restart();
        EXPECT_FALSE(find(code_)) << by;
        EXPECT_FALSE(find(shown_)) << by;
        for (const model::Ticket& ticket : list()) {
            EXPECT_EQ(ticket.state, TicketState::voided) << by;
            EXPECT_EQ(ticket.why, "account-changed") << by;
        }
        EXPECT_TRUE(find(others_, 2)) << by;
    }
    void expect_alive(const std::string& after) {
        restart();
        EXPECT_TRUE(find(code_)) << after;
        EXPECT_TRUE(find(shown_)) << after;
    }

    std::string code_;
    std::string shown_;
    std::string others_;
};

TEST_F(ALiveTicket, T10_DiesByANewPassword) {
    const auto match = find(code_).value();
    write([](WriteTxn& txn) { accounts::put_password(txn, owner, {.hash = "$y$new"}); });
    EXPECT_EQ(use(match, 1), Error::Kind::conflict);
    EXPECT_EQ(open(match, 2), Error::Kind::conflict);
    expect_dead("put_password");
}

TEST_F(ALiveTicket, T10_DiesByANewPasswordThatRootSets) {
    act([](auto& accounts) { return accounts.set_password(owner, {.hash = "$y$new", .must_change = true}, {0}); });
    expect_dead("set_password");
}

TEST_F(ALiveTicket, T10_DiesByAReset) {
    act([](auto& accounts) { return accounts.start_reset(owner, operator_uid); });
    expect_dead("start_reset");
}

TEST_F(ALiveTicket, T10_DiesByTheRemovalOfAFactor) {
    act([](auto& accounts) { return accounts.remove_factor(owner, {"totp", "lost", true}, operator_uid); });
    expect_dead("remove_factor");
}

TEST_F(ALiveTicket, T10_DiesByTheCodeOfANotice) {
    write([this](WriteTxn& txn) { notices::revoke(txn, owner, clock_.wall()); });
    expect_dead("revoke");
}

TEST_F(ALiveTicket, T10_DiesByALockOfTheHelpdeskAndStaysDeadWhenItEnds) {
    act([](auto& accounts) { return accounts.lock(owner, "badge lost", operator_uid); });
    expect_dead("lock");
    act([](auto& accounts) { return accounts.unlock(owner, operator_uid); });
    expect_dead("unlock");
}

TEST_F(ALiveTicket, T10_DiesWhenItsAccountIsDisabledAndStaysDeadWhenItIsEnabled) {
    act([](auto& accounts) { return accounts.disable(owner, "left", operator_uid); });
    expect_dead("disable");
    act([](auto& accounts) { return accounts.enable(owner, operator_uid); });
    expect_dead("enable");
}

TEST_F(ALiveTicket, T10_DiesByWhateverElseRaisesTheGenerationOfItsAccount) {
    void_codes(1); // as a change of address will
    expect_dead("generation");
}

TEST_F(ALiveTicket, GoesWithAnErasedAccount) {
    const auto match = find(code_).value();
    write([](WriteTxn& txn) { store::AccountsTable::erase(txn, owner); });
    EXPECT_THAT(list(), testing::IsEmpty());
    EXPECT_EQ(use(match, 1), Error::Kind::conflict);
    EXPECT_TRUE(find(others_, 2));
}

TEST_F(ALiveTicket, T13_LivesOnThroughALockByFailures) {
    write([](WriteTxn& txn) {
        model::AttemptCounters counters;
        counters.account.consecutive = 50;
        counters.account.last_failure = 1;
        counters.account.disabled = true;
        counters.lock = {0, true, "too-many-failures"};
        store::CountersTable::put_attempts(txn, txn.digest(store::DigestKind::name, "person1"),
                                           store::CountersTable::Whose::account, counters);
    });
    expect_alive("a lock by failures");
    act([](auto& accounts) { return accounts.unlock(owner, operator_uid); });
    expect_alive("its end");
}

TEST_F(ALiveTicket, T13_LivesOnThroughALoginAndWhatElseVoidsNothing) {
    change_account(1, [](auto& account) {
        account.last_login = base::Milliseconds(5);
        account.trusted_places.push_back({model::Digest{}, base::Milliseconds(5)});
    });
    expect_alive("a login");
    act([](auto& accounts) { return accounts.authorise(owner, "sudo", operator_uid); });
    expect_alive("an authorisation");
    change_account(1, [](auto& account) { account.locale = "fr"; });
    expect_alive("another language");
}

TEST_F(ALiveTicket, IsVoidedWithAWordForTheHelpdeskWhichLeavesTheDeadAlone) {
    EXPECT_EQ(use(find(code_).value(), 1), std::nullopt);
    write([](WriteTxn& txn) { Tickets::void_all(txn, owner, "revoked"); });
    restart();
    ASSERT_EQ(list().size(), 2U);
    EXPECT_EQ(list()[0].place.medium, std::nullopt);
    EXPECT_EQ(list()[0].state, TicketState::voided);
    EXPECT_EQ(list()[0].why, "revoked");
    EXPECT_EQ(list()[1].state, TicketState::used);
    EXPECT_FALSE(find(shown_));
    EXPECT_TRUE(find(others_, 2));
    write([](WriteTxn& txn) { Tickets::void_all(txn, owner, "again"); });
    write([](WriteTxn& txn) { Tickets::void_all(txn, Uid{99}, "nobody"); });
    EXPECT_EQ(list()[0].why, "revoked");
}

class ASharedAddress : public TicketsFixture {};

TEST_F(ASharedAddress, APART19_GetsNoCodeAtItsOwnersAskingButWhyThereIsNone) {
    for (const Medium medium : {Medium::mail, Medium::sms}) {
        SCOPED_TRACE(to_text(medium));
        const std::string code = code_from(by_owner(medium, 2));
        change_account(1, [&](model::PrivateAccount& account) {
            (medium == Medium::mail ? account.mail : account.phone) =
                model::address_of(account_of(2).private_part, medium);
        });
        for (const std::uint32_t uid : {1U, 2U}) {
            wait(resend_pause);
            const std::uint64_t before = newest_message();
            const Issued issued = issue(by_owner(medium, uid));
            EXPECT_TRUE(issued.sends) << "as for everybody";
            EXPECT_THAT(issued.sent, IsEmpty());
            EXPECT_EQ(newest_message(), before + 1);
            EXPECT_EQ(message(before + 1).text, medium == Medium::mail ? "ticket.shared_mail" : "ticket.shared_sms");
            EXPECT_FALSE(message(before + 1).code);
            EXPECT_EQ(why_refused(), "");
        }
        EXPECT_TRUE(find(code, 2)) << "what was sent before is good";
        EXPECT_THAT(issue(by_helpdesk(medium, 1)).sent, testing::SizeIs(1)) << "an operator's is sent";
        change_account(
            2, [&](model::PrivateAccount& account) { model::confirmed_of(account, medium) = base::Milliseconds(0); });
        wait(mail_life);
        EXPECT_THAT(issue(by_owner(medium, 1)).sent, testing::SizeIs(1)) << "who only claims it changes nothing";
    }
}

TEST_F(ASharedAddress, APART19_GetsTheCodeOfEachAccountWhereTheSiteSaysSo) {
    change_account(1, [&](model::PrivateAccount& account) { account.mail = account_of(2).private_part.mail; });
    outbox::Settings settings = outbox_->settings();
    settings.shared_addresses = true;
    outbox_->set(settings);
    EXPECT_NE(code_from(by_owner(Medium::mail, 1)), code_from(by_owner(Medium::mail, 2)));
}

} // namespace
} // namespace loquet::recovery
