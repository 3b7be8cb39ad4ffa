// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/plugins/circuit_breaker.h"
#include "daemon/plugins/registry.h"
#include "lib/base/limits.h"
#include "tests/fixtures/plugins/plugin_process.h"
#include "tests/unit/daemon/plugins/await.h"

#include <gtest/gtest.h>

namespace loquet::plugins {

namespace {

using base::Error;
using protocol::PluginKind;
using tests::await;
using tests::error_of;
using tests::PluginProcess;

class ARegistry : public testing::Test {
protected:
    Registry& with(const std::vector<InstanceConfig>& instances) {
        registry_ = std::make_unique<Registry>(loop_, clock_, instances);
        registry_->on_change([this](const PluginStatus& status) {
            changes_.push_back(status.instance + " " + std::string(to_text(status.state)));
        });
        return *registry_;
    }

    static InstanceConfig config(const PluginProcess& process, PluginKind kind) {
        return {process.instance(), kind, process.socket_path(), base::Milliseconds(2000)};
    }

    static protocol::JudgeRequest failed_once() {
        protocol::JudgeRequest request;
        request.event = protocol::LockoutEvent::failed;
        request.now = base::Milliseconds(1'000'000);
        request.boot_id = "0123456789abcdef0123456789abcdef";
        request.counters[protocol::Scope::account].emplace();
        return request;
    }

