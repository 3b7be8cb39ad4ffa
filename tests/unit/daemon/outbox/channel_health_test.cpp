// SPDX-License-Identifier: LGPL-2.1-or-later
// What the operator is told of a channel that takes nothing, and of codes that are refused.
#include "daemon/outbox/channel.h"
#include "tests/unit/daemon/outbox/outbox_fixture.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

namespace loquet::outbox {
namespace {

using namespace std::chrono_literals;
using model::Medium;
using model::MessageState;
using model::Uid;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::Pair;

class TheHealthOfAChannel : public OutboxFixture {
protected:
    TheHealthOfAChannel() { make_accounts(accounts); }
    /// A code by SMS, which has one channel, until it has one of its states.
    void send(std::uint32_t uid, MessageState state) {
        ASSERT_TRUE(becomes(enqueue(code_for(uid, Medium::sms)), state));
        ASSERT_TRUE(settles());
    }
    static constexpr std::uint32_t accounts = 8;
};

TEST_F(TheHealthOfAChannel, T29_IsToldOnceWhenMessagesAreNotTakenAndOnceWhenTheyAreAgain) {
    sms_.gateway = [](const Seen&) {
        return protocol::DeliverResponse{protocol::Outcome::retry, {}, "", "504 5.5.2 Helo command rejected"};
    };
    start_courier();
    for (std::uint32_t uid = 1; uid < ChannelHealth::failures_to_tell; ++uid) {
        send(uid, MessageState::deferred);
    }
    EXPECT_THAT(courier_->failing_channels(), IsEmpty());
    for (std::uint32_t uid = ChannelHealth::failures_to_tell; uid <= accounts; ++uid) {
        enqueue(code_for(uid, Medium::sms));
        ASSERT_TRUE(settles());
        pass(code_back_off.longest * 2);
        ASSERT_TRUE(settles());
    }
    EXPECT_THAT(courier_->failing_channels(), ElementsAre(Pair("sms_http", "504 5.5.2 Helo command rejected")));
    EXPECT_THAT(told_, ElementsAre("sms_http fails: 504 5.5.2 Helo command rejected"));
    sms_.gateway = FakeChannel().gateway;
    pass(code_back_off.longest * 2);
    ASSERT_TRUE(tests::eventually(loop_, [&] { return told_.size() > 1; })) << "once the message's state is kept";
    EXPECT_THAT(courier_->failing_channels(), IsEmpty());
    EXPECT_THAT(told_, ElementsAre(HasSubstr("fails"), "sms_http delivers"));
}

TEST_F(TheHealthOfAChannel, T29_SuffersFromRefusalsOfManyAccounts) {
    sms_.gateway = [](const Seen&) { return never(); };
    start_courier();
    for (std::uint32_t uid = 1; uid <= ChannelHealth::failures_to_tell; ++uid) {
        send(uid, MessageState::refused);
    }
    EXPECT_THAT(courier_->failing_channels(), ElementsAre(Pair("sms_http", "550 no such user")));
}

TEST_F(TheHealthOfAChannel, DoesNotSufferFromOneWrongAddress) {
    sms_.gateway = [](const Seen&) { return never(); };
    start_courier();
    for (std::uint32_t n = 0; n < 2 * ChannelHealth::failures_to_tell; ++n) {
        send(1, MessageState::refused);
    }
    EXPECT_THAT(courier_->failing_channels(), IsEmpty());
    EXPECT_THAT(told_, ElementsAre("a code was refused: 550 no such user")) << "once, and not of each";
    sms_.gateway = FakeChannel().gateway;
    send(1, MessageState::sent);
    sms_.gateway = [](const Seen&) { return never(); };
    send(1, MessageState::refused);
    EXPECT_THAT(told_, testing::SizeIs(2)) << "and again, because one had gone out";
}

TEST_F(TheHealthOfAChannel, SuffersFromSilence) {
    sms_.gateway = [](const Seen&) -> protocol::DeliverResponse {
        throw base::Error(base::Error::Kind::unavailable, "no answer");
    };
    start_courier();
    enqueue(code_for(1, Medium::sms));
    for (std::uint32_t n = 0; n < ChannelHealth::failures_to_tell; ++n) {
        ASSERT_TRUE(settles());
        pass(code_back_off.longest * 2);
    }
    ASSERT_TRUE(settles());
    EXPECT_THAT(courier_->failing_channels(), ElementsAre(Pair("sms_http", "it does not answer")));
}

TEST_F(TheHealthOfAChannel, IsToldWithoutAnAddressAndWithoutControlCharacters) {
    sms_.gateway = [](const Seen& seen) {
        return protocol::DeliverResponse{protocol::Outcome::refused,
                                         {},
                                         "",
                                         "no number " + seen.destination + ", \x1b[31m" + seen.destination.substr(1)};
    };
    start_courier();
    for (std::uint32_t uid = 1; uid <= ChannelHealth::failures_to_tell; ++uid) {
        send(uid, MessageState::refused);
        EXPECT_EQ(message(uid).said, "no number +***, \\x1b[31m***") << "nor is it in the list of the helpdesk";
    }
    EXPECT_THAT(courier_->failing_channels(), ElementsAre(Pair("sms_http", "no number +***, \\x1b[31m***")));
    for (const std::string& told : told_) {
        EXPECT_THAT(told, Not(HasSubstr("610000")));
    }
}

TEST_F(TheHealthOfAChannel, T29_IsNoReasonToPauseItForOneAccount) {
    sms_.gateway = [](const Seen& seen) {
        return seen.destination == phone_of(1) ? not_now() : FakeChannel().gateway(seen);
    };
    start_courier();
    const auto waiting = enqueue(code_for(1, Medium::sms));
    for (int n = 0; n < 5; ++n) {
        ASSERT_TRUE(settles());
        pass(code_back_off.longest * 2);
    }
    ASSERT_TRUE(settles());
    ASSERT_GE(message(waiting).attempts, 5U);
    send(2, MessageState::sent);
}

TEST(RefusedCodes, AreKeptForAsManyAccountsAsTheLimitSays) {
    RefusedCodes codes;
    for (std::uint32_t uid = 0; uid < RefusedCodes::kept; ++uid) {
        EXPECT_TRUE(codes.refused(Uid{uid}));
    }
    EXPECT_FALSE(codes.refused(Uid{0}));
    EXPECT_TRUE(codes.refused(Uid{RefusedCodes::kept}));
    EXPECT_EQ(codes.size(), 1U);
    EXPECT_TRUE(codes.refused(Uid{0})) << "what was forgotten is told again";
}

TEST(TheBackOff, T29_OfACodeAndOfAChannelIsAMinuteAtMost) {
    for (const BackOff& rule : {code_back_off, channel_back_off}) {
        for (const std::uint32_t random : {0U, 1U, 12'345U, 24'000U, 23'999U, 0xffffffffU}) {
            for (std::uint32_t failures = 1; failures < 40; ++failures) {
                EXPECT_LE(delay_after(rule, failures, random), 60s) << failures << ", " << random;
                EXPECT_GE(delay_after(rule, failures, random), rule.first * 3 / 4);
            }
        }
    }
}

} // namespace
} // namespace loquet::outbox
