// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/factor/state.h"
#include "plugins/one_time_code/one_time_code.h"
#include "tests/support/step_harness.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

namespace loquet::plugins_one_time_code {
namespace {

using factor::Dialog;
using factor::Harness;
using factor::Said;
using factor::TestHost;
using factor::TestOptions;
using factor::Turn;
using testing::ElementsAre;
using testing::IsEmpty;

TEST(TheMedia, AreThoseOfTheFactInItsOrder) {
    EXPECT_THAT(media_in("mail"), ElementsAre(LOQUET_MEDIUM_MAIL));
    EXPECT_THAT(media_in("sms"), ElementsAre(LOQUET_MEDIUM_SMS));
    EXPECT_THAT(media_in("mail sms"), ElementsAre(LOQUET_MEDIUM_MAIL, LOQUET_MEDIUM_SMS));
    EXPECT_THAT(media_in("sms mail"), ElementsAre(LOQUET_MEDIUM_SMS, LOQUET_MEDIUM_MAIL));
}

TEST(TheMedia, AreNoneWhereTheFactNamesNone) {
    EXPECT_THAT(media_in(""), ElementsAre());
    EXPECT_THAT(media_in("  "), ElementsAre());
    EXPECT_THAT(media_in("pigeon Mail mailsms"), ElementsAre());
}

TEST(TheMedia, AreEachThereOnce) {
    EXPECT_THAT(media_in(" sms  sms pigeon mail sms "), ElementsAre(LOQUET_MEDIUM_SMS, LOQUET_MEDIUM_MAIL));
}

class AOneTimeCode : public testing::Test {
protected:
    AOneTimeCode() {
        harness.facts["mail_masked"] = "c***@e***.fr";
        harness.facts["phone_masked"] = "+33******42";
        harness.facts["media"] = "mail";
    }
    Turn begin() { return remember(harness.begin(step, dialog)); }
    Turn answer(const std::string& typed) { return remember(harness.answer(step, dialog, typed)); }
    /// What that answer would have led to.
    [[nodiscard]] Said instead(const std::string& typed) const {
        Harness other_world = harness;
        Dialog other_dialog = dialog;
        return other_world.answer(step, other_dialog, typed).said;
    }
    Turn remember(const Turn& turn) {
        for (const auto& sent : turn.sent) {
            code = sent.variables.at("code");
        }
        return turn;
    }
    [[nodiscard]] std::string wrong() const { return (code[0] == '9' ? "0" : "9") + code.substr(1); }

