// SPDX-License-Identifier: LGPL-2.1-or-later
// Attack class T24, one floor lower: a process at a plugin's socket that is no loquet-plugin, or one that was taken
// over. The client trusts no byte of it.
#include "daemon/plugins/plugin_client.h"
#include "daemon/plugins/registry.h"
#include "lib/base/limits.h"
#include "lib/base/text.h"
#include "plugin_host/server.h"
#include "tests/support/eventually.h"
#include "tests/unit/daemon/plugins/await.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <deque>
#include <filesystem>

namespace loquet::plugins {

namespace {

using base::Error;
using base::Milliseconds;
using base::SecureBytes;
using protocol::FrameHeader;
using testing::HasSubstr;

constexpr Milliseconds deadline{300};

/// The real time, and as much more as a test says.
class JumpingClock final : public base::Clock {
public:
    [[nodiscard]] Milliseconds wall() const override { return real_.wall(); }
    [[nodiscard]] Milliseconds boottime() const override { return real_.boottime() + ahead; }
    [[nodiscard]] const std::string& boot_id() const override { return real_.boot_id(); }
    Milliseconds ahead{0};

private:
    base::SystemClock real_;
};

class ALyingHost : public testing::Test {
protected:
    using Reply = base::Function<void(int connection, const protocol::Frame& request)>;

    void SetUp() override {
        std::string form = std::filesystem::temp_directory_path() / "loquet-lying-XXXXXX";
        ASSERT_NE(::mkdtemp(form.data()), nullptr);
        folder_ = form;
        listener_ = plugin_host::make_listener(folder_ + "/liar.sock");
        accepting_ = loop_.watch(listener_.get(), EPOLLIN, [this](std::uint32_t) { accept(); });
        client_ = std::make_unique<PluginClient>(loop_, clock_, instance(deadline),
                                                 [this] { states_.push_back(client_->status().state); });
    }
    void TearDown() override { std::filesystem::remove_all(folder_); }

    /// That is asked when a test asks it, and not in between.
    [[nodiscard]] InstanceConfig instance(Milliseconds within) const {
        return {.name = "liar",
                .kind = protocol::PluginKind::lockout,
                .socket_path = folder_ + "/liar.sock",
                .deadline = within,
                .first_pause = std::chrono::hours(1)};
    }