    bus::Loop loop_;
    base::SystemClock clock_;
    std::unique_ptr<Registry> registry_;
    std::vector<std::string> changes_;
};

TEST_F(ARegistry, AsksALockoutPolicyInItsOwnProcess) {
    PluginProcess process("counting_lockout", "failures = 1\nlock_milliseconds = 5000\n");
    ASSERT_TRUE(process.start());
    const auto lockout = with({config(process, PluginKind::lockout)}).lockout("counting_lockout");

    const auto judgement = await(loop_, lockout->judge(failed_once()));

    EXPECT_EQ(judgement.verdict, protocol::Verdict::locked);
    EXPECT_EQ(judgement.until, base::Milliseconds(1'005'000));
    EXPECT_EQ(judgement.reason, "too-many-failures");
    EXPECT_EQ(judgement.counters[protocol::Scope::account].value_or(protocol::Counter{}).consecutive, 1U);
    EXPECT_FALSE(judgement.counters[protocol::Scope::place]);
    const auto status = registry_->status();
    ASSERT_EQ(status.size(), 1U);
    EXPECT_EQ(status[0].state, PluginState::ready);
    EXPECT_EQ(status[0].plugin, "counting_lockout");
    EXPECT_EQ(status[0].version, "1.0");
    EXPECT_EQ(status[0].detail, "");
    EXPECT_EQ(changes_, std::vector<std::string>{"counting_lockout ready"});
}

TEST_F(ARegistry, AsksPasswordRulesUnderTheNameOfTheInstance) {
    PluginProcess process("house_rules", "plugin = \"long_password_rules\"\n");
    ASSERT_TRUE(process.start());
    InstanceConfig house = config(process, PluginKind::password_rules);
    house.plugin = "long_password_rules";
    const auto rules = with({house}).rules("house_rules");
    protocol::RulesRequest request;
    request.candidate = base::Secret("alice");
    request.facts = {{"name", "alice"}, {"uid", "1000"}};

    const auto response = await(loop_, rules->check(std::move(request)));

    ASSERT_EQ(response.rules.size(), 2U) << "the fact that it did not ask for must not reach it";
    EXPECT_FALSE(response.rules[0].met);
    EXPECT_EQ(response.rules[0].message.id, "rules.length");
    EXPECT_EQ(response.rules[0].message.variables, (std::vector<protocol::NamedText>{{"count", "8"}}));
    EXPECT_FALSE(response.rules[1].met);
    EXPECT_EQ(response.level, 1);
    EXPECT_EQ(registry_->status()[0].plugin, "long_password_rules");
}

TEST_F(ARegistry, RefusesACandidateThatIsNotUtf8BeforeThePluginSeesIt) {
    PluginProcess process("long_password_rules");
    ASSERT_TRUE(process.start());
    const auto rules = with({config(process, PluginKind::password_rules)}).rules("long_password_rules");
    protocol::RulesRequest request;
    request.candidate = base::Secret("caf\xe9");
    const auto error = error_of(loop_, rules->check(std::move(request)));
    EXPECT_EQ(error, Error::Kind::invalid);
    EXPECT_EQ(registry_->status()[0].state, PluginState::ready);
}

TEST_F(ARegistry, LeadsADialogWithAStep) {
    PluginProcess process("misbehaving_step");
    ASSERT_TRUE(process.start());
    const auto step = with({config(process, PluginKind::step)}).step("misbehaving_step");
    protocol::StepRequest begin;
    begin.facts = {{"name", "alice"}, {"phone_masked", "06******12"}, {"mail_masked", "a***@example.org"}};

    const auto asked = await(loop_, step->run(std::move(begin)));

    ASSERT_TRUE(std::holds_alternative<protocol::StepAsk>(asked.turn));
    EXPECT_EQ(std::get<protocol::StepAsk>(asked.turn).prompts.at(0).message.id, "misbehaving_step.question");
    EXPECT_EQ(asked.note, "saw name mail_masked") << "only the facts of its manifest";

    protocol::StepRequest answer;
    answer.operation = protocol::StepOperation::answer;
    answer.dialog_state = asked.dialog_state.value_or(base::SecureBytes{});
    answer.answers.emplace_back("open sesame");
    const auto granted = await(loop_, step->run(std::move(answer)));
    EXPECT_TRUE(std::holds_alternative<protocol::StepGrant>(granted.turn));
}

TEST_F(ARegistry, TakesWhatAStepSends) {
    PluginProcess process("misbehaving_step", "how = \"sends-2\"\n");
    ASSERT_TRUE(process.start());
    const auto step = with({config(process, PluginKind::step)}).step("misbehaving_step");
    const auto response = await(loop_, step->run({}));
    EXPECT_TRUE(std::holds_alternative<protocol::StepAsk>(response.turn));
    const protocol::StepMessage message{
        protocol::Medium::sms, {"misbehaving_step.mail", {{"code", "123456"}}}, base::Milliseconds(86'400'000)};
    EXPECT_EQ(response.send, (std::vector<protocol::StepMessage>{message, message}));
}

TEST_F(ARegistry, LetsAStepSkipWhereItBeginsAndNotLater) {
    PluginProcess process("misbehaving_step", "how = \"skips\"\n");
    ASSERT_TRUE(process.start());
    const auto step = with({config(process, PluginKind::step)}).step("misbehaving_step");
    EXPECT_TRUE(std::holds_alternative<protocol::StepSkip>(await(loop_, step->run({})).turn));
    for (const auto operation : {protocol::StepOperation::answer, protocol::StepOperation::enrol_begin,
                                 protocol::StepOperation::enrol_answer}) {
        protocol::StepRequest request;
        request.operation = operation;
        EXPECT_EQ(error_of(loop_, step->run(std::move(request))), Error::Kind::unavailable);
    }
}

TEST_F(ARegistry, GivesAStepItsKey) {
    PluginProcess process("misbehaving_step", "how = \"notes-key\"\n");
    ASSERT_TRUE(process.start());
    const auto step = with({config(process, PluginKind::step)}).step("misbehaving_step");
    protocol::StepRequest request;
    request.key = base::SecureBytes(limits::step_key_bytes, 0xfe);
    EXPECT_EQ(await(loop_, step->run(std::move(request))).note, "a key of 32, 32 set");
}

protocol::DeliverRequest delivery(const std::string& how) {
    protocol::DeliverRequest request;
    request.reference = "0123456789abcdef0123456789abcdef";
    request.destination = "anne@example.org";
    request.subject = how;
    request.text = base::Secret("482 915");
    request.now = base::Milliseconds(1'700'000'000'000);
    request.expires = request.now + base::Milliseconds(600'000);
    return request;
}

TEST_F(ARegistry, HandsMessagesToAChannelSeveralAtATime) {
    PluginProcess process("obedient_channel");
    ASSERT_TRUE(process.start());
    const auto channel = with({config(process, PluginKind::channel)}).channel("obedient_channel");
    const auto first = await(loop_, channel->deliver(delivery("retry")));
    EXPECT_EQ(first.outcome, protocol::Outcome::retry);
    EXPECT_EQ(first.after, base::Milliseconds(30'000));

    tests::RunningTask<protocol::DeliverResponse> held(channel->deliver(delivery("hold")));
    tests::RunningTask<protocol::DeliverResponse> other(channel->deliver(delivery("send")));
    EXPECT_EQ(other.get(loop_).gateway_reference, "gw-0123456789abcdef0123456789abcdef");
    EXPECT_FALSE(held.done());
    EXPECT_EQ(await(loop_, channel->deliver(delivery("release"))).outcome, protocol::Outcome::sent);
    EXPECT_EQ(held.get(loop_).outcome, protocol::Outcome::sent);
}

TEST_F(ARegistry, AsksAChannelForReceipts) {
    PluginProcess process("obedient_channel");
    ASSERT_TRUE(process.start());
    const auto channel = with({config(process, PluginKind::channel)}).channel("obedient_channel");
    const std::string reference = "0123456789abcdef0123456789abcdef";
    protocol::ReceiptsRequest request{0, {{reference, "tell"}}};
    const auto first = await(loop_, channel->receipts(request));
    ASSERT_EQ(first.receipts.size(), 1U);
    EXPECT_EQ(first.receipts[0], (protocol::Receipt{reference, protocol::ReceiptOutcome::failed, "not kept"}));
    request.kept = first.batch;
    EXPECT_EQ(await(loop_, channel->receipts(request)).receipts.at(0).said, "kept");
    request.sent[0].gateway_reference = "flood";
    request.sent.resize(limits::receipts_at_once, request.sent[0]);
    EXPECT_EQ(error_of(loop_, channel->receipts(request)), Error::Kind::unavailable) << "it ended";
}

TEST_F(ARegistry, AnswersUnavailableWhereNothingIsKnownOfADelivery) {
    PluginProcess process("obedient_channel");
    ASSERT_TRUE(process.start());
    InstanceConfig short_of_patience = config(process, PluginKind::channel);
    short_of_patience.deadline = base::Milliseconds(400);
    const auto channel = with({short_of_patience}).channel("obedient_channel");
    EXPECT_EQ(error_of(loop_, channel->deliver(delivery("hold"))), Error::Kind::unavailable) << "told nothing in time";
    EXPECT_EQ(error_of(loop_, channel->deliver(delivery("decline"))), Error::Kind::unavailable);
    EXPECT_EQ(error_of(loop_, channel->deliver(delivery("send"))), std::nullopt) << "and it goes on";
    EXPECT_EQ(error_of(loop_, channel->deliver(delivery("fail"))), Error::Kind::unavailable) << "it ended";
    EXPECT_EQ(registry_->status()[0].state, PluginState::failing);
}

TEST_F(ARegistry, RefusesADeliveryThatMayNotBeSent) {
    PluginProcess process("obedient_channel");
    ASSERT_TRUE(process.start());
    const auto channel = with({config(process, PluginKind::channel)}).channel("obedient_channel");
    protocol::DeliverRequest late = delivery("send");
    late.now = late.expires;
    EXPECT_EQ(error_of(loop_, channel->deliver(std::move(late))), Error::Kind::invalid);
    EXPECT_EQ(error_of(loop_, channel->deliver(delivery("send"))), std::nullopt);
}

TEST_F(ARegistry, RefusesAPluginOfAnotherKindThanConfigured) {
    PluginProcess process("misbehaving_step");
    ASSERT_TRUE(process.start());
    const auto lockout = with({config(process, PluginKind::lockout)}).lockout("misbehaving_step");

    const auto error = error_of(loop_, lockout->judge(failed_once()));

    EXPECT_EQ(error, Error::Kind::unavailable);
    EXPECT_EQ(registry_->status()[0].state, PluginState::failing);
    EXPECT_EQ(registry_->status()[0].detail, "it is a plugin of the kind step, but lockout is configured");
}

TEST_F(ARegistry, RefusesAProcessThatWasStartedForAnotherInstance) {
    PluginProcess process("counting_lockout");
    ASSERT_TRUE(process.start());
    InstanceConfig other = config(process, PluginKind::lockout);
    other.name = "lockout";
    const auto lockout = with({other}).lockout("lockout");
    EXPECT_TRUE(error_of(loop_, lockout->judge(failed_once())));
    EXPECT_EQ(registry_->status()[0].detail, "it was started as \"counting_lockout\"");
}

TEST_F(ARegistry, SaysThatNobodyIsThereAndFindsWhoComesLater) {
    PluginProcess process("counting_lockout");
    const auto lockout = with({config(process, PluginKind::lockout)}).lockout("counting_lockout");
    const auto error = error_of(loop_, lockout->judge(failed_once()));
    EXPECT_EQ(error, Error::Kind::unavailable);
    EXPECT_EQ(registry_->status()[0].state, PluginState::absent);

    ASSERT_TRUE(process.start());
    await(loop_, [](bus::Loop& loop) -> base::Task<int> {
        auto pause = loop.sleep(CircuitBreaker::first_delay);
        co_await pause;
        co_return 0;
    }(loop_));
    EXPECT_FALSE(error_of(loop_, lockout->judge(failed_once())));
    EXPECT_EQ(registry_->status()[0].state, PluginState::ready);
}

TEST_F(ARegistry, KnowsTheStatesBeforeTheFirstCall) {
    PluginProcess process("counting_lockout");
    ASSERT_TRUE(process.start());
    Registry& registry = with(
        {config(process, PluginKind::lockout), {"nobody", PluginKind::step, process.folder() + "/nobody.sock", {}}});
    EXPECT_EQ(registry.status()[0].state, PluginState::connecting);
    registry.connect();
    while (registry.status()[0].state == PluginState::connecting) {
        loop_.run_once(base::Milliseconds(1000));
    }
    EXPECT_EQ(registry.status()[0].state, PluginState::ready);
    EXPECT_EQ(registry.status()[1].state, PluginState::absent);
}

TEST_F(ARegistry, SaysWithoutStartingItWhetherAPluginThatIsNotNeededYetIsThere) {
    PluginProcess process("counting_lockout");
    InstanceConfig instance = config(process, PluginKind::lockout);
    instance.on_demand = true;
    Registry& registry = with({instance});
    registry.connect();
    EXPECT_EQ(registry.status()[0].state, PluginState::absent);
    EXPECT_EQ(registry.status()[0].detail, "there is no socket " + instance.socket_path);
    ASSERT_TRUE(process.start());
    EXPECT_EQ(registry.status()[0].state, PluginState::idle);
    EXPECT_EQ(registry.status()[0].version, "") << "it was not asked anything";
}

TEST_F(ARegistry, SaysAtOnceThatSomebodyCameToASocketThatWasMissing) {
    PluginProcess process("counting_lockout");
    Registry& registry = with({config(process, PluginKind::lockout)});
    registry.connect();
    EXPECT_EQ(registry.status()[0].state, PluginState::absent);
    ASSERT_TRUE(process.start());
    EXPECT_EQ(registry.status()[0].state, PluginState::connecting);
}

TEST_F(ARegistry, GoesOnWithTheSuccessorOfAProcessThatEndedInPeace) {
    PluginProcess process("counting_lockout");
    ASSERT_TRUE(process.start());
    const auto lockout = with({config(process, PluginKind::lockout)}).lockout("counting_lockout");
    EXPECT_FALSE(error_of(loop_, lockout->judge(failed_once())));
    ASSERT_TRUE(process.start()) << "ends the first one";
    EXPECT_FALSE(error_of(loop_, lockout->judge(failed_once()))) << "the end was not noticed before this call";
}

TEST_F(ARegistry, AnswersManyCallsAtOnce) {
    PluginProcess process("counting_lockout");
    ASSERT_TRUE(process.start());
    const auto lockout = with({config(process, PluginKind::lockout)}).lockout("counting_lockout");
    std::vector<std::unique_ptr<tests::RunningTask<protocol::Judgement>>> calls;
    calls.reserve(200);
    for (int i = 0; i < 200; ++i) {
        calls.push_back(std::make_unique<tests::RunningTask<protocol::Judgement>>(lockout->judge(failed_once())));
    }
    for (const auto& call : calls) {
        EXPECT_EQ(call->get(loop_).verdict, protocol::Verdict::allow);
    }
}

TEST_F(ARegistry, EndsTheWaitingCallsWhenItDies) {
    PluginProcess process("misbehaving_step", "how = \"hangs\"\n");
    ASSERT_TRUE(process.start());
    auto step = with({config(process, PluginKind::step)}).step("misbehaving_step");
    tests::RunningTask<protocol::StepResponse> in_flight(step->run({}));
    tests::RunningTask<protocol::StepResponse> waiting(step->run({}));
    while (registry_->status()[0].state != PluginState::ready) {
        loop_.run_once(base::Milliseconds(100));
    }
    step.reset();
    registry_.reset();
    EXPECT_FALSE(in_flight.done()) << "a destructor resumes nobody";
    EXPECT_THROW((void)in_flight.get(loop_), Error);
    EXPECT_THROW((void)waiting.get(loop_), Error);
}

TEST_F(ARegistry, HandsOutOnlyWhatIsConfigured) {
    Registry& registry = with({{"lockout", PluginKind::lockout, "/nowhere", {}}});
    EXPECT_NO_THROW((void)registry.lockout("lockout"));
    EXPECT_THROW((void)registry.rules("lockout"), Error);
    EXPECT_THROW((void)registry.step("other"), Error);
    EXPECT_THROW(with({{"twice", PluginKind::step, "/a", {}}, {"twice", PluginKind::step, "/b", {}}}), Error);
}

TEST_F(ARegistry, SelectsTheNextInstancesWithoutTouchingThoseInUse) {
    PluginProcess process("counting_lockout");
    ASSERT_TRUE(process.start());
    Registry& registry = with({config(process, PluginKind::lockout)});
    const auto lockout = registry.lockout("counting_lockout");
    (void)await(loop_, lockout->judge(failed_once()));
    InstanceConfig patient = config(process, PluginKind::lockout);
    patient.deadline = base::Milliseconds(5000);

    auto next = registry.select({patient, {"other", PluginKind::step, "/nowhere/other.sock"}});
    EXPECT_EQ(registry.status().size(), 1U);
    EXPECT_THROW((void)registry.step("other"), Error);
    EXPECT_EQ(next.lockout("counting_lockout"), lockout) << "name, kind and socket are the same";

    registry.use(std::move(next));
    EXPECT_EQ(registry.status().size(), 2U);
    EXPECT_NO_THROW((void)registry.step("other"));
    EXPECT_EQ(registry.status()[0].state, PluginState::ready) << "it kept its connection";
    EXPECT_EQ(registry.retired(), 0U);
}

TEST_F(ARegistry, KeepsAnInstanceThatIsNoLongerNamedUntilNobodyHoldsIt) {
    PluginProcess process("misbehaving_step");
    ASSERT_TRUE(process.start());
    Registry& registry = with({config(process, PluginKind::step)});
    auto step = registry.step("misbehaving_step");
    registry.use(registry.select({}));
    EXPECT_TRUE(registry.status().empty());
    EXPECT_TRUE(std::holds_alternative<protocol::StepAsk>(await(loop_, step->run({})).turn));
    EXPECT_TRUE(changes_.empty()) << "nobody is told of what is not in use";
    EXPECT_EQ(registry.retired(), 1U);

    auto again = registry.select({config(process, PluginKind::step)});
    EXPECT_EQ(again.step("misbehaving_step"), step) << "one that comes back is the one that still runs";
    again = {};
    step.reset();
    while (registry.retired() != 0) {
        loop_.run_once(base::Milliseconds(100));
    }
}

} // namespace

} // namespace loquet::plugins