    TestHost host;
    TestOptions options{OneTimeCode::manifest()};
    OneTimeCode step{host.services(), options.get()};
    Harness harness;
    Dialog dialog;
    std::string code; ///< the last one that was sent
};

TEST_F(AOneTimeCode, APICIL_3_GoesOutWhenTheDialogBeginsAndLetsOneIn) {
    const Turn turn = begin();
    EXPECT_THAT(turn.ids(), ElementsAre("one_time_code.prompt"));
    EXPECT_EQ(turn.prompts[0].style, LOQUET_PROMPT_SECRET);
    ASSERT_EQ(turn.sent.size(), 1U);
    EXPECT_EQ(turn.sent[0].medium, LOQUET_MEDIUM_MAIL);
    EXPECT_EQ(turn.sent[0].id, "one_time_code.mail");
    EXPECT_EQ(turn.sent[0].lifetime, 10 * minute_ms);
    EXPECT_EQ(turn.sent[0].variables, (std::map<std::string, std::string>{{"code", code}, {"minutes", "10"}}));
    EXPECT_EQ(turn.note, "code sent by mail");
    EXPECT_EQ(code.size(), 6U);
    EXPECT_EQ(answer(code).said, Said::granted);
    EXPECT_EQ(harness.account_state, "") << "nothing to remember";
}

TEST_F(AOneTimeCode, GoesByTextMessageWhereThatIsTheWay) {
    harness.facts["media"] = "sms";
    const Turn turn = begin();
    ASSERT_EQ(turn.sent.size(), 1U);
    EXPECT_EQ(turn.sent[0].medium, LOQUET_MEDIUM_SMS);
    EXPECT_EQ(turn.sent[0].id, "one_time_code.sms");
}

TEST_F(AOneTimeCode, IsKeptAsAHashAndNotInTheDialog) {
    begin();
    EXPECT_EQ(harness.account_state.find(code), std::string::npos);
    EXPECT_EQ(dialog.state.find(code), std::string::npos);
    harness.key = std::string(32, 'x');
    EXPECT_EQ(answer(code).said, Said::denied) << "the state of another account";
}

TEST_F(AOneTimeCode, IsWrongWhereItIsAnotherAndTakesATry) {
    begin();
    const Turn turn = answer(wrong());
    EXPECT_EQ(turn.said, Said::denied);
    EXPECT_EQ(turn.note, "tries left: 4");
    EXPECT_TRUE(begin().sent.empty()) << "the one that runs is still good";
    EXPECT_EQ(answer(code).said, Said::granted);
}

TEST_F(AOneTimeCode, HasAsManyDigitsAsIsConfigured) {
    for (const std::int64_t digits : {6, 7, 8}) {
        const TestOptions with(OneTimeCode::manifest(), {{"digits", digits}});
        const Turn turn = Harness(harness).begin(OneTimeCode(host.services(), with.get()), dialog);
        EXPECT_EQ(turn.sent.at(0).variables.at("code").size(), static_cast<std::size_t>(digits));
        EXPECT_EQ(turn.prompts.at(0).variables.at("digits"), std::to_string(digits));
    }
}

TEST_F(AOneTimeCode, HasEveryDigitEquallyOftenInEveryPlace) {
    std::map<std::pair<std::size_t, char>, int> seen;
    for (int n = 0; n < 10'000; ++n) {
        harness.account_state.clear();
        begin();
        for (std::size_t place = 0; place < code.size(); ++place) {
            ++seen[{place, code[place]}];
        }
    }
    EXPECT_EQ(seen.size(), 60U);
    for (const auto& [where, times] : seen) {
        EXPECT_NEAR(times, 1000, 150) << where.first << ' ' << where.second;
    }
}

TEST_F(AOneTimeCode, IsAskedForWithoutBeingSentAgainWhileItRuns) {
    begin();
    for (const std::int64_t later : {0 * minute_ms, 5 * minute_ms, 4 * minute_ms}) {
        harness.now += later;
        const Turn turn = begin();
        EXPECT_THAT(turn.ids(), ElementsAre("one_time_code.prompt"));
        EXPECT_THAT(turn.sent, IsEmpty());
    }
    EXPECT_EQ(answer(code).said, Said::granted);
}

TEST_F(AOneTimeCode, IsSentAgainByAnEmptyAnswerOnceTheIntervalHasPassed) {
    begin();
    const std::string first = code;
    harness.now += 59 * second_ms;
    for (const char* empty : {"", "  ", "-"}) {
        const Turn early = answer(empty);
        EXPECT_THAT(early.ids(), ElementsAre("one_time_code.prompt"));
        EXPECT_THAT(early.sent, IsEmpty());
    }
    harness.now += second_ms;
    EXPECT_EQ(answer("").sent.size(), 1U);
    EXPECT_NE(code, first);
    EXPECT_EQ(instead(first), Said::denied) << "superseded";
    EXPECT_EQ(answer(code).said, Said::granted);
}

TEST_F(AOneTimeCode, IsNoLongerRightWhenItHasExpired) {
    begin();
    harness.now += 10 * minute_ms - 1;
    EXPECT_EQ(instead(code), Said::granted);
    harness.now += 1;
    const Turn turn = answer(code);
    EXPECT_EQ(turn.said, Said::denied);
    EXPECT_EQ(turn.note, "there is no code to compare with");
    EXPECT_EQ(begin().sent.size(), 1U);
}

TEST_F(AOneTimeCode, LivesAsLongAsItsMediumSays) {
    const TestOptions slow(OneTimeCode::manifest(), {{"mail_minutes", 1440}, {"sms_minutes", 3}});
    const OneTimeCode patient(host.services(), slow.get());
    EXPECT_EQ(Harness(harness).begin(patient, dialog).sent.at(0).lifetime, 86'400'000);
    harness.facts["media"] = "sms";
    const auto sent = Harness(harness).begin(patient, dialog).sent.at(0);
    EXPECT_EQ(sent.lifetime, 180'000);
    EXPECT_EQ(sent.variables.at("minutes"), "3");
}

TEST_F(AOneTimeCode, GoesWhereOneChoosesWhenThereAreTwoWays) {
    harness.facts["media"] = "sms mail";
    const Turn turn = begin();
    ASSERT_THAT(turn.ids(), ElementsAre("one_time_code.choose"));
    EXPECT_EQ(turn.prompts[0].style, LOQUET_PROMPT_CHOICE);
    EXPECT_EQ(turn.prompts[0].variables,
              (std::map<std::string, std::string>{{"first", "+33******42"}, {"second", "c***@e***.fr"}}));
    EXPECT_THAT(turn.sent, IsEmpty());
    for (const char* typed : {"", "0", "3", "9", "12", "mail", "\xFF"}) {
        const Turn again = answer(typed);
        EXPECT_THAT(again.ids(), ElementsAre("one_time_code.choose")) << typed;
        EXPECT_THAT(again.sent, IsEmpty()) << typed;
    }
    const Turn chosen = answer(" 2 ");
    EXPECT_THAT(chosen.ids(), ElementsAre("one_time_code.prompt"));
    ASSERT_EQ(chosen.sent.size(), 1U);
    EXPECT_EQ(chosen.sent[0].medium, LOQUET_MEDIUM_MAIL);
    EXPECT_EQ(answer(code).said, Said::granted);
}

TEST_F(AOneTimeCode, NamesTheWaysWhereNothingOfTheAddressesIsShown) {
    harness.facts = {{"media", "mail sms"}};
    EXPECT_EQ(begin().prompts.at(0).variables,
              (std::map<std::string, std::string>{{"first", "mail"}, {"second", "sms"}}));
}

TEST_F(AOneTimeCode, MayGoTheOtherWayTheSecondTime) {
    harness.facts["media"] = "sms mail";
    begin();
    EXPECT_EQ(answer("1").sent.at(0).medium, LOQUET_MEDIUM_SMS);
    EXPECT_THAT(answer("").ids(), ElementsAre("one_time_code.prompt")) << "too early for another";
    harness.now += minute_ms;
    EXPECT_THAT(answer("").ids(), ElementsAre("one_time_code.choose"));
    EXPECT_EQ(answer("2").sent.at(0).medium, LOQUET_MEDIUM_MAIL);
}

TEST_F(AOneTimeCode, IsNotSentTwiceByTwoDialogsThatChooseAtOnce) {
    harness.facts["media"] = "sms mail";
    Dialog other;
    harness.begin(step, other);
    begin();
    EXPECT_EQ(answer("1").sent.size(), 1U);
    const Turn turn = harness.answer(step, other, "1");
    EXPECT_THAT(turn.ids(), ElementsAre("one_time_code.prompt"));
    EXPECT_THAT(turn.sent, IsEmpty());
}

TEST_F(AOneTimeCode, IsNotSentWhereThereIsNoAddressOrNoAccountAndTheScreenIsTheSame) {
    const Turn usual = begin();
    Harness nobody;
    const Turn turn = nobody.begin(step, dialog);
    EXPECT_EQ(turn.ids(), usual.ids());
    EXPECT_EQ(turn.prompts[0].variables, usual.prompts[0].variables);
    EXPECT_THAT(turn.sent, IsEmpty());
    EXPECT_EQ(turn.note, "no code sent: there is no address for one");
    EXPECT_EQ(nobody.answer(step, dialog, "").ids(), usual.ids());
    EXPECT_EQ(nobody.answer(step, dialog, "123456").said, Said::denied);
    EXPECT_EQ(nobody.account_state, "");
}

TEST_F(AOneTimeCode, IsNotSentWhenNoTryIsLeftAndTheScreenIsTheSame) {
    const Turn usual = begin();
    for (int n = 0; n < 5; ++n) {
        begin();
        answer(wrong());
    }
    harness.now += 10 * minute_ms;
    const Turn turn = begin();
    EXPECT_EQ(turn.ids(), usual.ids());
    EXPECT_THAT(turn.sent, IsEmpty());
    EXPECT_EQ(turn.note, "no code sent: too many wrong ones were tried");
    harness.now += 50 * minute_ms;
    EXPECT_EQ(begin().sent.size(), 1U) << "the window has passed";
}

TEST_F(AOneTimeCode, IsDeniedWhereNothingWasAskedOrTooMuchWasAnswered) {
    begin();
    Dialog fresh;
    EXPECT_EQ(harness.answer(step, fresh, code).said, Said::denied);
    fresh.state = "something else";
    EXPECT_EQ(harness.answer(step, fresh, code).said, Said::denied);
    EXPECT_EQ(harness.run(step, LOQUET_STEP_ANSWER, dialog, {}).said, Said::denied);
    EXPECT_EQ(harness.run(step, LOQUET_STEP_ANSWER, dialog, {code, code}).said, Said::denied);
}

TEST_F(AOneTimeCode, IsRefusedWhereTheStateIsDamagedOrThereIsNoKey) {
    begin();
    Harness damaged = harness;
    damaged.account_state.pop_back();
    EXPECT_THROW(damaged.begin(step, dialog), factor::DamagedState);
    Harness keyless;
    keyless.facts = harness.facts;
    keyless.key.clear();
    EXPECT_THROW(keyless.begin(step, dialog), std::invalid_argument);
}

TEST_F(AOneTimeCode, T19_IsNotMadeWithoutRandomBytes) {
    host.no_random = true;
    EXPECT_THROW(begin(), std::runtime_error);
    EXPECT_EQ(harness.account_state, "");
}

TEST_F(AOneTimeCode, HasNothingToEnrol) {
    EXPECT_THROW(harness.run(step, LOQUET_STEP_ENROL_BEGIN, dialog), std::invalid_argument);
}

} // namespace
} // namespace loquet::plugins_one_time_code
