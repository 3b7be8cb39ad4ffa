// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/outbox/budgets.h"
#include "daemon/outbox/channel.h"
#include "daemon/outbox/delivery_attempt.h"
#include "lib/base/error.h"
#include "lib/base/limits.h"

#include <gtest/gtest.h>

#include <array>
#include <chrono>

namespace loquet::outbox {
namespace {

using namespace std::chrono_literals;
using model::MessageState;
using model::OutboxEntry;
using protocol::DeliverResponse;
using protocol::Outcome;

constexpr std::array all{MessageState::queued,   MessageState::sending, MessageState::sent,
                         MessageState::deferred, MessageState::refused, MessageState::expired};

OutboxEntry in(MessageState state) {
    OutboxEntry message;
    message.state = state;
    message.expires = 100s;
    return message;
}

TEST(AMessage, LeavesNoFinalState) {
    for (const MessageState from : all) {
        for (const MessageState to : all) {
            EXPECT_FALSE(is_final(from) && may_become(from, to)) << to_text(from) << " to " << to_text(to);
        }
    }
}

TEST(AMessage, IsSentOnlyWhenSendingWasWrittenDown) {
    for (const MessageState from : all) {
        EXPECT_EQ(may_become(from, MessageState::sent), from == MessageState::sending) << to_text(from);
    }
}

TEST(AMessage, BecomesWhatTheChannelSays) {
    const OutboxEntry sending = handed_on(in(MessageState::queued), "smtp", 1s);
    EXPECT_EQ(sending.state, MessageState::sending);
    EXPECT_EQ(sending.attempts, 1U);
    EXPECT_EQ(sending.channel, "smtp");
    const OutboxEntry deferred = answered(sending, DeliverResponse{Outcome::retry, {}, "", "450"}, 2s, 9s);
    EXPECT_EQ(deferred.state, MessageState::deferred);
    EXPECT_EQ(deferred.next, 9s);
    EXPECT_EQ(deferred.changed, 2s);
    EXPECT_EQ(deferred.why, "gateway");
    EXPECT_EQ(deferred.unknown, 0U);
    EXPECT_EQ(handed_on(deferred, "smtp", 9s).attempts, 2U);
    EXPECT_EQ(answered(sending, DeliverResponse{Outcome::sent, {}, "gw", ""}, 2s, 9s).gateway_reference, "gw");
    EXPECT_EQ(answered(sending, DeliverResponse{Outcome::refused, {}, "", ""}, 2s, 9s).why, "gateway");
}

TEST(AMessage, ThatAChannelRefusesWhenItsTimeIsOverIsExpired) {
    const OutboxEntry sending = handed_on(in(MessageState::queued), "smtp", 1s);
    const auto refused_at = [&](base::Milliseconds now) {
        return answered(sending, DeliverResponse{Outcome::refused, {}, "", "its time was over"}, now, now);
    };
    EXPECT_EQ(refused_at(sending.expires).state, MessageState::expired);
    EXPECT_EQ(refused_at(sending.expires).said, "its time was over");
    EXPECT_EQ(refused_at(sending.expires - 1ms).state, MessageState::expired) << "by the channel's clock it was";
    EXPECT_EQ(refused_at(sending.expires - 2ms).state, MessageState::refused);
}

TEST(AMessage, ThatWasSentLearnsHowItEnded) {
    using protocol::Receipt;
    using protocol::ReceiptOutcome;
    const Receipt delivered{"", ReceiptOutcome::delivered, "2.0.0 in the mailbox"};
    const Receipt delayed{"", ReceiptOutcome::delayed, "4.4.1 nobody there"};
    const Receipt failed{"", ReceiptOutcome::failed, "5.1.1 no such\nmailbox"};

    const OutboxEntry late = with_receipt(in(MessageState::sent), delayed, 5s);
    EXPECT_EQ(late.state, MessageState::sent);
    EXPECT_EQ(late.why, "delayed");
    EXPECT_EQ(late.said, "4.4.1 nobody there");
    EXPECT_TRUE(awaits_receipt(late));
    EXPECT_EQ(with_receipt(late, delayed, 6s), late);

    const OutboxEntry arrived = with_receipt(late, delivered, 7s);
    EXPECT_EQ(arrived.state, MessageState::sent);
    EXPECT_EQ(arrived.why, "delivered");
    EXPECT_FALSE(awaits_receipt(arrived));

    const OutboxEntry bounced = with_receipt(late, failed, 7s);
    EXPECT_EQ(bounced.state, MessageState::refused);
    EXPECT_EQ(bounced.why, "bounced");
    EXPECT_EQ(bounced.said, "5.1.1 no such\\x0amailbox");
    EXPECT_EQ(bounced.changed, 7s);
    EXPECT_FALSE(awaits_receipt(bounced));

    for (const Receipt& another : {delivered, delayed, failed}) {
        EXPECT_EQ(with_receipt(arrived, another, 8s), arrived) << "the first one that says how it ended holds";
        EXPECT_EQ(with_receipt(bounced, another, 8s), bounced);
        for (const MessageState state : all) {
            EXPECT_TRUE(state == MessageState::sent || with_receipt(in(state), another, 8s) == in(state))
                << to_text(state);
        }
    }
}

TEST(AMessage, CountsAttemptsOfWhichNobodyKnowsTheOutcome) {
    const OutboxEntry sending = handed_on(in(MessageState::queued), "smtp", 1s);
    EXPECT_EQ(unanswered(sending, "no-answer", 2s, 9s).unknown, 1U);
    EXPECT_EQ(recovered(sending, 2s).unknown, 1U);
    EXPECT_EQ(recovered(sending, 2s).state, MessageState::deferred);
    EXPECT_EQ(recovered(in(MessageState::queued), 2s), in(MessageState::queued));
}

TEST(AMessage, WhoseAnswerWasLostIsTriedAgainAndMayHaveArrived) {
    const OutboxEntry sending = handed_on(in(MessageState::queued), "smtp", 1s);
    const OutboxEntry lost = answered(sending, DeliverResponse{Outcome::lost, {}, "", "it broke"}, 2s, 9s);
    EXPECT_EQ(lost.state, MessageState::deferred);
    EXPECT_EQ(lost.why, "answer-lost");
    EXPECT_EQ(lost.said, "it broke");
    EXPECT_EQ(lost.next, 9s);
    EXPECT_EQ(lost.unknown, 1U);
    const OutboxEntry again =
        answered(handed_on(lost, "smtp", 9s), DeliverResponse{Outcome::lost, {}, "", ""}, 9s, 20s);
    EXPECT_EQ(again.unknown, 2U);
    EXPECT_EQ(expired(again, 100s).why, "answer-lost") << "the helpdesk still sees why it may have arrived";
    const OutboxEntry sent =
        answered(handed_on(again, "smtp", 20s), DeliverResponse{Outcome::sent, {}, "", ""}, 21s, 21s);
    EXPECT_EQ(sent.unknown, 2U) << "that it may have arrived three times stays known";
    EXPECT_EQ(sent.why, "");
}

TEST(AMessage, ThatHasAFinalStateTakesNoChange) {
    const OutboxEntry sent = in(MessageState::sent);
    EXPECT_THROW((void)handed_on(sent, "smtp", 1s), base::Error);
    EXPECT_THROW((void)expired(sent, 1s), base::Error);
    EXPECT_THROW((void)refused(sent, "void", 1s), base::Error);
    EXPECT_THROW((void)brought_forward(sent, 1s), base::Error);
}

TEST(AMessage, IsBroughtForwardOnlyWhereItWaitsForAnotherAttempt) {
    for (const MessageState state : all) {
        if (state == MessageState::deferred) {
            EXPECT_EQ(brought_forward(in(state), 5s).next, 5s);
        } else { // of one that is in hand the channel's yes could not be written down any more
            EXPECT_THROW((void)brought_forward(in(state), 5s), base::Error) << to_text(state);
        }
    }
}

TEST(AMessage, KeepsAsMuchOfAGatewaysWordsAsTheLimitSays) {
    const OutboxEntry sending = handed_on(in(MessageState::queued), "smtp", 1s);
    const auto said = [&](std::size_t size) {
        return answered(sending, DeliverResponse{Outcome::sent, {}, std::string(size, 'r'), std::string(size, 's')}, 2s,
                        2s);
    };
    EXPECT_EQ(said(limits::gateway_said_bytes).said, std::string(limits::gateway_said_bytes, 's'));
    EXPECT_EQ(said(limits::gateway_said_bytes + 1).said.size(), limits::gateway_said_bytes);
    EXPECT_EQ(said(limits::gateway_reference_bytes + 1).gateway_reference.size(), limits::gateway_reference_bytes);
    EXPECT_EQ(answered(sending, DeliverResponse{Outcome::sent, {}, "", "a\x1b[2J"}, 2s, 2s).said, "a\\x1b[2J");
}

TEST(ABackOff, DoublesUpToTheLongestAndVariesByAQuarter) {
    constexpr BackOff rule{1000ms, 60'000ms};
    for (const std::uint32_t random : {0U, 1U, 1'000'000'007U, UINT32_MAX}) {
        for (std::uint32_t failures = 1; failures < 40; ++failures) {
            const auto delay = delay_after(rule, failures, random);
            const auto whole = std::min<std::int64_t>(60'000, std::int64_t{1000} << std::min(failures - 1, 10U));
            EXPECT_GE(delay.count(), whole * 3 / 4);
            EXPECT_LE(delay.count(), whole * 5 / 4);
        }
    }
    EXPECT_NE(delay_after(rule, 3, 0), delay_after(rule, 3, 999));
}

} // namespace
} // namespace loquet::outbox