    void accept() {
        connection_ = base::Fd(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
        ++accepted_;
        reading_ = bus::Source{};
        if (connection_) {
            reading_ = loop_.watch(connection_.get(), EPOLLIN, [this](std::uint32_t) { receive(); });
        }
    }

    void receive() {
        std::vector<std::uint8_t> packet(limits::plugin_frame_bytes);
        const ssize_t size = ::recv(connection_.get(), packet.data(), packet.size(), 0);
        if (size <= 0) {
            reading_ = bus::Source{};
            return;
        }
        const auto frame = protocol::decode_frame(std::span(packet).first(static_cast<std::size_t>(size)));
        if (frame.kind == protocol::FrameKind::describe_request && !lies_at_once_) {
            describe(frame.header.serial);
        } else if (reply_) {
            reply_(connection_.get(), frame);
        }
    }

    void send(std::span<const std::uint8_t> packet) const {
        (void)!::send(connection_.get(), packet.data(), packet.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    }

    void describe(std::uint32_t serial) const {
        send(protocol::encode(FrameHeader{serial, {}},
                              protocol::DescribeResponse{"liar", kind_, calls_itself_, "1", "", {}}));
    }

    base::Task<protocol::Judgement> judge() { return client_->call<protocol::Judgement>(protocol::JudgeRequest{}); }

    void expect_failure(const std::string& detail) {
        const Milliseconds before = clock_.boottime();
        const auto error = tests::error_of(loop_, judge());
        EXPECT_EQ(error, Error::Kind::unavailable);
        EXPECT_LT(clock_.boottime() - before, deadline + Milliseconds(1000));
        while (client_->status().state == PluginState::ready || client_->status().state == PluginState::connecting) {
            loop_.run_once(Milliseconds(1000)); // a silent one is judged when it owed an answer for a whole deadline
        }
        EXPECT_EQ(client_->status().state, PluginState::failing);
        EXPECT_THAT(client_->status().detail, HasSubstr(detail));
    }

    bus::Loop loop_;
    JumpingClock clock_;
    std::string folder_;
    base::Fd listener_;
    base::Fd connection_;
    bus::Source accepting_;
    bus::Source reading_;
    Reply reply_;
    bool lies_at_once_ = false;
    protocol::PluginKind kind_ = protocol::PluginKind::lockout;
    std::string calls_itself_ = "liar";
    int accepted_ = 0;
    std::vector<PluginState> states_;
    std::unique_ptr<PluginClient> client_;
};

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

/// That is asked again by the daemon, and whose calls have another period than its introduction.
class AnUncalledHost : public ALyingHost {
protected:
    void use(InstanceConfig config) {
        client_ = std::make_unique<PluginClient>(loop_, clock_, std::move(config), [this] {
            states_.push_back(client_->status().state);
            statuses_.push_back(client_->status());
        });
    }
    [[nodiscard]] bool eventually(PluginState state) {
        return tests::eventually(loop_, [&] { return client_->status().state == state; });
    }
    std::string introduce() {
        return tests::await(loop_, [](PluginClient& client) -> base::Task<std::string> {
            auto answer = client.introduce();
            std::string why = co_await answer;
            co_return why;
        }(*client_));
    }
    /// In peace, and the client has seen it.
    void end() {
        const std::size_t before = states_.size();
        reading_ = bus::Source{};
        connection_ = base::Fd{};
        ASSERT_TRUE(tests::eventually(loop_, [&] { return states_.size() > before; }));
    }
    /// By the client, before a timer of the same loop is due.
    bool is_tried_within(Milliseconds time) {
        const int before = accepted_;
        bool over = false;
        const bus::Source timer = loop_.after(time, [&] { over = true; });
        while (!over && accepted_ == before) {
            loop_.run_once(Milliseconds(1000));
        }
        pollfd somebody{listener_.get(), POLLIN, 0};
        return accepted_ != before || ::poll(&somebody, 1, 0) == 1;
    }
    static std::string text_of(tests::RunningTask<protocol::Judgement>& call, bus::Loop& loop) {
        try {
            (void)call.get(loop);
        } catch (const Error& error) {
            return error.what();
        }
        return "";
    }

    std::vector<PluginStatus> statuses_;
};

TEST_F(AnUncalledHost, IsSaidToHaveKeptACallerWaitingForThePeriodOfTheCall) {
    InstanceConfig config = instance(deadline);
    config.introduction = deadline - Milliseconds(50);
    use(config);
    reply_ = [](int, const protocol::Frame&) {};
    tests::RunningTask<protocol::Judgement> call(judge());
    ASSERT_TRUE(eventually(PluginState::ready));
    loop_.run_once(Milliseconds(0));
    clock_.ahead += deadline; // it owes the answer for long enough to be left at once
    EXPECT_THAT(text_of(call, loop_), HasSubstr("it did not answer within 300 ms"));
    EXPECT_EQ(client_->status().detail, "it did not answer within 300 ms");
}

TEST_F(AnUncalledHost, IsSaidToHaveKeptACallerWaitingForThatPeriodAlsoWhileItIsIntroduced) {
    InstanceConfig config = instance(deadline);
    config.introduction = std::chrono::minutes(10);
    use(config);
    lies_at_once_ = true;
    const auto introduction = client_->introduce();
    tests::RunningTask<protocol::Judgement> call(judge());
    EXPECT_THAT(text_of(call, loop_), HasSubstr("it did not answer within 300 ms"));
    EXPECT_EQ(client_->status().state, PluginState::connecting) << "it has more time to say what it is";
}

TEST_F(AnUncalledHost, MayTakeTheTimeOfAnIntroductionAlsoWhereItWasAskedBeforeAnybodyWaitedForThat) {
    InstanceConfig config = instance(deadline);
    config.introduction = std::chrono::minutes(10);
    use(config);
    lies_at_once_ = true;
    std::optional<std::uint32_t> asked;
    reply_ = [&](int, const protocol::Frame& frame) { asked = frame.header.serial; };
    client_->begin();
    tests::RunningTask<std::string> introduction([](PluginClient& client) -> base::Task<std::string> {
        auto answer = client.introduce();
        std::string why = co_await answer;
        co_return why;
    }(*client_));
    EXPECT_TRUE(tests::error_of(loop_, judge())) << "the period of a call is over";
    ASSERT_TRUE(asked);
    describe(*asked);
    EXPECT_EQ(introduction.get(loop_), "");
    EXPECT_EQ(client_->status().state, PluginState::ready);
}

TEST_F(AnUncalledHost, IsAskedAgainSoonWhereItServedForLongAndLaterWhereItEndsAtOnce) {
    InstanceConfig config = instance(deadline);
    config.first_pause = Milliseconds(10);
    use(config);
    for (int pauses = 0; pauses < 12; ++pauses) { // the next one is the longest
        ASSERT_EQ(introduce(), "");
        end();
    }
    ASSERT_EQ(introduce(), "");
    end();
    EXPECT_FALSE(is_tried_within(Milliseconds(100)));
    ASSERT_EQ(introduce(), "");
    clock_.ahead += RetryPause::longest;
    end();
    EXPECT_EQ(client_->status().state, PluginState::connecting);
    EXPECT_TRUE(is_tried_within(RetryPause::longest / 2));
    EXPECT_TRUE(eventually(PluginState::ready));
}

TEST_F(AnUncalledHost, ThatEndedInPeaceIsIdleUntilItIsNeededWhereItNeedNotRun) {
    InstanceConfig config = instance(std::chrono::minutes(1));
    config.first_pause = Milliseconds(1);
    config.on_demand = true;
    use(config);
    reply_ = [this](int, const protocol::Frame& frame) {
        send(protocol::encode(FrameHeader{frame.header.serial, {}}, protocol::Judgement{}));
    };
    ASSERT_FALSE(tests::error_of(loop_, judge()));
    end();
    EXPECT_FALSE(is_tried_within(Milliseconds(100))) << "its socket would start it again";
    EXPECT_EQ(client_->status().state, PluginState::idle);
    EXPECT_FALSE(is_new_failure(client_->status())) << "that is no mistake";
    EXPECT_FALSE(tests::error_of(loop_, judge()));
    EXPECT_EQ(accepted_, 2);
    EXPECT_EQ(client_->status().state, PluginState::ready);
}

TEST_F(AnUncalledHost, ThatEndedInPeaceIsLeftAloneOnceItIsNoLongerNamed) {
    InstanceConfig config = instance(std::chrono::minutes(1));
    config.first_pause = Milliseconds(1);
    Registry registry(loop_, clock_, {config});
    const auto held = registry.lockout("liar");
    reply_ = [this](int, const protocol::Frame& frame) {
        send(protocol::encode(FrameHeader{frame.header.serial, {}}, protocol::Judgement{}));
    };
    ASSERT_FALSE(tests::error_of(loop_, held->judge({})));
    registry.use(registry.select({}));
    reading_ = bus::Source{};
    connection_ = base::Fd{};
    EXPECT_FALSE(is_tried_within(Milliseconds(100)));
    EXPECT_FALSE(tests::error_of(loop_, held->judge({}))) << "who holds it may still need it";
    registry.use(registry.select({config}));
    reading_ = bus::Source{};
    connection_ = base::Fd{};
    EXPECT_TRUE(is_tried_within(tests::patience)) << "it is named again";
}

TEST_F(AnUncalledHost, IsAskedAtOnceWhereItNeedNotRunNoLonger) {
    InstanceConfig config = instance(std::chrono::minutes(1));
    config.on_demand = true;
    Registry registry(loop_, clock_, {config});
    registry.connect();
    ASSERT_EQ(registry.status().at(0).state, PluginState::idle);
    config.on_demand = false;
    registry.use(registry.select({config}));
    EXPECT_TRUE(tests::eventually(loop_, [&] { return registry.status().at(0).state == PluginState::ready; }));
}

TEST_F(AnUncalledHost, T24_ThatFailedInItsCallsStaysQuarantinedUntilItAnswersOne) {
    use(instance(deadline));
    reply_ = [this](int, const protocol::Frame&) { send(base::as_bytes("garbage")); };
    for (std::size_t i = 0; i < CircuitBreaker::failures_for_quarantine; ++i) {
        ASSERT_TRUE(tests::error_of(loop_, judge()));
        clock_.ahead += Milliseconds(5000);
    }
    ASSERT_EQ(client_->status().state, PluginState::quarantined);
    clock_.ahead += CircuitBreaker::quarantine;
    EXPECT_EQ(introduce(), "") << "it is what is configured";
    EXPECT_EQ(client_->status().state, PluginState::quarantined) << "as it was each time before it failed";
    EXPECT_THAT(client_->status().detail, HasSubstr("does not begin as a frame"));
    reply_ = [this](int, const protocol::Frame& frame) {
        send(protocol::encode(FrameHeader{frame.header.serial, {}}, protocol::Judgement{}));
    };
    EXPECT_FALSE(tests::error_of(loop_, judge()));
    EXPECT_EQ(client_->status().state, PluginState::ready);
}

TEST_F(AnUncalledHost, T24_ThatRefusesInOtherWordsEachTimeIsAuditedOnceAQuarantineAndIsReadyOnceItSaysWhatItIs) {
    use(instance(deadline));
    int refusals = 0;
    lies_at_once_ = true;
    reply_ = [&](int, const protocol::Frame& frame) {
        send(protocol::encode(FrameHeader{frame.header.serial, {}},
                              protocol::ErrorResponse{"no, " + std::to_string(++refusals)}));
    };
    for (std::size_t i = 0; i < CircuitBreaker::failures_for_quarantine; ++i) {
        ASSERT_TRUE(tests::error_of(loop_, judge()));
        clock_.ahead += Milliseconds(5000);
    }
    ASSERT_EQ(client_->status().state, PluginState::quarantined);
    for (int i = 0; i < 5; ++i) {
        const std::string why = introduce();
        EXPECT_EQ(why, "it cannot work: no, " + std::to_string(refusals));
    }
    const auto quarantined = [](const PluginStatus& status) { return status.state == PluginState::quarantined; };
    EXPECT_EQ(std::ranges::count_if(statuses_, quarantined), 6) << "Health shows each of them";
    EXPECT_EQ(std::ranges::count_if(statuses_, begins_quarantine), 1);
    EXPECT_EQ(std::ranges::count_if(statuses_,
                                    [&](const auto& status) { return quarantined(status) && is_new_failure(status); }),
              2);
    lies_at_once_ = false;
    EXPECT_EQ(introduce(), "");
    EXPECT_EQ(client_->status().state, PluginState::ready);
}

} // namespace

} // namespace loquet::plugins
