// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/outbox/channel.h"
#include "lib/base/limits.h"
#include "tests/unit/daemon/outbox/outbox_fixture.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

namespace loquet::outbox {
namespace {

using namespace std::chrono_literals;
using model::Medium;
using model::MessageState;
using testing::IsEmpty;
using testing::SizeIs;

constexpr base::Milliseconds a_while = message_back_off.longest * 2;

class ACourier : public OutboxFixture {
protected:
    ACourier() {
        make_account(1);
        make_account(2);
    }
};

TEST_F(ACourier, HandsAMessageOnOnceItIsDurableAndForgetsItsLetterAfterTheYes) {
    start_courier();
    const auto number = enqueue(code_for(1));
    ASSERT_TRUE(becomes(number, MessageState::sent));
    ASSERT_THAT(mail_.seen, SizeIs(1));
    EXPECT_EQ(mail_.seen[0].destination, mail_of(1));
    EXPECT_EQ(mail_.seen[0].text, "Your code is 314159.");
    EXPECT_EQ(mail_.seen[0].subject, "Your code");
    EXPECT_EQ(mail_.seen[0].left, 600s);
    const auto sent = message(number);
    EXPECT_EQ(sent.reference, mail_.seen[0].reference);
    EXPECT_EQ(sent.gateway_reference, "gw");
    EXPECT_EQ(sent.said, "ok");
    EXPECT_EQ(sent.channel, "smtp");
    EXPECT_EQ(sent.attempts, 1U);
    EXPECT_FALSE(has_letter(number));
}

TEST_F(ACourier, GivesAMailASubjectWhereItHasNoneOfItsOwnAndAnSmsNone) {
    start_courier();
    SendRequest notice = code_for(1);
    notice.text = "notice.text";
    ASSERT_TRUE(becomes(enqueue(std::move(notice)), MessageState::sent));
    EXPECT_EQ(mail_.seen.at(0).subject, "Your account");
    ASSERT_TRUE(becomes(enqueue(code_for(1, Medium::sms)), MessageState::sent));
    EXPECT_EQ(sms_.seen.at(0).subject, "");
    EXPECT_EQ(sms_.seen.at(0).destination, phone_of(1));
}

TEST_F(ACourier, WritesSendingDownBeforeItHandsAMessageOn) {
    std::optional<MessageState> stored;
    start_courier();
    mail_.gateway = [&](const Seen&) {
        stored = message(1).state;
        return never();
    };
    const auto number = enqueue(code_for(1));
    ASSERT_TRUE(becomes(number, MessageState::refused));
    EXPECT_EQ(stored, MessageState::sending);
    EXPECT_EQ(message(number).why, "gateway");
    EXPECT_EQ(message(number).said, "550 no such user");
    EXPECT_FALSE(has_letter(number));
}

TEST_F(ACourier, TriesAgainLaterWhenEveryChannelSaysNotNow) {
    mail_.gateway = second_.gateway = [](const Seen&) { return not_now(); };
    start_courier();
    const auto number = enqueue(code_for(1));
    ASSERT_TRUE(becomes(number, MessageState::deferred));
    ASSERT_TRUE(settles());
    EXPECT_THAT(mail_.seen, SizeIs(1));
    EXPECT_THAT(second_.seen, SizeIs(1));
    const auto deferred = message(number);
    EXPECT_EQ(deferred.why, "gateway");
    EXPECT_GT(deferred.next, steady_.now(clock_));
    EXPECT_TRUE(has_letter(number));
    mail_.gateway = FakeChannel().gateway;
    pass(5s);
    ASSERT_TRUE(becomes(number, MessageState::sent));
    EXPECT_EQ(mail_.seen.back().attempt, 3U);
    EXPECT_EQ(mail_.seen.back().reference, mail_.seen.front().reference);
}

TEST_F(ACourier, T29_TriesACodeAgainAtLeastOnceAMinuteAndSaysTheMinutesThatAreLeft) {
    sms_.gateway = [](const Seen&) { return not_now(); };
    start_courier();
    SendRequest request = code_for(1, Medium::sms);
    request.text = "minutes.text";
    request.variables.push_back({"minutes", base::Secret("10")});
    const auto number = enqueue(std::move(request));
    ASSERT_TRUE(becomes(number, MessageState::deferred));
    ASSERT_TRUE(settles());
    EXPECT_EQ(sms_.seen.at(0).text, "Your code is 314159, for 10 minutes.");
    for (int minute = 1; minute < 9; ++minute) {
        EXPECT_LE(message(number).next - steady_.now(clock_), 60s);
        const std::size_t tried = sms_.seen.size();
        pass(60s);
        ASSERT_TRUE(settles());
        EXPECT_GT(sms_.seen.size(), tried) << minute;
        EXPECT_EQ(sms_.seen.back().text, "Your code is 314159, for " + std::to_string(10 - minute) + " minutes.");
    }
    pass(50s);
    sms_.gateway = FakeChannel().gateway;
    pass(20s);
    ASSERT_TRUE(becomes(number, MessageState::sent));
    EXPECT_EQ(sms_.seen.back().text, "Your code is 314159, for 1 minutes.") << "of 110 or 50 seconds";
}

TEST_F(ACourier, LetsANoticeWaitLongerThanACode) {
    sms_.gateway = [](const Seen&) { return not_now(); };
    start_courier();
    SendRequest notice = code_for(1, Medium::sms);
    notice.code = false;
    notice.lifetime = std::chrono::hours(24);
    const auto number = enqueue(std::move(notice));
    for (int n = 0; n < 12; ++n) {
        ASSERT_TRUE(settles());
        pass(message_back_off.longest * 2);
    }
    ASSERT_TRUE(settles());
    EXPECT_GT(message(number).next - steady_.now(clock_), code_back_off.longest * 2);
}

TEST_F(ACourier, WaitsAsLongAsTheGatewayAsksTo) {
    sms_.gateway = [](const Seen&) { return not_now(60s); };
    start_courier();
    const auto number = enqueue(code_for(1, Medium::sms));
    ASSERT_TRUE(becomes(number, MessageState::deferred));
    ASSERT_TRUE(settles());
    EXPECT_GE(message(number).next - steady_.now(clock_), 60s);
}

TEST_F(ACourier, AsksTheNextChannelOfTheMediumWhileTheFirstDoesNotAnswer) {
    mail_.gateway = [](const Seen&) -> protocol::DeliverResponse {
        throw base::Error(base::Error::Kind::unavailable, "no answer");
    };
    start_courier();
    const auto first = enqueue(code_for(1));
    ASSERT_TRUE(becomes(first, MessageState::sent));
    EXPECT_EQ(message(first).channel, "second");
    EXPECT_EQ(message(first).attempts, 2U);
    EXPECT_EQ(message(first).unknown, 1U) << "the first may have sent it before it died";
    ASSERT_TRUE(becomes(enqueue(code_for(2)), MessageState::sent));
    EXPECT_THAT(mail_.seen, SizeIs(1)) << "it pauses";
    mail_.gateway = FakeChannel().gateway;
    pass(5s);
    ASSERT_TRUE(becomes(enqueue(code_for(1)), MessageState::sent));
    EXPECT_THAT(mail_.seen, SizeIs(2)) << "it is asked first again";
}

TEST_F(ACourier, AsksTheNextChannelAfterALostAnswerAndCountsThatItMayArriveTwice) {
    mail_.gateway = [](const Seen&) { return answer_lost(); };
    start_courier();
    const auto first = enqueue(code_for(1));
    ASSERT_TRUE(becomes(first, MessageState::sent));
    EXPECT_EQ(message(first).channel, "second");
    EXPECT_EQ(message(first).attempts, 2U);
    EXPECT_EQ(message(first).unknown, 1U);
    EXPECT_EQ(second_.seen.at(0).reference, mail_.seen.at(0).reference);
    ASSERT_TRUE(becomes(enqueue(code_for(2)), MessageState::sent));
    EXPECT_THAT(mail_.seen, SizeIs(1)) << "what loses an answer pauses at once";
}

TEST_F(ACourier, BacksOffWhereTheOnlyChannelLosesAnswersAndKeepsThatItMayHaveArrived) {
    sms_.gateway = [](const Seen&) { return answer_lost(); };
    start_courier();
    const auto number = enqueue(code_for(1, Medium::sms));
    ASSERT_TRUE(becomes(number, MessageState::deferred));
    ASSERT_TRUE(settles());
    EXPECT_THAT(sms_.seen, SizeIs(1));
    EXPECT_EQ(message(number).why, "answer-lost");
    EXPECT_GE(message(number).next - steady_.now(clock_), message_back_off.first * 3 / 4);
    EXPECT_TRUE(has_letter(number));
    pass(600s);
    ASSERT_TRUE(becomes(number, MessageState::expired));
    EXPECT_EQ(message(number).unknown, 1U);
    EXPECT_EQ(message(number).said, "the connection broke");
}

TEST_F(ACourier, NeverHandsAMessageOnWhenItsTimeIsOver) {
    mail_.gateway = second_.gateway = [](const Seen&) { return not_now(); };
    start_courier();
    const auto number = enqueue(code_for(1));
    ASSERT_TRUE(becomes(number, MessageState::deferred));
    ASSERT_TRUE(settles());
    const std::size_t attempts = mail_.seen.size() + second_.seen.size();
    pass(600s);
    ASSERT_TRUE(becomes(number, MessageState::expired));
    ASSERT_TRUE(settles());
    EXPECT_EQ(mail_.seen.size() + second_.seen.size(), attempts);
    EXPECT_FALSE(has_letter(number));
    EXPECT_EQ(courier_->waiting(), 0U);
}

TEST_F(ACourier, LetsAMessageThatWaitedForTheDiskExpire) {
    start_courier();
    write(outbox_->enqueue(code_for(1)));
    clock_.advance(600s); // before the loop has heard of it
    ASSERT_TRUE(becomes(1, MessageState::expired));
    EXPECT_THAT(mail_.seen, IsEmpty());
}

TEST_F(ACourier, SendsNoCodeThatANewerEventVoided) {
    const auto code = enqueue(code_for(1));
    SendRequest request = code_for(1);
    request.code = false;
    const auto notice = enqueue(std::move(request));
    void_codes(1);
    start_courier();
    ASSERT_TRUE(becomes(code, MessageState::refused));
    EXPECT_EQ(message(code).why, "void");
    ASSERT_TRUE(becomes(notice, MessageState::sent));
    EXPECT_THAT(mail_.seen, SizeIs(1));
}

TEST_F(ACourier, KeepsTheOrderOfOneDestinationAndNotThatOfTwo) {
    mail_.hold();
    start_courier();
    const auto first = enqueue(code_for(1));
    const auto second = enqueue(code_for(1));
    const auto other = enqueue(code_for(2));
    ASSERT_TRUE(tests::eventually(loop_, [&] { return mail_.seen.size() == 2; }));
    EXPECT_EQ(message(second).state, MessageState::queued);
    EXPECT_EQ(message(other).state, MessageState::sending);
    mail_.let_go();
    ASSERT_TRUE(becomes(second, MessageState::sent));
    EXPECT_EQ(mail_.seen.at(0).reference, message(first).reference);
    EXPECT_EQ(mail_.seen.at(2).reference, message(second).reference);
}

TEST_F(ACourier, GivesOneChannelAsMuchAsTheLimitSaysAndNoMore) {
    mail_.hold();
    second_.hold();
    start_courier();
    const auto limit = static_cast<std::uint32_t>(limits::deliveries_in_flight);
    make_accounts(2 * limit + 1);
    for (std::uint32_t uid = 1; uid <= 2 * limit + 1; ++uid) {
        enqueue(code_for(uid));
    }
    ASSERT_TRUE(tests::eventually(loop_, [&] { return mail_.seen.size() + second_.seen.size() == 2 * limit; }));
    EXPECT_EQ(mail_.most_at_once, limit);
    EXPECT_EQ(message(2 * limit + 1).state, MessageState::queued);
    mail_.let_go();
    ASSERT_TRUE(becomes(2 * limit + 1, MessageState::sent));
    EXPECT_EQ(mail_.most_at_once, limit);
}

TEST_F(ACourier, FindsEverythingAgainAfterARestart) {
    mail_.hold();
    start_courier();
    const auto in_hand = enqueue(code_for(1));
    const auto behind = enqueue(code_for(1));
    ASSERT_TRUE(tests::eventually(loop_, [&] { return mail_.seen.size() == 1; }));
    courier_.reset(); // as if the daemon died
    mail_.let_go();
    ASSERT_TRUE(settles());
    EXPECT_EQ(message(in_hand).state, MessageState::sending);
    start_courier();
    ASSERT_TRUE(becomes(behind, MessageState::sent));
    EXPECT_EQ(message(in_hand).state, MessageState::sent);
    EXPECT_EQ(message(in_hand).unknown, 1U) << "that it may have arrived twice is counted";
    EXPECT_EQ(message(in_hand).attempts, 2U);
    EXPECT_EQ(message(behind).unknown, 0U);
}

TEST_F(ACourier, MayDieWhileItWaitsForTheDisk) {
    start_courier();
    ASSERT_TRUE(settles());
    const auto number = enqueue(code_for(1));
    ASSERT_TRUE(tests::eventually(loop_, [&] { return tasks_.active() != 0; })); // it writes `sending`
    courier_.reset();
    receipts_.reset();
    EXPECT_EQ(tasks_.active(), 0U);
    store_->write_now([](store::WriteTxn&) {}); // behind what it had written
    loop_.run_once(base::Milliseconds(0));
    EXPECT_TRUE(mail_.seen.empty());
    EXPECT_EQ(message(number).state, MessageState::sending);
}

TEST_F(ACourier, HearsOfNoMessageAfterItsEnd) {
    start_courier();
    ASSERT_TRUE(settles());
    courier_.reset();
    receipts_.reset();
    const auto number = enqueue(code_for(1));
    loop_.run_once(base::Milliseconds(0));
    EXPECT_EQ(message(number).state, MessageState::queued);
}

TEST_F(ACourier, RefusesWhatTheChannelMayNotSendAndWhatHasNoText) {
    sms_.gateway = [](const Seen&) -> protocol::DeliverResponse {
        throw base::Error(base::Error::Kind::invalid, "no such number");
    };
    start_courier();
    const auto number = enqueue(code_for(1, Medium::sms));
    ASSERT_TRUE(becomes(number, MessageState::refused));
    EXPECT_EQ(message(number).why, "unsendable");
    SendRequest request = code_for(1);
    request.text = "no.such.text";
    const auto without_text = enqueue(std::move(request));
    ASSERT_TRUE(becomes(without_text, MessageState::refused));
    EXPECT_THAT(mail_.seen, IsEmpty());
}

TEST_F(ACourier, TriesAtOnceWhatTheHelpdeskBringsForward) {
    sms_.gateway = [](const Seen&) { return not_now(300s); };
    start_courier();
    const auto number = enqueue(code_for(1, Medium::sms));
    ASSERT_TRUE(becomes(number, MessageState::deferred));
    ASSERT_TRUE(settles());
    sms_.gateway = FakeChannel().gateway;
    write(outbox_->bring_forward(number));
    ASSERT_TRUE(becomes(number, MessageState::sent));
    EXPECT_EQ(store::kind_thrown_by([&] { write(outbox_->bring_forward(number)); }), base::Error::Kind::conflict);
    EXPECT_EQ(store::kind_thrown_by([&] { write(outbox_->bring_forward(99)); }), base::Error::Kind::not_found);
}

TEST_F(ACourier, AsksADeadGatewayForOneMessageAndNotForAllThatWait) {
    constexpr std::uint32_t people = 200;
    make_accounts(people);
    std::vector<SendRequest> requests;
    for (std::uint32_t uid = 1; uid <= people; ++uid) {
        requests.push_back(code_for(uid, Medium::sms));
    }
    enqueue_all(std::move(requests));
    sms_.gateway = [](const Seen&) -> protocol::DeliverResponse {
        throw base::Error(base::Error::Kind::unavailable, "no answer");
    };
    start_courier();
    ASSERT_TRUE(settles());
    EXPECT_EQ(sms_.seen.size(), limits::deliveries_in_flight);
    pass(channel_back_off.first * 2);
    ASSERT_TRUE(settles());
    EXPECT_EQ(sms_.seen.size(), limits::deliveries_in_flight + 1);
    sms_.gateway = FakeChannel().gateway;
    pass(a_while / 10);
    ASSERT_TRUE(tests::eventually(loop_, [&] { return courier_->waiting() == 0; }));
}

TEST_F(ACourier, TakesAsManyChannelsOfAMediumAsTheLimitSays) {
    const auto courier_with = [&](std::size_t channels) {
        std::vector<ChannelBinding> bindings(channels, {Medium::mail, "smtp", tests::not_owned(mail_)});
        bindings.push_back({Medium::sms, "sms_http", tests::not_owned(sms_)});
        const Courier courier({loop_, clock_, *store_, *outbox_, texts_, tasks_}, bindings);
    };
    EXPECT_EQ(store::kind_thrown_by([&] { courier_with(limits::channels_per_medium); }), std::nullopt);
    EXPECT_EQ(store::kind_thrown_by([&] { courier_with(limits::channels_per_medium + 1); }),
              base::Error::Kind::invalid);
}

} // namespace
} // namespace loquet::outbox
