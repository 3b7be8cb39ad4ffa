// SPDX-License-Identifier: LGPL-2.1-or-later
// What the daemon does by itself with a plugin that ended, failed or was mended, told at its socket: when it asks it
// again, and what it says of it.
#include "daemon/plugins/registry.h"
#include "lib/base/text.h"
#include "tests/support/eventually.h"
#include "tests/unit/daemon/plugins/lying_host.h"

#include <poll.h>

#include <algorithm>
#include <optional>

namespace loquet::plugins {

namespace {

using base::Error;
using base::Milliseconds;
using protocol::FrameHeader;
using testing::HasSubstr;

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
