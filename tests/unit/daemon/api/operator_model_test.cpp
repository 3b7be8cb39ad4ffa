// SPDX-License-Identifier: LGPL-2.1-or-later
// One operator alone against an account whose mailbox is the owner's: each sequence of up to four acts of the helpdesk,
// on an account of its own, with the real parts from the bus's objects down. No code that the operator got to see opens
// an account. Each run also shows what it would find where the operator's word were enough.
#include "daemon/api/helpdesk.h"
#include "daemon/store/acts_table.h"
#include "tests/support/eventually.h"
#include "tests/support/private_bus.h"
#include "tests/unit/daemon/accounts/accounts_fixture.h"
#include "tests/unit/daemon/conversation/conversation_fixture.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

namespace loquet::api {
namespace {

using base::Secret;
using base::Task;
using model::Medium;
using model::Uid;
using testing::ElementsAre;
using testing::IsEmpty;

const Caller paul{":1.77", 1001};

enum class Move : std::uint8_t {
    issue_code,
    reset,
    reset_by_mail,
    reset_by_sms,
    verify_caller,
    confirm_caller, ///< by a guess: the owner reads nothing out
    approve,        ///< the operator's own request
    confirm_addresses,
    remove_factor,
    lock,
    unlock,
    disable,
    enable,
    authorise,
};
constexpr std::array<const char*, 14> moves{
    "issue_code",        "reset",         "reset_by_mail", "reset_by_sms", "verify_caller", "guess",  "approve",
    "confirm_addresses", "remove_factor", "lock",          "unlock",       "disable",       "enable", "authorise"};
constexpr std::size_t at_once = 48; ///< fewer than the name service is asked at once
constexpr std::size_t a_batch = 2000;
constexpr Uid first_victim{40000};
constexpr outbox::Budget endless{1'000'000, 1'000'000, 1'000'000, 1'000'000, 1'000'000, 100};

using Sequence = std::vector<Move>;

Sequence sequence_of(std::size_t number, std::size_t length) {
    Sequence sequence;
    for (std::size_t i = 0; i < length; ++i) {
        sequence.push_back(static_cast<Move>(number % moves.size()));
        number /= moves.size();
    }
    return sequence;
}

std::string in_words(const Sequence& sequence) {
    std::string text;
    for (const Move move : sequence) {
        text += (text.empty() ? "" : ", ") + std::string(moves.at(static_cast<std::size_t>(move)));
    }
    return text;
}

class AnOperatorAlone : public conversation::ConversationFixture {
protected:
    AnOperatorAlone() {
        settings_.flows.push_back(
            config::flow_of_steps(protocol::purpose::recover_password, {"ticket", "new_password"}));
        sends_by_ = &outbox_;
        level_reply_ = base::Milliseconds(0);
    }

    /// The sequences of so many acts after which a code that the operator saw opens the account.
    std::vector<std::string> that_open(std::size_t length) {
        Parts parts(*this);
        taken_over_.clear();
        std::size_t all = 1;
        for (std::size_t i = 0; i < length; ++i) {
            all *= moves.size();
        }
        base::TaskGroup tasks([](const std::exception_ptr& failure) { std::rethrow_exception(failure); });
        for (std::size_t number = 0; number < all; ++number) {
            if (number % a_batch == 0) {
                add_victims(std::min(a_batch, all - number));
            }
            tasks.spawn(play(parts, sequence_of(number, length), Uid{next_victim_.value++}));
            EXPECT_TRUE(tests::eventually(loop_, [&] { return tasks.active() < at_once; }));
        }
        EXPECT_TRUE(tests::eventually(loop_, [&] { return tasks.active() == 0; }));
        played_ += all;
        return taken_over_;
    }

    std::size_t played_ = 0;

private:
    /// What stands between the bus and the store.
    struct Parts {
        explicit Parts(AnOperatorAlone& test)
            : accounts({}, *test.store_, names, test.clock_, test.loop_),
              resets(test.tickets(), *test.store_, test.outbox_, test.steady_, test.clock_),
              acts(test.tickets(), *test.store_, test.outbox_, test.steady_, test.clock_), callers(test.connection_),
              helpdesk({accounts, test.engine(), resets, acts, callers, test.settings_}) {}
        accounts::FakeNames names;
        accounts::Accounts accounts;
        recovery::HelpdeskReset resets;
        recovery::HelpdeskActs acts;
        Callers callers;
        Helpdesk helpdesk;
    };

    void add_victims(std::size_t count) {
        store_->write_now([&](store::WriteTxn& txn) {
            for (std::size_t i = 0; i < count; ++i) {
                const Uid uid{next_victim_.value + static_cast<std::uint32_t>(i)};
                store::AccountsTable::put(txn, store::account(uid.value, "victim" + std::to_string(uid.value)));
                model::PrivateAccount account;
                account.authorisations = {"*"};
                account.factors = {"totp"};
                account.mail = "victim@example.org";
                account.mail_confirmed = base::Milliseconds(1);
                account.phone = "+33123456789"; // nobody confirmed it: it might be the operator's
                store::AccountsTable::put(txn, uid, account);
                store::AccountsTable::put(txn, uid, model::Credential{});
            }
        });
    }

