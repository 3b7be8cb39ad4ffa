// SPDX-License-Identifier: LGPL-2.1-or-later
// A flow whose first step sends a code: it is queued, judged and written like an answer, and says and costs the same
// for every name.
#include "daemon/store/outbox_table.h"
#include "tests/unit/daemon/conversation/conversation_fixture.h"
#include "tests/unit/daemon/conversation/refusing_disk.h"

#include <gmock/gmock.h>

#include <chrono>

namespace loquet::conversation {
namespace {

using protocol::Medium;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr outbox::Budget plenty{9, 9, 9, 9, 9, 50};

class AFirstStepThatSends : public ConversationFixture {
protected:
    AFirstStepThatSends() {
        settings_.flows.front() = config::flow_of_steps("login", {});
        sends_by_ = &outbox_;
        step_ = &add_step("code", config::Proof::possession);
        set(anna, [](model::PrivateAccount& account) { account.mail = "anna@example.org"; });
        add(bert, "bert", "");
    }

    static protocol::StepResponse sending() {
        protocol::StepResponse response = asking();
        response.account_state = base::SecureBytes(40, 7);
        response.send = {{Medium::mail, {"code.text", {{"code", "482915"}}}, base::Milliseconds(600'000)}};
        return response;
    }
    static protocol::StepResponse asking() {
        return {protocol::StepAsk{{{protocol::PromptStyle::secret, "code", {"refused", {}}}}}, {}, {}, {}, {}};
    }
    /// What the outbox will deliver, by account.
    [[nodiscard]] std::vector<std::uint32_t> sent_to() const {
        return store_->read([](const store::ReadTxn& txn) {
            std::vector<std::uint32_t> all;
            store::OutboxTable::each(txn, 0, [&](std::uint64_t, const model::OutboxEntry& message) {
                if (message.state == model::MessageState::queued) {
                    all.push_back(message.account.value);
                }
                return true;
            });
            return all;
        });
    }
    void lock_by_failures(const std::string& name) {
        lockout_.policy = [identity = name](const protocol::JudgeRequest& request) {
            protocol::Judgement judgement = judge_strictly(request);
            judgement.verdict = protocol::Verdict::locked;
            judgement.until = request.now + std::chrono::minutes(5);
            judgement.reason = "too-many-failures";
            return judgement;
        };
    }
    struct Seen {
        Turn turn;
        std::uint64_t commits = 0;
        std::size_t judged = 0;
        friend bool operator==(const Seen&, const Seen&) = default;
    };
    Seen seen_of(const std::function<Turn()>& call) {
        const auto commits_before = commits();
        const auto asked_before = lockout_.requests.size();
        Turn turn = call();
        return {std::move(turn), commits() - commits_before, lockout_.requests.size() - asked_before};
    }
    Seen seen_at_begin(const std::string& name) {
        step_->will_say(sending());
        return seen_of([&] {
            const Begun begun = begin(name);
            last_ = begun.dialog;
            return begun.turn;
        });
    }

    outbox::Outbox outbox_{{.media = {Medium::mail}, .budgets = {plenty, plenty}, .alarm = {}}, steady_, clock_};
    FakeStep* step_ = nullptr;
    std::optional<DialogId> last_;
};

TEST_F(AFirstStepThatSends, SendsAndKeepsItsState) {
    EXPECT_EQ(asked(seen_at_begin("anna").turn), std::vector<std::string>{"code.code"});
    EXPECT_THAT(sent_to(), ElementsAre(anna.value));
    const auto state =
        store_->read([](const store::ReadTxn& txn) { return store::StepsTable::get(txn, anna, "code"); });
    EXPECT_EQ(state, base::SecureBytes(40, 7));
    step_->will_say(says_yes());
    EXPECT_TRUE(is_granted(answer(*last_, {"482915"})));
}

TEST_F(AFirstStepThatSends, T15_SaysAndCostsTheSameForEveryNameAndSendsToTheOwnerAlone) {
    model::Uid next{30100};
    const auto another = [&](const std::string& name, const std::function<void(model::PrivateAccount&)>& change) {
        const model::Uid uid{next.value++};
        add(uid, name, "");
        set(uid, [&](model::PrivateAccount& account) {
            account.mail = name + "@example.org";
            change(account);
        });
        return name;
    };
    const Seen of_anna = seen_at_begin("anna");
    EXPECT_EQ(of_anna.commits, 1U);
    EXPECT_EQ(of_anna.judged, 1U) << "whether it may be evaluated";
    EXPECT_EQ(seen_at_begin("nobody"), of_anna);
    EXPECT_EQ(seen_at_begin("bert"), of_anna) << "has no address";
    using model::AccountState;
    EXPECT_EQ(seen_at_begin(another("locked", [](auto& account) { account.state = AccountState::locked; })), of_anna);
    EXPECT_EQ(seen_at_begin(another("disabled", [](auto& account) { account.state = AccountState::disabled; })),
              of_anna);
    const std::string guessed = another("guessed", [](auto&) {});
    lock_by_failures(guessed);
    EXPECT_EQ(seen_at_begin(guessed), of_anna);
    EXPECT_THAT(sent_to(), ElementsAre(anna.value));
}

TEST_F(AFirstStepThatSends, T15_CostsOneWriteAlsoWhereItHasNothingToWrite) {
    for (const char* const name : {"anna", "nobody", "bert"}) {
        step_->will_say(asking());
        EXPECT_EQ(seen_of([&] { return begin(name).turn; }).commits, 1U) << name;
    }
}

TEST_F(AFirstStepThatSends, T15_IsAnsweredWhenTheMessageCouldHaveBeenKeptForEveryName) {
    for (const char* const name : {"anna", "nobody", "bert"}) {
        const auto asked_at = std::chrono::steady_clock::now();
        (void)seen_at_begin(name);
        EXPECT_GE(std::chrono::steady_clock::now() - asked_at, Attempt::level_reply) << name;
    }
}

TEST_F(AFirstStepThatSends, T15_SaysNothingOfADialogButThatItIsBusyBeforeItsReply) {
    for (const char* const name : {"anna", "nobody"}) {
        (void)seen_at_begin(name);
        step_->will_say(sending());
        const auto first = start(engine().answer(*last_, ":1.1", answers({""})));
        int asked_again = 0;
        for (; !first->done(); ++asked_again) {
            const auto second = start(engine().answer(*last_, ":1.1", {})); // one answer too few for what it asks
            ASSERT_TRUE(second->failure) << name;
            EXPECT_EQ(kind_thrown_by([&] { std::rethrow_exception(second->failure); }), Kind::busy) << name;
            loop_.run_once(base::Milliseconds(1));
        }
        EXPECT_GT(asked_again, 0) << name;
        EXPECT_TRUE(std::holds_alternative<protocol::Ask>(end_of(first))) << name;
    }
}

TEST_F(AFirstStepThatSends, T15_CostsTheSameForEveryNameWhereItSendsAgain) {
    std::vector<Seen> seen;
    set(bert, [](model::PrivateAccount& account) { account.mail = "bert@example.org"; });
    set(bert, [](model::PrivateAccount& account) { account.state = model::AccountState::disabled; });
    for (const char* const name : {"anna", "nobody", "bert"}) {
        (void)seen_at_begin(name);
        step_->will_say(sending());
        seen.push_back(seen_of([&] { return answer(*last_, {""}); }));
    }
    EXPECT_EQ(asked(seen[0].turn), std::vector<std::string>{"code.code"});
    EXPECT_EQ(seen[0].commits, 1U);
    EXPECT_EQ(seen[1], seen[0]);
    EXPECT_EQ(seen[2], seen[0]) << "an account out of service";
    EXPECT_THAT(sent_to(), ElementsAre(anna.value, anna.value));
}

TEST_F(AFirstStepThatSends, LetsNobodyInWhoseNameNobodyHasWhateverItSays) {
    for (const char* const name : {"nobody", "anna"}) {
        set(anna, [](model::PrivateAccount& account) { account.state = model::AccountState::locked; });
        (void)seen_at_begin(name);
        step_->will_say(says_yes());
        EXPECT_EQ(refusal(answer(*last_, {"482915"})), Reason::refused) << name;
        EXPECT_EQ(counters(name).account.consecutive, 1U) << "a guess that came true is one";
    }
    EXPECT_EQ(records().back().detail, "account-locked");
}

TEST_F(AFirstStepThatSends, BeginsOnceAtATimeForAnAccount) {
    step_->will_say(asking()); // for the other name
    step_->will_say(sending());
    step_->will_say(asking());
    step_->hold();
    auto one = start(engine().begin("login", "anna", root(), {}));
    ASSERT_TRUE(tests::eventually(loop_, [&] { return step_->requests.size() == 1; }));
    auto promise = step_->keep_held();
    auto two = start(engine().begin("login", "anna", root(":1.2"), {}));
    auto other = start(engine().begin("login", "nobody", root(":1.3"), {}));
    ASSERT_TRUE(tests::eventually(loop_, [&] { return other->done(); })) << "another name is not kept waiting";
    EXPECT_THAT(step_->requests, SizeIs(2));
    promise.set();
    (void)end_of(one);
    (void)end_of(two);
    ASSERT_THAT(step_->requests, SizeIs(3));
    EXPECT_EQ(step_->requests.back().account_state, base::SecureBytes(40, 7)) << "what the first one kept";
}

TEST_F(AFirstStepThatSends, WaitsForThePolicyBeforeItBegins) {
    lockout_.policy = [first = true](const protocol::JudgeRequest& request) mutable {
        protocol::Judgement judgement = judge_strictly(request);
        if (std::exchange(first, false)) {
            judgement.verdict = protocol::Verdict::delay;
            judgement.until = request.now + base::Milliseconds(1);
        }
        return judgement;
    };
    EXPECT_EQ(seen_at_begin("anna").judged, 2U) << "asked anew after the wait";
    EXPECT_THAT(sent_to(), ElementsAre(anna.value));
}

TEST_F(AFirstStepThatSends, SendsNothingWhereTheDiskRefusesAndSaysSoForEveryName) {
    (void)engine();
    std::vector<std::optional<Reason>> said;
    {
        const RefusingDisk refusing;
        for (const char* const name : {"anna", "nobody", "bert"}) {
            said.push_back(refusal(seen_at_begin(name).turn));
            EXPECT_FALSE(last_.has_value());
        }
    }
    EXPECT_THAT(said, testing::Each(testing::Optional(Reason::unavailable)));
    EXPECT_THAT(sent_to(), IsEmpty());
}

TEST_F(AFirstStepThatSends, IsNotBegunForACallerWhoLeftBeforeItsTurn) {
    lockout_.hold();
    auto begun = start(engine().begin("login", "anna", root(), {}));
    ASSERT_TRUE(lockout_.is_asked());
    engine().forget_caller(":1.1");
    lockout_.let_go();
    EXPECT_EQ(kind_thrown_by([&] { (void)end_of(begun); }), Kind::unavailable);
    EXPECT_THAT(step_->requests, IsEmpty());
}

TEST_F(AFirstStepThatSends, IsKeptToItsEndOnceItHasBegun) {
    step_->will_say(sending());
    step_->hold();
    auto begun = start(engine().begin("login", "anna", root(), {}));
    ASSERT_TRUE(tests::eventually(loop_, [&] { return step_->is_asked(); }));
    engine().forget_caller(":1.1");
    step_->let_go();
    (void)end_of(begun);
    EXPECT_THAT(sent_to(), ElementsAre(anna.value)) << "with its state: the next dialog does not send another";
}

TEST_F(AFirstStepThatSends, IsJudgedBehindAChallengeToo) {
    settings_.flows.front() = config::flow_of_steps("login", {"sum"});
    settings_.plugins["sum"] = {.kind = config::PluginKind::step, .proves = config::Proof::challenge};
    FakeStep& challenge = *(plugin_steps_["sum"] = std::make_unique<FakeStep>());
    settings_.flows.front().items.push_back(config::required_step("code"));
    std::vector<Seen> seen;
    set(bert, [](model::PrivateAccount& account) {
        account.mail = "bert@example.org";
        account.state = model::AccountState::disabled;
    });
    for (const char* const name : {"anna", "nobody", "bert"}) {
        challenge.will_say(asking());
        const DialogId id = *begin(name).dialog;
        challenge.will_say(says_yes());
        step_->will_say(sending());
        seen.push_back(seen_of([&] { return answer(id, {"12"}); }));
    }
    EXPECT_EQ(asked(seen[0].turn), std::vector<std::string>{"code.code"});
    EXPECT_EQ(seen[0].judged, 1U) << "before anything is sent";
    EXPECT_EQ(seen[1], seen[0]);
    EXPECT_EQ(seen[2], seen[0]);
    EXPECT_THAT(sent_to(), ElementsAre(anna.value));
}

TEST_F(AFirstStepThatSends, LeavesAFlowThatBeginsWithThePasswordAsCheapAsItWas) {
    settings_.flows.front().items.insert(settings_.flows.front().items.begin(), config::required_step("password"));
    EXPECT_EQ(seen_of([&] { return begin("anna").turn; }).commits, 0U);
    EXPECT_THAT(lockout_.requests, IsEmpty());
}

} // namespace
} // namespace loquet::conversation
