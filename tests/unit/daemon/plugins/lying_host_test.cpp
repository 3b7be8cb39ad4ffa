// SPDX-License-Identifier: LGPL-2.1-or-later
// Attack class T24, one floor lower: a process at a plugin's socket that is no loquet-plugin, or one that was taken
// over. The client trusts no byte of it.
#include "lib/base/limits.h"
#include "lib/base/text.h"
#include "tests/support/eventually.h"
#include "tests/unit/daemon/plugins/lying_host.h"

#include <deque>

namespace loquet::plugins {

namespace {

using base::Error;
using base::Milliseconds;
using protocol::FrameHeader;
using testing::HasSubstr;

TEST_F(ALyingHost, T24_ThatAnswersWithGarbageIsLeft) {
    reply_ = [this](int, const protocol::Frame&) { send(base::as_bytes("HTTP/1.1 200 OK\r\n")); };
    expect_failure("does not begin as a frame");
}

TEST_F(ALyingHost, T24_ThatDescribesItselfWithGarbageIsLeft) {
    lies_at_once_ = true;
    reply_ = [this](int, const protocol::Frame& frame) {
        send(protocol::encode(FrameHeader{frame.header.serial, {}}, protocol::Judgement{}));
    };
    expect_failure("of another kind than expected");
}

/// A step, at whose socket somebody asks for a code under the words of another plugin.
class ALyingStep : public ALyingHost {
protected:
    void use(const std::string& plugin) {
        kind_ = protocol::PluginKind::step;
        InstanceConfig config{"liar", kind_, folder_ + "/liar.sock", deadline};
        config.plugin = plugin;
        client_ = std::make_unique<PluginClient>(loop_, clock_, config, [] {});
        reply_ = [this](int, const protocol::Frame& frame) {
            protocol::StepResponse response;
            protocol::StepAsk ask;
            ask.prompts.push_back({protocol::PromptStyle::secret, "code", {"recovery_codes.prompt", {}}});
            response.turn = ask;
            send(protocol::encode(FrameHeader{frame.header.serial, {}}, response));
        };
    }
    std::optional<Error::Kind> run() {
        return tests::error_of(loop_, client_->call<protocol::StepResponse>(protocol::StepRequest{}));
    }
};

TEST_F(ALyingStep, T24_ThatCallsItselfByTheNameOfAnotherPluginIsLeftBeforeItShowsAText) {
    use("");
    calls_itself_ = "recovery_codes";
    EXPECT_EQ(run(), Error::Kind::unavailable);
    EXPECT_EQ(client_->status().state, PluginState::failing);
    EXPECT_EQ(client_->status().plugin, "") << "what it says of itself is nowhere shown as its name";
    EXPECT_EQ(client_->status().detail,
              "it says that it is the plugin \"recovery_codes\", but \"liar\" is configured: if the former is right, "
              "write plugin = \"recovery_codes\" in [plugins.liar] of loquet.toml");
}

TEST_F(ALyingStep, T24_ThatCallsItselfByTheNameOfItsInstanceIsLeftWhereItsPluginIsConfigured) {
    use("totp");
    EXPECT_EQ(run(), Error::Kind::unavailable);
    EXPECT_THAT(client_->status().detail, HasSubstr("it is the plugin \"liar\", but \"totp\" is configured"));
}

TEST_F(ALyingStep, T24_UnderItsConfiguredNameShowsNoTextOfAnother) {
    use("totp");
    calls_itself_ = "totp";
    EXPECT_EQ(run(), Error::Kind::unavailable);
    EXPECT_THAT(client_->status().detail, HasSubstr("it names the text \"recovery_codes.prompt\""));
}

TEST_F(ALyingStep, ShowsTheTextsOfThePluginThatIsConfiguredForIt) {
    use("recovery_codes");
    calls_itself_ = "recovery_codes";
    EXPECT_EQ(run(), std::nullopt);
    EXPECT_EQ(client_->status().state, PluginState::ready);
}

TEST_F(ALyingHost, T24_ThatRefusesToDescribeItselfIsLeft) {
    lies_at_once_ = true;
    reply_ = [this](int, const protocol::Frame& frame) {
        send(protocol::encode(FrameHeader{frame.header.serial, {}}, protocol::ErrorResponse{"no"}));
    };
    expect_failure("it cannot work: no");
}

TEST_F(ALyingHost, T24_ThatAnswersHalfAFrameIsLeft) {
    reply_ = [this](int, const protocol::Frame& frame) {
        const auto packet = protocol::encode(FrameHeader{frame.header.serial, {}}, protocol::Judgement{});
        send(std::span(packet).first(packet.size() / 2));
    };
    expect_failure("ends too early");
}

TEST_F(ALyingHost, T24_ThatAnswersWhatNobodyAskedIsLeft) {
    reply_ = [this](int, const protocol::Frame& frame) {
        send(protocol::encode(FrameHeader{frame.header.serial + 1, {}}, protocol::Judgement{}));
    };
    expect_failure("it answered what nobody asked");
}

TEST_F(ALyingHost, T24_ThatAnswersTwiceIsLeft) {
    reply_ = [this](int, const protocol::Frame& frame) {
        const auto packet = protocol::encode(FrameHeader{frame.header.serial, {}}, protocol::Judgement{});
        send(packet);
        send(packet);
    };
    EXPECT_FALSE(tests::error_of(loop_, judge())) << "the first answer is a good one";
    while (client_->status().state == PluginState::ready) {
        loop_.run_once(Milliseconds(1000));
    }
    EXPECT_EQ(client_->status().detail, "it answered what nobody asked");
}

TEST_F(ALyingHost, T24_ThatSendsMoreThanTheLimitAtOnceIsLeft) {
    reply_ = [this](int, const protocol::Frame&) { send(std::vector<std::uint8_t>(limits::plugin_frame_bytes + 1)); };
    expect_failure("it sent more than 131072 bytes at once");
}

TEST_F(ALyingHost, T24_ThatFloodsIsLeft) {
    reply_ = [](int connection, const protocol::Frame&) {
        while (::send(connection, "x", 1, MSG_NOSIGNAL | MSG_DONTWAIT) == 1) {
        }
    };
    expect_failure("ends too early");
}

TEST_F(ALyingHost, T24_ThatClosesIsLeft) {
    reply_ = [this](int, const protocol::Frame&) {
        reading_ = bus::Source{};
        connection_ = base::Fd{};
    };
    expect_failure("it ended in the middle of a call");
}

TEST_F(ALyingHost, T24_ThatSaysNothingIsLeftWhenItDescribesItselfAndWhenItIsAsked) {
    expect_failure("it did not answer within 300 ms");
    clock_.ahead += CircuitBreaker::longest_delay;
    lies_at_once_ = true;
    expect_failure("it did not answer within 300 ms");
}

TEST_F(ALyingHost, T24_ThatNeverAcceptsIsLeft) {
    accepting_ = bus::Source{};
    expect_failure("it did not answer within 300 ms");
}

TEST_F(ALyingHost, T24_FailsAllCallersInOneDeadlineAndLeavesNoneWaiting) {
    reply_ = [](int, const protocol::Frame&) {};
    std::vector<std::unique_ptr<tests::RunningTask<protocol::Judgement>>> calls;
    const Milliseconds before = clock_.boottime();
    calls.reserve(100);
    for (int i = 0; i < 100; ++i) {
        calls.push_back(std::make_unique<tests::RunningTask<protocol::Judgement>>(judge()));
    }
    for (const auto& call : calls) {
        EXPECT_THROW((void)call->get(loop_), Error);
    }
    EXPECT_LT(clock_.boottime() - before, deadline + Milliseconds(1000));
}

TEST_F(ALyingHost, T24_MayKeepNoMoreCallersWaitingThanTheLimit) {
    std::vector<std::unique_ptr<tests::RunningTask<protocol::Judgement>>> calls;
    calls.reserve(limits::plugin_calls_waiting);
    // The description's question is in flight; all of these wait behind it.
    for (std::size_t i = 0; i < limits::plugin_calls_waiting; ++i) {
        calls.push_back(std::make_unique<tests::RunningTask<protocol::Judgement>>(judge()));
    }
    EXPECT_FALSE(calls.back()->done());
    const auto error = tests::error_of(loop_, judge());
    EXPECT_EQ(error, Error::Kind::busy);
    client_.reset();
    EXPECT_FALSE(calls.back()->done()) << "a destructor resumes nobody";
    EXPECT_THROW((void)calls.back()->get(loop_), Error);
}

TEST_F(ALyingHost, T24_GetsOneProbeAfterItsQuarantine) {
    reply_ = [this](int, const protocol::Frame&) { send(base::as_bytes("garbage")); };
    for (std::size_t i = 0; i < CircuitBreaker::failures_for_quarantine; ++i) {
        ASSERT_TRUE(tests::error_of(loop_, judge()));
        clock_.ahead += Milliseconds(5000);
    }
    EXPECT_EQ(client_->status().state, PluginState::quarantined);
    EXPECT_EQ(accepted_, 5);
    clock_.ahead += CircuitBreaker::quarantine - Milliseconds(10'000);
    ASSERT_TRUE(tests::error_of(loop_, judge()));
    EXPECT_EQ(accepted_, 5) << "no attempt during the quarantine";

    clock_.ahead += Milliseconds(10'000);
    tests::RunningTask<protocol::Judgement> probe(judge());
    tests::RunningTask<protocol::Judgement> behind(judge());
    EXPECT_THROW((void)probe.get(loop_), Error);
    EXPECT_THROW((void)behind.get(loop_), Error);
    EXPECT_EQ(accepted_, 6);
    EXPECT_EQ(client_->status().state, PluginState::quarantined);

    clock_.ahead += CircuitBreaker::quarantine;
    reply_ = [this](int, const protocol::Frame& frame) {
        send(protocol::encode(FrameHeader{frame.header.serial, {}}, protocol::Judgement{}));
    };
    EXPECT_FALSE(tests::error_of(loop_, judge()));
    EXPECT_EQ(client_->status().state, PluginState::ready);
    EXPECT_EQ(states_,
              (std::vector{PluginState::ready, PluginState::failing, PluginState::quarantined, PluginState::ready}));
}

TEST_F(ALyingHost, IsNotBlamedForACallThatWasLateBecauseOthersWereBeforeIt) {
    // Two answers a deadline: the third of three calls is late, and no fault of the host.
    constexpr Milliseconds pace_of_answers = deadline * 2 / 5;
    std::deque<std::uint32_t> asked;
    bus::Source pace;
    base::Function<void()> answer_next;
    reply_ = [&](int, const protocol::Frame& frame) {
        asked.push_back(frame.header.serial);
        if (!pace) {
            pace = loop_.after(pace_of_answers, [&] { answer_next(); });
        }
    };
    answer_next = [&] {
        send(protocol::encode(FrameHeader{asked.front(), {}}, protocol::Judgement{}));
        asked.pop_front();
        pace = asked.empty() ? bus::Source{} : loop_.after(pace_of_answers, [&] { answer_next(); });
    };
    tests::RunningTask<protocol::Judgement> first(judge());
    tests::RunningTask<protocol::Judgement> second(judge());
    tests::RunningTask<protocol::Judgement> third(judge());
    EXPECT_NO_THROW((void)first.get(loop_));
    EXPECT_THROW((void)third.get(loop_), Error);
    EXPECT_EQ(client_->status().state, PluginState::ready);
    EXPECT_NO_THROW((void)tests::await(loop_, judge())) << "the late answer is not taken for another's";
}

/// With so long a deadline that none passes in a test.
class ACancelledCall : public ALyingHost {
protected:
    void SetUp() override {
        ALyingHost::SetUp();
        client_ = std::make_unique<PluginClient>(loop_, clock_, instance(std::chrono::minutes(5)),
                                                 [this] { states_.push_back(client_->status().state); });
        reply_ = [this](int, const protocol::Frame& frame) { asked_.push_back(frame.header.serial); };
    }
    void wait_until_asked(std::size_t times) {
        while (asked_.size() < times) {
            loop_.run_once(Milliseconds(100));
        }
    }
    void answer(std::uint32_t serial) const { send(protocol::encode(FrameHeader{serial, {}}, protocol::Judgement{})); }
    using Call = tests::RunningTask<protocol::Judgement>;

    std::vector<std::uint32_t> asked_;
};

TEST_F(ACancelledCall, IsNotSentWhereItStillWaited) {
    Call first(judge());
    std::optional<Call> second(std::in_place, judge());
    Call third(judge());
    wait_until_asked(1); // one at a time until the first is answered
    second.reset();
    answer(asked_.at(0));
    (void)first.get(loop_);
    wait_until_asked(2);
    answer(asked_.at(1));
    (void)third.get(loop_);
    EXPECT_EQ(asked_.size(), 2U);
}

TEST_F(ACancelledCall, IsForgottenWhenItsAnswerComes) {
    std::optional<Call> first(std::in_place, judge());
    wait_until_asked(1);
    first.reset();
    answer(asked_.at(0));
    Call next(judge());
    wait_until_asked(2);
    answer(asked_.at(1));
    (void)next.get(loop_);
    EXPECT_EQ(client_->status().state, PluginState::ready);
}

TEST_F(ACancelledCall, MayBeInFlightAndInLineWhenTheClientDies) {
    std::optional<Call> in_flight(std::in_place, judge());
    std::optional<Call> in_line(std::in_place, judge());
    wait_until_asked(1);
    in_flight.reset();
    in_line.reset();
    client_.reset();
    loop_.run_once(Milliseconds(0));
    EXPECT_EQ(asked_.size(), 1U);
}

TEST_F(ACancelledCall, GivesItsPlaceToAnotherWhereAllAreTaken) {
    std::deque<std::optional<Call>> calls;
    for (std::size_t i = 0; i < limits::plugin_calls_waiting; ++i) {
        calls.emplace_back(std::in_place, judge());
    }
    EXPECT_EQ(tests::error_of(loop_, judge()), Error::Kind::busy);
    calls.clear();
    Call another(judge());
    EXPECT_FALSE(another.done());
}

TEST_F(ACancelledCall, LeavesAMendedPluginReadyWhereItsCallerLeftBeforeItWasAsked) {
    reply_ = [this](int, const protocol::Frame&) { send(base::as_bytes("garbage")); };
    ASSERT_EQ(tests::error_of(loop_, judge()), Error::Kind::unavailable);
    ASSERT_EQ(client_->status().state, PluginState::failing);
    clock_.ahead += CircuitBreaker::longest_delay;
    lies_at_once_ = true;
    reply_ = [this](int, const protocol::Frame& frame) { asked_.push_back(frame.header.serial); };
    std::optional<Call> call(std::in_place, judge());
    wait_until_asked(1);
    call.reset();
    describe(asked_.at(0));
    EXPECT_TRUE(tests::eventually(loop_, [&] { return client_->status().state == PluginState::ready; }))
        << client_->status().detail;
    EXPECT_EQ(client_->status().detail, "");
    EXPECT_EQ(asked_.size(), 1U) << "the call of a caller who left is not sent";
}

} // namespace

} // namespace loquet::plugins
