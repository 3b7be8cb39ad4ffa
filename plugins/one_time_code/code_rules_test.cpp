// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugins/one_time_code/code_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace loquet::plugins_one_time_code {
namespace {

using testing::ElementsAre;

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
