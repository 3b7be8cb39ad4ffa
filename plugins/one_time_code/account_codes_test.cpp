// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/factor/state.h"
#include "plugins/one_time_code/account_codes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>

namespace loquet::plugins_one_time_code {
namespace {

using factor::DamagedState;
using testing::ElementsAre;

CodeState full() {
    CodeState state;
    state.running = RunningCode{LOQUET_MEDIUM_SMS, 1000, 2000, {'s'}, {'h'}};
    for (std::size_t n = 0; n < most_tries; ++n) {
        state.wrong.push_back(static_cast<std::int64_t>(n) - 5);
    }
    return state;
}

void expect_same(const CodeState& a, const CodeState& b) {
    EXPECT_EQ(a.wrong, b.wrong);
    ASSERT_EQ(a.running.has_value(), b.running.has_value());
    if (a.running) {
        EXPECT_EQ(a.running->medium, b.running->medium);
        EXPECT_EQ(a.running->sent, b.running->sent);
        EXPECT_EQ(a.running->expires, b.running->expires);
        EXPECT_EQ(a.running->salt, b.running->salt);
        EXPECT_EQ(a.running->hash, b.running->hash);
    }
}

TEST(ACodeState, IsKeptInAFewHundredBytesAndComesBackTheSame) {
    EXPECT_EQ(encode(full()).size(), 228U);
    std::mt19937 random(3);
    for (int n = 0; n < 500; ++n) {
        CodeState state = full();
        state.wrong.resize(random() % (most_tries + 1));
        if (random() % 2 == 0) {
            state.running.reset();
        } else {
            state.running->medium = random() % 2 == 0 ? LOQUET_MEDIUM_MAIL : LOQUET_MEDIUM_SMS;
            state.running->expires += static_cast<std::int64_t>(random());
        }
        expect_same(decode(view(encode(state))), state);
    }
}

TEST(ACodeState, ThatHoldsNothingIsNoBytes) {
    EXPECT_TRUE(encode({}).empty());
    expect_same(decode(""), {});
}

TEST(ACodeState, IsRefusedWhereItIsDamaged) {
    const std::string state(view(encode(full())));
    for (std::size_t size = 1; size < state.size(); ++size) {
        EXPECT_THROW((void)decode(state.substr(0, size)), DamagedState) << size;
    }
    EXPECT_THROW((void)decode(state + '\0'), DamagedState);
    const std::size_t flag = 2 + most_tries * 8;
    struct {
        std::size_t at;
        int value;
    } const damages[] = {
        {0, 0}, {0, 2}, {1, most_tries - 1}, {1, most_tries + 1}, {flag, 0}, {flag, 2}, {flag + 1, 0}, {flag + 1, 3},
    }; // version, number of tries, whether a code runs, its medium
    for (const auto& [at, value] : damages) {
        std::string damaged = state;
        damaged[at] = static_cast<char>(value);
        EXPECT_THROW((void)decode(damaged), DamagedState) << at << ' ' << value;
    }
}

TEST(ACodeState, IsRefusedWhereItsTimesMakeNoSense) {
    CodeState unordered = full();
    std::swap(unordered.wrong.front(), unordered.wrong.back());
    EXPECT_THROW((void)decode(view(encode(unordered))), DamagedState);
    CodeState no_life = full();
    no_life.running->expires = no_life.running->sent;
    EXPECT_THROW((void)decode(view(encode(no_life))), DamagedState);
    EXPECT_THROW((void)decode(std::string_view("\x01\0\0", 3)), DamagedState) << "nothing is no bytes";
}

constexpr std::int64_t noon = 1'700'000'000'000;
const std::string key(factor::key_bytes, 'k');
const Rules rules;

CodeState sent_at_noon(const std::string& code = "123456") {
    CodeState state;
    state.running = RunningCode{LOQUET_MEDIUM_MAIL, noon, noon + rules.mail_lifetime, {'s'}, {}};
    state.running->hash = factor::keyed_hash(key, state.running->salt, code);
    return state;
}

TEST(ARunningCode, IsRightUntilItExpires) {
    EXPECT_TRUE(settled(sent_at_noon(), rules, noon + rules.mail_lifetime - 1).running);
    EXPECT_FALSE(settled(sent_at_noon(), rules, noon + rules.mail_lifetime).running);
}

TEST(ARunningCode, T27_SurvivesACorrectionOfTheClockButNotMore) {
    EXPECT_TRUE(settled(sent_at_noon(), rules, noon - minute_ms).running);
    EXPECT_FALSE(settled(sent_at_noon(), rules, noon - minute_ms - 1).running);
}

TEST(ARunningCode, IsFollowedByAnotherOnlyAfterTheInterval) {
    EXPECT_TRUE(may_send({}, rules, noon));
    EXPECT_FALSE(may_send(sent_at_noon(), rules, noon));
    EXPECT_FALSE(may_send(sent_at_noon(), rules, noon + rules.resend_after - 1));
    EXPECT_TRUE(may_send(sent_at_noon(), rules, noon + rules.resend_after));
    EXPECT_FALSE(may_send(sent_at_noon(), rules, noon - minute_ms)) << "a clock set back hurries nothing";
}

TEST(ARunningCode, IsRightHoweverItIsTyped) {
    for (const char* typed : {"123456", "123 456", " 12-34-56\t"}) {
        EXPECT_EQ(judge(sent_at_noon(), rules, key, typed), Verdict::right) << typed;
    }
    for (const char* typed : {"123457", "12345", "1234567", "x", ""}) {
        EXPECT_EQ(judge(sent_at_noon(), rules, key, typed), Verdict::wrong) << typed;
    }
}

TEST(ARunningCode, T9_IsUsedUpWhenItWasRight) {
    const CodeState used = after(sent_at_noon(), Verdict::right, noon);
    EXPECT_EQ(judge(used, rules, key, "123456"), Verdict::not_evaluated);
}

TEST(NoCode, IsRightWhereNoneIsRunning) {
    EXPECT_EQ(judge({}, rules, key, "123456"), Verdict::not_evaluated);
}

TEST(TheTries, AreTakenByWrongCodesAlone) {
    CodeState state = sent_at_noon();
    for (std::size_t left = rules.tries; left > 0; --left) {
        EXPECT_EQ(tries_left(state, rules), left);
        ASSERT_EQ(judge(state, rules, key, "000000"), Verdict::wrong);
        state = after(state, Verdict::wrong, noon);
    }
    EXPECT_EQ(tries_left(state, rules), 0U);
    EXPECT_EQ(judge(state, rules, key, "123456"), Verdict::not_evaluated) << "the right one, too late";
    EXPECT_EQ(after(state, Verdict::not_evaluated, noon).wrong.size(), rules.tries);
    EXPECT_EQ(after(sent_at_noon(), Verdict::right, noon).wrong.size(), 0U);
}

TEST(TheTries, AreNotGivenBackByASuccess) {
    const CodeState state = after(after(sent_at_noon(), Verdict::wrong, noon), Verdict::right, noon);
    EXPECT_EQ(tries_left(state, rules), rules.tries - 1);
}

TEST(TheTries, ComeBackOneByOneWhenTheyLeaveTheWindow) {
    CodeState state;
    state.wrong = {noon, noon + 1000};
    EXPECT_EQ(settled(state, rules, noon + rules.window - 1).wrong.size(), 2U);
    EXPECT_EQ(settled(state, rules, noon + rules.window).wrong.size(), 1U);
    EXPECT_EQ(settled(state, rules, noon + rules.window + 1000).wrong.size(), 0U);
}

TEST(TheTries, T27_NeitherVanishNorLastLongerWhenTheClockIsSetBack) {
    CodeState state;
    state.wrong = {noon - 1, noon};
    const std::int64_t earlier = noon - 365 * 24 * rules.window;
    const CodeState back = settled(state, rules, earlier);
    EXPECT_THAT(back.wrong, ElementsAre(earlier, earlier));
    EXPECT_EQ(settled(back, rules, earlier + rules.window).wrong.size(), 0U);
}

TEST(TheTries, AreCountedAlsoWhereMoreWereMadeThanAreNowAllowed) {
    CodeState state;
    state.wrong.assign(most_tries, noon);
    EXPECT_EQ(tries_left(state, rules), 0U);
}

} // namespace
} // namespace loquet::plugins_one_time_code