    Task<void> play(Parts& parts, Sequence sequence, Uid victim) {
        std::vector<Secret> seen;
        for (const Move move : sequence) {
            try {
                auto moving = make(parts, move, victim, seen);
                co_await moving;
            } catch (const base::Error& error) { // refused: it has no effect
                EXPECT_NE(error.kind(), base::Error::Kind::internal) << error.what();
                EXPECT_NE(error.kind(), base::Error::Kind::busy) << error.what();
            }
        }
        for (const Secret& code : seen) {
            const std::string name = "victim" + std::to_string(victim.value);
            auto beginning = engine().begin(protocol::purpose::login, name, root(), {});
            const conversation::Begun begun = co_await beginning;
            protocol::Answers typed;
            typed.push_back(code.clone());
            auto answering = engine().answer(begun.dialog.value(), root().sender, std::move(typed));
            const protocol::Turn turn = co_await answering;
            if (!std::holds_alternative<protocol::Denied>(turn)) {
                taken_over_.push_back(in_words(sequence));
                co_return;
            }
        }
    }

    Task<void> make(Parts& parts, Move move, Uid victim, std::vector<Secret>& seen) {
        Helpdesk& helpdesk = parts.helpdesk;
        if (move == Move::issue_code) {
            auto issuing = helpdesk.issue_code(victim, paul);
            seen.push_back(co_await issuing);
            co_return;
        }
        auto moving = task_of(parts, move, victim);
        co_await moving;
    }

    Task<void> task_of(Parts& parts, Move move, Uid victim) {
        Helpdesk& helpdesk = parts.helpdesk;
        const accounts::Actor actor{paul.uid};
        switch (move) {
        case Move::issue_code:
            break;
        case Move::reset:
            return helpdesk.start_reset(victim, paul, {});
        case Move::reset_by_mail:
            return helpdesk.start_reset(victim, paul, {Medium::mail});
        case Move::reset_by_sms:
            return helpdesk.start_reset(victim, paul, {Medium::sms});
        case Move::verify_caller:
            return helpdesk.verify_caller(victim, paul, Medium::mail);
        case Move::confirm_caller:
            return helpdesk.confirm_caller(victim, paul, Secret("0000 0000"));
        case Move::approve:
            return helpdesk.approve(victim, paul, newest_request(victim), call_);
        case Move::confirm_addresses:
            return helpdesk.confirm_addresses(victim, paul);
        case Move::remove_factor:
            return helpdesk.remove_factor(victim, paul, {"totp", "lost", true});
        case Move::lock:
            return parts.accounts.lock(victim, "a test asked for it", actor);
        case Move::unlock:
            return helpdesk.unlock(victim, paul);
        case Move::disable:
            return parts.accounts.disable(victim, "a test asked for it", actor);
        case Move::enable:
            return parts.accounts.enable(victim, actor);
        case Move::authorise:
            return parts.accounts.authorise(victim, "login", actor);
        }
        throw base::Error(base::Error::Kind::internal, "no such move");
    }

    [[nodiscard]] std::uint64_t newest_request(Uid victim) const {
        const auto acts = store_->read([&](const store::ReadTxn& txn) { return store::ActsTable::of(txn, victim); });
        const auto newest = std::find_if(acts.rbegin(), acts.rend(),
                                         [](const model::Act& act) { return act.state == model::ActState::requested; });
        return newest == acts.rend() ? 1 : newest->number;
    }

    tests::PrivateBus bus_;
    bus::Connection connection_ = bus::Connection::at(bus_.address());
    bus::Message message_ = connection_.method_call("org.example", "/", "org.example", "Approve");
    bus::Call call_{message_.get()};
    outbox::Outbox outbox_{{.media = {Medium::mail, Medium::sms},
                            .organisation = "Ville de Rouen",
                            .machine = "kiosk7",
                            .budgets = {endless, endless},
                            .alarm = {},
                            .kept = 1'000'000,
                            .waiting = 1'000'000},
                           steady_,
                           clock_};
    std::vector<std::string> taken_over_;
    Uid next_victim_ = first_victim;
};

TEST_F(AnOperatorAlone, T26_OpensNoAccountByAnySequenceOfUpToFourActs) {
    for (std::size_t length = 1; length <= 4; ++length) {
        EXPECT_THAT(that_open(length), IsEmpty()) << length;
    }
    EXPECT_EQ(played_, 14U + 196U + 2744U + 38416U);
}

TEST_F(AnOperatorAlone, T26_OpensAccountsWhereTheOperatorsWordIsEnough) {
    settings_.helpdesk.accept_unverified_callers = true;
    EXPECT_THAT(that_open(1), ElementsAre("issue_code"));
    EXPECT_THAT(that_open(2), testing::IsSupersetOf({"unlock, issue_code", "verify_caller, issue_code"}))
        << "so it is noticed";
    EXPECT_THAT(that_open(2), testing::Not(testing::Contains("remove_factor, issue_code"))) << "that takes two people";
}

} // namespace
} // namespace loquet::api
