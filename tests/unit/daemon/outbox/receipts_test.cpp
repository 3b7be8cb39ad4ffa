// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/store/outbox_table.h"
#include "tests/unit/daemon/outbox/outbox_fixture.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

namespace loquet::outbox {
namespace {

using namespace std::chrono_literals;
using model::Medium;
using model::MessageState;
using protocol::Receipt;
using protocol::ReceiptOutcome;
using protocol::ReceiptsRequest;
using protocol::ReceiptsResponse;
using testing::IsEmpty;
using testing::SizeIs;

/// What a channel does that keeps its reports until it hears that they are kept.
class ReportSource {
public:
    ReceiptsResponse operator()(const ReceiptsRequest& request) {
        if (request.kept != 0 && request.kept == batch_) {
            reports.erase(reports.begin(), reports.begin() + static_cast<std::ptrdiff_t>(told_));
        }
        told_ = std::min(reports.size(), limits::receipts_at_once);
        return {
            ++batch_, told_ < reports.size(), {reports.begin(), reports.begin() + static_cast<std::ptrdiff_t>(told_)}};
    }
    std::vector<Receipt> reports;

private:
    std::size_t told_ = 0;
    std::uint64_t batch_ = 100;
};

class AReceipt : public OutboxFixture {
protected:
    AReceipt() {
        make_accounts(100);
        settings_.receipts = 30s;
        outbox_->set(settings_);
        mail_.knows = [this](const ReceiptsRequest& request) { return reports_(request); };
    }

    std::uint64_t send(std::uint32_t uid = 1, Medium medium = Medium::mail) {
        const auto number = enqueue(code_for(uid, medium));
        EXPECT_TRUE(becomes(number, MessageState::sent));
        EXPECT_TRUE(settles());
        return number;
    }
    void report(std::uint64_t number, ReceiptOutcome outcome, const std::string& said = "said so") {
        reports_.reports.push_back({message(number).reference, outcome, said});
    }
    /// Lets the time of one question pass.
    void ask() {
        pass(30s);
        EXPECT_TRUE(settles());
    }

