// SPDX-License-Identifier: LGPL-2.1-or-later
// The program loquet-plugin around a channel that is asked what became of what it sent.
#include "tests/fixtures/plugins/plugin_process.h"
#include "tests/unit/plugin_host/host_connection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <csignal>

namespace loquet::plugin_host {

namespace {

using base::Milliseconds;
using protocol::Receipt;
using protocol::ReceiptOutcome;
using protocol::ReceiptsResponse;
using testing::HasSubstr;

class AChannelWithReceipts : public testing::Test {
protected:
    AChannelWithReceipts() { begin("obedient_channel"); }

    void begin(const char* channel) {
        process_.emplace(channel);
        ASSERT_TRUE(process_->start());
        connection_.emplace(process_->socket_path());
    }

    static std::string reference(std::size_t n) {
        std::string digits = std::to_string(n);
        return std::string(32 - digits.size(), '0') + digits;
    }

    /// Asks about `count` messages in the manner `how`.
    void ask(const std::string& how, std::uint64_t kept = 0, std::size_t count = 1,
             Milliseconds deadline = Milliseconds(60'000)) const {
        protocol::ReceiptsRequest request;
        request.kept = kept;
        for (std::size_t n = 0; n < count; ++n) {
            request.sent.push_back({reference(n), how});
        }
        connection_->send(protocol::encode({77, deadline}, request));
    }
    struct Answer {
        ReceiptsResponse response;
        std::string error; ///< in place of a response
    };
    [[nodiscard]] Answer next() const {
        const auto packet = connection_->receive();
        Answer answer;
        if (packet.empty()) {
            answer.error = "hung up";
            return answer;
        }
        const auto frame = protocol::decode_frame(packet);
        EXPECT_EQ(frame.header.serial, 77U);
        if (frame.kind == protocol::FrameKind::error_response) {
            answer.error = protocol::decode<protocol::ErrorResponse>(frame).text;
        } else {
            answer.response = protocol::decode<ReceiptsResponse>(frame);
        }
        return answer;
    }

    std::optional<tests::PluginProcess> process_;
    std::optional<HostConnection> connection_;
};

TEST_F(AChannelWithReceipts, IsAskedAndHeard) {
    ask("tell", 0, 2);
    const ReceiptsResponse told = next().response;
    EXPECT_NE(told.batch, 0U);
    EXPECT_FALSE(told.more);
    EXPECT_EQ(told.receipts, (std::vector<Receipt>{{reference(0), ReceiptOutcome::failed, "not kept"},
                                                   {reference(1), ReceiptOutcome::failed, "not kept"}}));
    ask("more");
    EXPECT_TRUE(next().response.more);
}

TEST_F(AChannelWithReceipts, HearsWhatIsKeptOfItsLastAnswerOnly) {
    ask("tell");
    const std::uint64_t first = next().response.batch;
    ask("tell", first);
    const ReceiptsResponse second = next().response;
    EXPECT_EQ(second.receipts.at(0).said, "kept");
    ask("tell", first);
    EXPECT_EQ(next().response.receipts.at(0).said, "not kept") << "the second was not";
    ask("tell", 0);
    EXPECT_EQ(next().response.receipts.at(0).said, "not kept");
}

TEST_F(AChannelWithReceipts, HearsNothingOfWhatWasKeptOfAnotherProcess) {
    ask("tell");
    const std::uint64_t batch = next().response.batch;
    begin("obedient_channel");
    ask("tell", batch);
    EXPECT_EQ(next().response.receipts.at(0).said, "not kept");
}

TEST_F(AChannelWithReceipts, TellsAsManyAsTheLimit) {
    ask("tell", 0, limits::receipts_at_once);
    EXPECT_EQ(next().response.receipts.size(), limits::receipts_at_once);
}

TEST_F(AChannelWithReceipts, T24_EndsAfterATaleThatIsNone) {
    for (const std::string how : {"flood", "no-reference", "long-reference", "no-outcome", "end-twice"}) {
        SCOPED_TRACE(how);
        ask(how, 0, limits::receipts_at_once);
        const Answer first = next();
        if (how == "end-twice") { // the first was an answer
            EXPECT_EQ(first.response.receipts.size(), limits::receipts_at_once);
            EXPECT_EQ(next().error, "hung up");
        } else {
            EXPECT_EQ(first.error, "hung up");
        }
        const int ended = process_->wait_for_end(10);
        EXPECT_TRUE(WIFEXITED(ended) && WEXITSTATUS(ended) == EXIT_FAILURE) << "it ended with status " << ended;
        begin("obedient_channel");
    }
}

TEST_F(AChannelWithReceipts, T24_IsCutAndCleaned) {
    ask("escapes");
    const std::string said = next().response.receipts.at(1).said;
    EXPECT_LE(said.size(), limits::gateway_said_bytes);
    EXPECT_THAT(said, testing::StartsWith("\\x1b[2Jcaf\\xe9xxx"));
}

TEST_F(AChannelWithReceipts, IsAnsweredForWhereItTellsNothingInTime) {
    ask("keep", 0, 1, Milliseconds(400));
    EXPECT_EQ(next().error, "the channel told nothing of it in time");
    ask("tell");
    EXPECT_EQ(next().error, "the channel has not answered the last question for receipts yet");
}

TEST_F(AChannelWithReceipts, SaysThatItCouldNot) {
    ask("decline");
    EXPECT_EQ(next().error, "the plugin says that it could not (-1)");
    ask("tell");
    EXPECT_EQ(next().response.receipts.size(), 1U);
}

TEST_F(AChannelWithReceipts, T24_IsEndedByItsTimerWhereItDoesNotReturn) {
    ask("hang-in-receipts");
    EXPECT_EQ(next().error, "hung up");
    const int ended = process_->wait_for_end(10);
    EXPECT_TRUE(WIFSIGNALED(ended) && WTERMSIG(ended) == SIGALRM) << "it ended with status " << ended;
}

TEST_F(AChannelWithReceipts, IsNoneWhereItsTableEndsBefore) {
    begin("channel_of_before");
    ask("tell");
    EXPECT_EQ(next().response, ReceiptsResponse{});
}

} // namespace

} // namespace loquet::plugin_host
