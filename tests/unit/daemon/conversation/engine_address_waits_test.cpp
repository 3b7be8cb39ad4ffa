// SPDX-License-Identifier: LGPL-2.1-or-later
// Who comes by a mail address waits for what was tried under it at this place, and not for what was tried under the
// name of whom it is: the wait would say whose the address is.
#include "daemon/store/outbox_table.h"
#include "tests/unit/daemon/conversation/conversation_fixture.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <chrono>

namespace loquet::conversation {
namespace {

using protocol::Judgement;
using protocol::JudgeRequest;
using protocol::LockoutEvent;
using protocol::Medium;
using protocol::Scope;
using protocol::Verdict;

constexpr const char* annas = "anna@example.org";
constexpr const char* nobodys = "nobody@example.org";
constexpr std::uint32_t free_tries = 2;
constexpr std::uint32_t failures_that_shut = 9;

/// After two failures at a place one waits there, as shortly as a test can; nine failures of an account shut it.
Judgement waits_and_shuts(const JudgeRequest& request) {
    Judgement judgement;
    judgement.verdict = Verdict::allow;
    judgement.counters = request.counters;
    for (const Scope scope : {Scope::account, Scope::account_place}) {
        auto& counter = judgement.counters[scope];
        if (counter && request.event == LockoutEvent::failed) {
            ++counter->consecutive;
        } else if (counter && request.event == LockoutEvent::succeeded) {
            counter->consecutive = 0;
        }
    }
    const auto& at_place = request.counters[Scope::account_place];
    const auto& account = request.counters[Scope::account];
    if (account && account->consecutive >= failures_that_shut) {
        judgement.verdict = Verdict::locked;
        judgement.until = request.now + std::chrono::minutes(20);
        judgement.reason = "too-many-failures";
    } else if (request.event == LockoutEvent::before && at_place && at_place->consecutive > free_tries) {
        judgement.verdict = Verdict::delay;
        judgement.until = request.now + base::Milliseconds(1);
    }
    return judgement;
}

class WhoComesByAnAddress : public ConversationFixture {
protected:
    WhoComesByAnAddress() {
        settings_.flows.push_back(
            config::flow_of_steps(purpose::recover_password, {"identify", "ticket", "new_password"}));
        sends_by_ = &outbox_;
        lockout_.policy = waits_and_shuts;
        set(anna, [](model::PrivateAccount& account) {
            account.mail = annas;
            account.mail_confirmed = base::Milliseconds(1);
        });
    }

    /// At the question for the code.
    Begun identified(std::string_view as) {
        Begun begun = begin("somebody", root(), purpose::recover_password);
        (void)answer(*begun.dialog, {as});
        return begun;
    }
    /// Whether a try may be judged; a question about the account alone is what the helpdesk is told by.
    [[nodiscard]] std::size_t asked_before_a_try() const {
        return static_cast<std::size_t>(std::ranges::count_if(lockout_.requests, [](const JudgeRequest& request) {
            return request.event == LockoutEvent::before && request.counters[Scope::account_place];
        }));
    }
    /// A wrong code: how often the policy was asked whether it may be judged. Once for each who is asked about, and
    /// once more behind each wait.
    std::size_t questions_at_a_guess(std::string_view as) {
        const Begun begun = identified(as);
        const std::size_t before = asked_before_a_try();
        EXPECT_EQ(refusal(answer(*begun.dialog, {"1234 5678"})), Reason::refused);
        return asked_before_a_try() - before;
    }
    std::size_t questions_at_a_login(const std::string& as, std::string_view password = canary::wrong_password) {
        const std::size_t before = asked_before_a_try();
        const Turn turn = log_in(as, password);
        EXPECT_EQ(is_granted(turn), password == canary::password);
        return asked_before_a_try() - before;
    }
    [[nodiscard]] std::string last_code() const {
        return store_->read([&](const store::ReadTxn& txn) {
            std::string code;
            store::OutboxTable::each(txn, 0, [&](std::uint64_t number, const model::OutboxEntry& /*message*/) {
                if (const auto content = store::OutboxTable::content(txn, number)) {
                    for (const auto& variable : content->variables) {
                        code = variable.name == "code" ? std::string(variable.value.reveal()) : code;
                    }
                }
                return true;
            });
            return code;
        });
    }

    static constexpr outbox::Budget no_bound{90, 90, 90, 90, 90, 100};
    outbox::Outbox outbox_{{.media = {Medium::mail},
                            .organisation = "Ville de Rouen",
                            .machine = "kiosk7",
                            .budgets = {no_bound, no_bound},
                            .alarm = {}},
                           steady_,
                           clock_};
};

TEST_F(WhoComesByAnAddress, T15_WaitsInARecoveryForWhatWasTriedUnderTheAddress) {
    EXPECT_EQ(questions_at_a_guess("anna"), 1U);
    for (std::uint32_t failure = 1; failure <= free_tries; ++failure) {
        (void)questions_at_a_guess("anna");
    }
    EXPECT_EQ(questions_at_a_guess("anna"), 2U) << "by the name one waits";
    for (const char* const address : {annas, nobodys}) {
        SCOPED_TRACE(address);
        for (std::uint32_t failure = 0; failure <= free_tries; ++failure) {
            EXPECT_EQ(questions_at_a_guess(address), 2U) << "about the address, and who has it; one waits for neither";
        }
        EXPECT_EQ(questions_at_a_guess(address), 3U) << "now one waits for what was tried under it";
    }
}

TEST_F(WhoComesByAnAddress, T15_WaitsAtALoginForWhatWasTriedUnderTheAddress) {
    for (std::uint32_t failure = 0; failure <= free_tries; ++failure) {
        (void)questions_at_a_login("anna");
    }
    EXPECT_EQ(questions_at_a_login("anna"), 2U);
    EXPECT_EQ(questions_at_a_login(annas), 2U);
    EXPECT_EQ(questions_at_a_login(nobodys), 2U);
    EXPECT_EQ(questions_at_a_login(annas, canary::password), 2U) << "and the right password is one";
}

TEST_F(WhoComesByAnAddress, IsCountedForTheAccountAndOnceForThePlace) {
    const std::uint32_t before = counters("anna").account.consecutive;
    lockout_.requests.clear();
    (void)questions_at_a_login(annas);
    EXPECT_EQ(counters("anna").account.consecutive, before + 1);
    std::size_t of_the_place = 0;
    for (const JudgeRequest& request : lockout_.requests) {
        of_the_place += request.event == LockoutEvent::failed && request.counters[Scope::place] ? 1 : 0;
    }
    EXPECT_EQ(of_the_place, 1U);
}

TEST_F(WhoComesByAnAddress, IsShutOutWithTheAccountInTheWordsOfAWrongCode) {
    const Begun begun = identified(annas);
    const std::string code = last_code();
    ASSERT_FALSE(code.empty());
    for (int failure = 0; failure < static_cast<int>(failures_that_shut); ++failure) {
        const Client elsewhere = root(":1.1", "seat" + std::to_string(failure));
        const Begun by_name = begin("somebody", elsewhere, purpose::recover_password);
        (void)answer(*by_name.dialog, {"anna"});
        (void)answer(*by_name.dialog, {"1234 5678"});
    }
    const Turn shut = answer(*begun.dialog, {code});
    const Begun of_nobody = identified(nobodys);
    const Turn wrong = answer(*of_nobody.dialog, {"1234 5678"});
    EXPECT_EQ(refusal(shut), refusal(wrong));
    EXPECT_EQ(texts_of(shut), texts_of(wrong));
}

} // namespace
} // namespace loquet::conversation
