// SPDX-License-Identifier: LGPL-2.1-or-later
// The program loquet-plugin around a channel: several deliveries at once, one answer for each, and what becomes of it
// when the channel misbehaves.
#include "lib/base/text.h"
#include "plugin_host/confinement.h"
#include "plugin_host/delivery_server.h"
#include "tests/fixtures/plugins/plugin_process.h"
#include "tests/unit/plugin_host/host_connection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <csignal>
#include <set>

namespace loquet::plugin_host {

namespace {

using base::Milliseconds;
using protocol::DeliverResponse;
using protocol::FrameKind;
using protocol::Outcome;
using testing::HasSubstr;

class AChannelsHost : public testing::Test {
protected:
    void SetUp() override {
        ASSERT_TRUE(process_.start());
        connection_.emplace(process_.socket_path());
    }

    static base::SecureBytes delivery(std::uint32_t serial, const std::string& how, Milliseconds deadline) {
        protocol::DeliverRequest request;
        request.reference =
            "0123456789abcdef0123456789abcd" + base::to_hex(std::vector{static_cast<std::uint8_t>(serial)});
        request.destination = "anne@example.org";
        request.subject = how;
        request.text = base::Secret("482 915");
        request.now = Milliseconds(1'700'000'000'000);
        request.expires = request.now + Milliseconds(600'000);
        return protocol::encode({serial, deadline}, request);
    }
    void ask(std::uint32_t serial, const std::string& how, Milliseconds deadline = Milliseconds(60'000)) const {
        connection_->send(delivery(serial, how, deadline));
    }

    struct Answer {
        std::uint32_t serial = 0;
        DeliverResponse outcome;
        std::string error; ///< in place of an outcome
    };
    [[nodiscard]] Answer next() const { return next(*connection_); }
    [[nodiscard]] static Answer next(const HostConnection& connection) {
        const auto packet = connection.receive();
        Answer answer;
        if (packet.empty()) {
            answer.error = "hung up";
            return answer;
        }
        const auto frame = protocol::decode_frame(packet);
        answer.serial = frame.header.serial;
        if (frame.kind == FrameKind::error_response) {
            answer.error = protocol::decode<protocol::ErrorResponse>(frame).text;
        } else {
            answer.outcome = protocol::decode<DeliverResponse>(frame);
        }
        return answer;
    }

    void expect_served() const {
        ask(200, "send");
        const Answer answer = next();
        EXPECT_EQ(answer.serial, 200U);
        EXPECT_EQ(answer.outcome.outcome, Outcome::sent) << answer.error;
    }
    void expect_killed_by(int signal) {
        EXPECT_EQ(next().error, "hung up");
        const int ended = process_.wait_for_end(10);
        EXPECT_TRUE(WIFSIGNALED(ended) && WTERMSIG(ended) == signal) << "it ended with status " << ended;
    }
    void expect_ended() {
        EXPECT_EQ(next().error, "hung up");
        const int ended = process_.wait_for_end(10);
        EXPECT_TRUE(WIFEXITED(ended) && WEXITSTATUS(ended) == EXIT_FAILURE) << "it ended with status " << ended;
    }

    tests::PluginProcess process_{"obedient_channel"};
    std::optional<HostConnection> connection_;
};

TEST_F(AChannelsHost, SaysThatItIsOne) {
    const auto packet = connection_->answer(protocol::encode({1, Milliseconds(2000)}, protocol::DescribeRequest{}));
    const auto description = protocol::decode<protocol::DescribeResponse>(protocol::decode_frame(packet));
    EXPECT_EQ(description.kind, protocol::PluginKind::channel);
    connection_->send(protocol::encode({2, Milliseconds(2000)}, protocol::StepRequest{}));
    EXPECT_EQ(next().error, "this plugin is of the kind channel and cannot answer that");
}

TEST_F(AChannelsHost, PassesOnEachOutcome) {
    ask(1, "send");
    Answer answer = next();
    EXPECT_EQ(answer.serial, 1U);
    EXPECT_EQ(answer.outcome, (DeliverResponse{Outcome::sent, {}, "gw-0123456789abcdef0123456789abcd01", "250 Ok"}));
    ask(2, "retry");
    EXPECT_EQ(next().outcome, (DeliverResponse{Outcome::retry, Milliseconds(30'000), "", "451 4.7.1 later"}));
    ask(3, "refuse");
    EXPECT_EQ(next().outcome, (DeliverResponse{Outcome::refused, {}, "", "550 5.1.1 nobody"}));
    ask(4, "lose");
    EXPECT_EQ(next().outcome, (DeliverResponse{Outcome::lost, {}, "", "the connection broke"}));
}

TEST_F(AChannelsHost, HasSeveralInFlightAndAnswersEachWhenItIsDone) {
    const auto most = static_cast<std::uint32_t>(limits::deliveries_in_flight);
    for (std::uint32_t serial = 1; serial < most; ++serial) {
        ask(serial, "hold");
    }
    ask(most, "release"); // taken up while the channel waits for nothing but its `wake`
    for (std::uint32_t serial = most - 1; serial > 0; --serial) {
        EXPECT_EQ(next().serial, serial);
    }
    EXPECT_EQ(next().serial, most);
}

TEST_F(AChannelsHost, TakesUpAsManyAsTheLimitAndNoMore) {
    const auto most = static_cast<std::uint32_t>(limits::deliveries_in_flight);
    for (std::uint32_t serial = 1; serial <= most; ++serial) {
        ask(serial, "hold");
    }
    ask(most + 1, "release");
    const Answer answer = next();
    EXPECT_EQ(answer.serial, most + 1);
    EXPECT_THAT(answer.error, HasSubstr("as many deliveries in flight as it may have"));
}

TEST_F(AChannelsHost, AnswersAnotherWhileADeliveryIsKept) {
    ask(1, "keep");
    const HostConnection other(process_.socket_path());
    other.send(delivery(1, "send", Milliseconds(60'000)));
    EXPECT_EQ(next(other).outcome.outcome, Outcome::sent) << "the same serial on another connection is another request";
    ask(2, "release");
    EXPECT_EQ(next().serial, 1U);
    EXPECT_EQ(next().serial, 2U);
}

TEST_F(AChannelsHost, AnswersForAChannelThatTellsNothingInTime) {
    ask(1, "keep", Milliseconds(400));
    const Answer late = next();
    EXPECT_EQ(late.serial, 1U);
    EXPECT_EQ(late.error, "the channel told nothing of it in time");
    ask(2, "release"); // now it tells of both; the first has been answered
    EXPECT_EQ(next().serial, 2U);
    expect_served();
}

TEST_F(AChannelsHost, ForgetsWhoAskedAndHungUp) {
    {
        const HostConnection gone(process_.socket_path());
        gone.send(delivery(1, "keep", Milliseconds(60'000)));
        gone.send(delivery(2, "send", Milliseconds(60'000)));
        EXPECT_EQ(next(gone).serial, 2U);
    }
    ask(3, "release");
    EXPECT_EQ(next().serial, 3U) << "and nothing of what the other one asked";
    expect_served();
}

TEST_F(AChannelsHost, AnswersAnErrorWhereNothingWasTakenUp) {
    ask(1, "decline");
    EXPECT_EQ(next().error, "the plugin says that it could not (-1)");
    ask(2, "throw-in-submit");
    EXPECT_EQ(next().error, "the plugin threw an exception");
    expect_served();
}

TEST_F(AChannelsHost, T24_CutsAndCleansWhatAGatewaySaid) {
    ask(1, "escapes");
    const std::string said = next().outcome.said;
    EXPECT_LE(said.size(), limits::gateway_said_bytes);
    EXPECT_THAT(said, testing::StartsWith("\\x1b[2Jcaf\\xe9xxx"));
    EXPECT_THAT(said, testing::EndsWith("..."));
}

TEST_F(AChannelsHost, T24_EndsAfterATaleThatIsNone) {
    for (const std::string how : {"outsider", "next-year", "lend-nothing", "fail"}) {
        SCOPED_TRACE(how);
        ask(1, how);
        expect_ended();
        SetUp();
    }
}

// Whatever comes after a gateway's yes, the daemon knows of it: the message is not sent again.
TEST_F(AChannelsHost, T24_HandsOnAYesBeforeThePluginCanGoWrong) {
    for (const std::string how : {"twice", "throw-after"}) {
        SCOPED_TRACE(how);
        ask(1, how);
        EXPECT_EQ(next().outcome.outcome, Outcome::sent);
        expect_ended();
        SetUp();
    }
    ask(1, "abort-after");
    EXPECT_EQ(next().outcome.outcome, Outcome::sent);
    expect_killed_by(SIGABRT);
}

TEST_F(AChannelsHost, T24_IsEndedByItsTimerWhereTheChannelDoesNotReturn) {
    ask(1, "hang-in-submit");
    expect_killed_by(SIGALRM);
    SetUp();
    ask(1, "hang-after", Milliseconds(400)); // work() may wait for less than the delivery's time
    EXPECT_EQ(next().outcome.outcome, Outcome::sent);
    expect_killed_by(SIGALRM);
}

TEST_F(AChannelsHost, T18_ReachesTheNetworkAndStartsProgramsButNoMore) {
    if (!has_filter()) {
        GTEST_SKIP() << "sanitizers do not live under a filter for system calls";
    }
    ask(1, "try-system-calls");
    EXPECT_EQ(next().outcome.said, "internet: yes, listen: Operation not permitted, packet: Operation not permitted, "
                                   "crypto: Operation not permitted, program: yes");
}

TEST_F(AChannelsHost, ClosesTheConnectionOfWhoSendsADeliveryThatIsNone) {
    base::SecureBytes packet = delivery(1, "send", Milliseconds(60'000));
    packet.pop_back();
    connection_->send(packet);
    EXPECT_EQ(next().error, "hung up");
    connection_.emplace(process_.socket_path());
    expect_served();
}

} // namespace

} // namespace loquet::plugin_host