    ReportSource reports_;
};

TEST_F(AReceipt, TurnsWhatWasSentIntoWhatBounced) {
    start_courier();
    const auto number = send();
    report(number, ReceiptOutcome::failed, "5.1.1 no such mailbox");
    ask();
    const auto bounced = message(number);
    EXPECT_EQ(bounced.state, MessageState::refused);
    EXPECT_EQ(bounced.why, "bounced");
    EXPECT_EQ(bounced.said, "5.1.1 no such mailbox");
    EXPECT_EQ(receipts_->awaited(), 0U);
}

TEST_F(AReceipt, SaysThatAMessageArrivedOrIsLate) {
    start_courier();
    const auto first = send(1);
    const auto second = send(2);
    report(first, ReceiptOutcome::delivered);
    report(second, ReceiptOutcome::delayed);
    ask();
    EXPECT_EQ(message(first).state, MessageState::sent);
    EXPECT_EQ(message(first).why, "delivered");
    EXPECT_EQ(message(second).state, MessageState::sent);
    EXPECT_EQ(message(second).why, "delayed");
    EXPECT_EQ(receipts_->awaited(), 1U);
}

TEST_F(AReceipt, IsAskedForWhileOneIsAwaitedAndNeverElse) {
    start_courier();
    ask();
    EXPECT_THAT(mail_.asked, IsEmpty());
    const auto number = send();
    pass(29s);
    EXPECT_THAT(mail_.asked, IsEmpty());
    ask();
    EXPECT_THAT(mail_.asked, SizeIs(1));
    EXPECT_THAT(second_.asked, IsEmpty());
    EXPECT_THAT(sms_.asked, IsEmpty());
    report(number, ReceiptOutcome::delivered);
    ask();
    EXPECT_THAT(mail_.asked, SizeIs(2));
    ask();
    EXPECT_THAT(mail_.asked, SizeIs(2));
}

TEST_F(AReceipt, IsAskedForOnceWhereTheChannelNeverLearnsAnything) {
    start_courier();
    const auto number = send(1, Medium::sms); // whose channel has no receipts
    ask();
    EXPECT_THAT(sms_.asked, SizeIs(1));
    EXPECT_EQ(receipts_->awaited(), 0U);
    ask();
    EXPECT_THAT(sms_.asked, SizeIs(1));
    EXPECT_EQ(message(number).why, "");
    send(2, Medium::sms);
    ask();
    EXPECT_THAT(sms_.asked, SizeIs(2));
}

TEST_F(AReceipt, IsNotAwaitedForLongerThanTheMessageIsKept) {
    start_courier();
    send();
    pass(settings_.keep + 1s);
    EXPECT_TRUE(settles());
    EXPECT_THAT(mail_.asked, IsEmpty());
    EXPECT_EQ(receipts_->awaited(), 0U);
}

TEST_F(AReceipt, IsAskedForAfterAStartOfWhatWasSentBefore) {
    start_courier();
    const auto number = send();
    const auto arrived = send(2);
    report(arrived, ReceiptOutcome::delivered);
    ask();
    end_courier();
    mail_.asked.clear();
    start_courier();
    ask();
    ASSERT_THAT(mail_.asked, SizeIs(1));
    EXPECT_EQ(mail_.asked[0].sent, (std::vector<protocol::SentMessage>{{message(number).reference, "gw"}}));
}

TEST_F(AReceipt, IsAcknowledgedOnceItIsDurable) {
    start_courier();
    report(send(), ReceiptOutcome::delayed);
    ask();
    EXPECT_THAT(reports_.reports, SizeIs(1)) << "it has not heard yet";
    EXPECT_EQ(mail_.asked.back().kept, 0U);
    ask();
    EXPECT_EQ(mail_.asked.back().kept, 101U);
    EXPECT_THAT(reports_.reports, IsEmpty());
}

TEST_F(AReceipt, IsToldAgainWhereTheAnswerIsLost) {
    start_courier();
    const auto number = send();
    report(number, ReceiptOutcome::failed);
    mail_.knows = [this](const ReceiptsRequest& request) -> ReceiptsResponse {
        (void)reports_(request);
        throw base::Error(base::Error::Kind::unavailable, "the daemon, or the channel, was killed");
    };
    ask();
    EXPECT_EQ(message(number).state, MessageState::sent);
    mail_.knows = [this](const ReceiptsRequest& request) { return reports_(request); };
    ask();
    EXPECT_EQ(mail_.asked.back().kept, 0U);
    EXPECT_EQ(message(number).state, MessageState::refused);
}

TEST_F(AReceipt, ChangesNothingWhenItIsToldAgain) {
    start_courier();
    const auto number = send();
    send(2);
    report(number, ReceiptOutcome::failed, "5.1.1");
    ask();
    const auto bounced = message(number);
    const std::vector<Receipt> told = reports_.reports;
    end_courier(); // before it has acknowledged
    start_courier();
    ask();
    EXPECT_EQ(mail_.asked.back().kept, 0U);
    EXPECT_EQ(reports_.reports, told);
    EXPECT_EQ(message(number), bounced);
}

TEST_F(AReceipt, OfAnUnknownReferenceOrAnotherChannelsMessageChangesNothing) {
    start_courier();
    const auto sms = send(1, Medium::sms);
    const auto mail = send(2);
    report(sms, ReceiptOutcome::failed);
    reports_.reports.push_back({std::string(32, '0'), ReceiptOutcome::failed, ""});
    const auto before = std::pair(message(sms), message(mail));
    ask();
    EXPECT_EQ(std::pair(message(sms), message(mail)), before);
    ask();
    EXPECT_THAT(reports_.reports, IsEmpty()) << "it is forgotten all the same";
}

TEST_F(AReceipt, ThatIsFasterThanTheYesIsToldAgain) {
    start_courier();
    send(2); // so that somebody asks
    mail_.hold();
    const auto number = enqueue(code_for(1));
    ASSERT_TRUE(becomes(number, MessageState::sending));
    report(number, ReceiptOutcome::failed);
    pass(30s);
    ASSERT_TRUE(tests::eventually(loop_, [&] { return !mail_.asked.empty(); }));
    mail_.let_go();
    ASSERT_TRUE(settles());
    EXPECT_EQ(message(number).state, MessageState::sent);
    ask();
    EXPECT_EQ(mail_.asked.back().kept, 0U);
    EXPECT_EQ(message(number).state, MessageState::refused);
}

TEST_F(AReceipt, IsFollowedByTheNextOnesAtOnce) {
    start_courier();
    std::vector<std::uint64_t> numbers;
    for (std::uint32_t uid = 1; uid <= 2 * limits::receipts_at_once + 1; ++uid) {
        numbers.push_back(send(uid));
    }
    for (const auto number : numbers) {
        report(number, ReceiptOutcome::delivered);
    }
    ask();
    EXPECT_THAT(mail_.asked, SizeIs(3));
    EXPECT_THAT(mail_.asked.front().sent, SizeIs(limits::receipts_at_once));
    EXPECT_EQ(receipts_->awaited(), 0U);
}

TEST_F(AReceipt, T24_IsNotAskedForWithoutEndWhereAChannelAlwaysHasMore) {
    start_courier();
    send();
    mail_.knows = [](const ReceiptsRequest&) {
        return ReceiptsResponse{1, true, {{std::string(32, '0'), ReceiptOutcome::failed, ""}}};
    };
    ask();
    EXPECT_THAT(mail_.asked, SizeIs(Receipts::questions_in_a_row));
}

TEST_F(AReceipt, IsAskedForLaterWhereTheChannelDoesNotAnswer) {
    start_courier();
    const auto number = send();
    mail_.knows = [](const ReceiptsRequest&) -> ReceiptsResponse {
        throw base::Error(base::Error::Kind::unavailable, "no answer");
    };
    ask();
    mail_.knows = [this](const ReceiptsRequest& request) { return reports_(request); };
    report(number, ReceiptOutcome::delivered);
    ask();
    EXPECT_EQ(message(number).why, "delivered");
}

} // namespace
} // namespace loquet::outbox
