// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/factor/state.h"
#include "plugins/totp/seed_display.h"
#include "plugins/totp/totp.h"
#include "tests/support/step_harness.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace loquet::plugins_totp {
namespace {

using factor::Dialog;
using factor::Harness;
using factor::Said;
using factor::TestHost;
using factor::TestOptions;
using factor::Turn;
using testing::ElementsAre;

class TheTotpStep : public testing::Test {
protected:
    /// The application of the person: has the seed since it was enrolled, and shows a code.
    [[nodiscard]] std::string shown(std::int64_t later = 0) const {
        const Generator generator = decode(harness.account_state.empty() ? std::string_view(dialog.state).substr(2)
                                                                         : std::string_view(harness.account_state));
        return std::string(view(hotp(generator.digest, view(generator.seed),
                                     static_cast<std::uint64_t>(step_at(harness.now + later)), generator.digits)));
    }
    [[nodiscard]] std::string wrong() const { return shown() == "123456" ? "654321" : "123456"; }
    Turn enrol_begin() {
        dialog = {};
        return harness.run(totp, LOQUET_STEP_ENROL_BEGIN, dialog);
    }
    Turn enrol_answer(const std::string& typed) { return harness.run(totp, LOQUET_STEP_ENROL_ANSWER, dialog, {typed}); }
    void enrol() {
        ASSERT_EQ(enrol_begin().said, Said::asked);
        ASSERT_EQ(enrol_answer(shown()).said, Said::granted);
        harness.now += 10 * period_ms;
    }
    Said login(const std::string& typed) {
        EXPECT_EQ(harness.begin(totp, dialog).said, Said::asked);
        return harness.answer(totp, dialog, typed).said;
    }

    TestHost host;
    TestOptions options{Totp::manifest()};
    Totp totp{host.services(), options.get()};
    Harness harness;
    Dialog dialog;
};

TEST_F(TheTotpStep, SkipsAPersonWhoHasEnrolledNone) {
    EXPECT_EQ(harness.begin(totp, dialog).said, Said::skipped);
    EXPECT_EQ(harness.answer(totp, dialog, "123456").said, Said::denied);
}

TEST_F(TheTotpStep, AsksForTheCodeAndGrantsTheRightOne) {
    enrol();
    const Turn turn = harness.begin(totp, dialog);
    ASSERT_THAT(turn.ids(), ElementsAre("totp.code"));
    EXPECT_EQ(turn.prompts[0].style, LOQUET_PROMPT_SECRET);
    EXPECT_EQ(harness.answer(totp, dialog, shown()).said, Said::granted);
}

TEST_F(TheTotpStep, DeniesAWrongCodeAndChangesNothing) {
    enrol();
    const std::string before = harness.account_state;
    EXPECT_EQ(login(wrong()), Said::denied);
    EXPECT_EQ(login(""), Said::denied);
    EXPECT_EQ(harness.run(totp, LOQUET_STEP_ANSWER, dialog, {}).said, Said::denied);
    EXPECT_EQ(harness.run(totp, LOQUET_STEP_ANSWER, dialog, {shown(), shown()}).said, Said::denied);
    EXPECT_EQ(harness.account_state, before);
}

/// The check of T9: the same right code in two dialogs, within its step.
template <class Step>
Said twice(Harness harness, const Step& step) {
    Dialog one;
    Dialog other;
    harness.begin(step, one);
    harness.begin(step, other);
    const Generator generator = decode(harness.account_state);
    const std::string code(
        view(hotp(generator.digest, view(generator.seed), static_cast<std::uint64_t>(step_at(harness.now)), 6)));
    EXPECT_EQ(harness.answer(step, one, code).said, Said::granted);
    harness.now += 5000;
    return harness.answer(step, other, code).said;
}

/// Like Totp, but remembers no code.
struct Naive {
    const Totp& totp;
    void run(const sdk::StepRequest& request, sdk::StepOutput& output) const {
        if (request.operation() == LOQUET_STEP_BEGIN) {
            totp.run(request, output);
            return;
        }
        Generator generator = decode(request.account_state());
        generator.last_step = 0;
        accept(generator, request.now(), request.answer(0)) ? output.grant() : output.deny();
    }
};

TEST_F(TheTotpStep, T9_TakesARightCodeOnce) {
    enrol();
    EXPECT_EQ(twice(harness, totp), Said::asked) << "for the next code";
    EXPECT_EQ(twice(harness, Naive{totp}), Said::granted) << "the check must be able to fail";
}

TEST_F(TheTotpStep, T9_DoesNotTakeTheCodeThatConfirmedItAgain) {
    enrol_begin();
    const std::string code = shown();
    ASSERT_EQ(enrol_answer(code).said, Said::granted);
    EXPECT_EQ(login(code), Said::asked) << "for the next code";
}

TEST_F(TheTotpStep, AsksForTheNextCodeWhereTheOneTypedIsUsed) {
    enrol();
    const std::string code = shown();
    ASSERT_EQ(login(code), Said::granted);
    const std::string before = harness.account_state;
    harness.begin(totp, dialog);
    const Turn turn = harness.answer(totp, dialog, code);
    EXPECT_THAT(turn.ids(), ElementsAre("totp.used", "totp.code"));
    EXPECT_EQ(harness.account_state, before);
    harness.now += period_ms;
    EXPECT_EQ(harness.answer(totp, dialog, shown()).said, Said::granted);
}

TEST_F(TheTotpStep, AsksForTheNextCodeWhereAnOlderOneThanTheLastIsTyped) {
    enrol();
    const std::string older = shown();
    harness.now += period_ms;
    ASSERT_EQ(login(shown()), Said::granted);
    EXPECT_EQ(login(older), Said::asked);
}

TEST_F(TheTotpStep, DeniesAWrongCodeAfterAUsedOne) {
    enrol();
    const std::string code = shown();
    ASSERT_EQ(login(code), Said::granted);
    EXPECT_EQ(login(code), Said::asked);
    EXPECT_EQ(harness.answer(totp, dialog, wrong()).said, Said::denied) << "no guess is free";
}

TEST_F(TheTotpStep, DeniesAUsedCodeThatCameTooLateToBeRight) {
    enrol();
    const std::string code = shown();
    ASSERT_EQ(login(code), Said::granted);
    harness.now += 2 * period_ms;
    EXPECT_EQ(login(code), Said::denied);
}

TEST_F(TheTotpStep, DeniesTheProgramThatRepeatsAUsedCode) {
    enrol();
    const std::string code = shown();
    ASSERT_EQ(login(code), Said::granted);
    harness.begin(totp, dialog);
    for (int n = 0; n < 3; ++n) {
        EXPECT_EQ(harness.answer(totp, dialog, code).said, Said::asked) << n;
    }
    EXPECT_EQ(harness.answer(totp, dialog, code).said, Said::denied);
}

TEST_F(TheTotpStep, ShowsTheQrCodeAndTheKeyWhileOneEnrols) {
    const Turn turn = enrol_begin();
    ASSERT_EQ(turn.said, Said::asked);
    ASSERT_LE(turn.prompts.size(), 32U);
    EXPECT_EQ(turn.prompts.front().id, "totp.enrol");
    for (std::size_t n = 1; n + 2 < turn.prompts.size(); ++n) {
        EXPECT_EQ(turn.prompts[n].id, "totp.qr_row");
        EXPECT_EQ(turn.prompts[n].style, LOQUET_PROMPT_INFO);
        EXPECT_LE(turn.prompts[n].variables.at("row").size(), 512U);
    }
    const auto& key = turn.prompts[turn.prompts.size() - 2];
    EXPECT_EQ(key.id, "totp.key");
    EXPECT_EQ(key.variables.at("key").size(), 39U);
    EXPECT_EQ(turn.prompts.back().id, "totp.enrol_code");
    EXPECT_EQ(turn.prompts.back().style, LOQUET_PROMPT_SECRET);
}

TEST_F(TheTotpStep, KeepsANewSeedInTheDialogAloneUntilARightCode) {
    enrol_begin();
    EXPECT_EQ(harness.account_state, "");
    EXPECT_THAT(enrol_answer(wrong()).ids(), ElementsAre("totp.enrol_wrong", "totp.enrol_code"));
    EXPECT_EQ(harness.account_state, "");
    EXPECT_EQ(enrol_answer(shown()).said, Said::granted);
    EXPECT_EQ(harness.account_state.size(), 32U);
    EXPECT_EQ(dialog.state, "");
}

TEST_F(TheTotpStep, GivesUpEnrollingAfterThreeWrongCodes) {
    enrol_begin();
    EXPECT_EQ(enrol_answer(wrong()).said, Said::asked);
    EXPECT_EQ(enrol_answer(wrong()).said, Said::asked);
    EXPECT_EQ(enrol_answer(wrong()).said, Said::denied);
    EXPECT_EQ(dialog.state, "");
    EXPECT_THROW(enrol_answer("123456"), factor::DamagedState);
    EXPECT_EQ(harness.account_state, "");
}

TEST_F(TheTotpStep, KeepsTheOldSeedUntilTheNewOneIsConfirmed) {
    enrol();
    const std::string old = harness.account_state;
    enrol_begin();
    enrol_answer(shown() /* of the old one */);
    EXPECT_EQ(harness.account_state, old);
    EXPECT_EQ(login(shown()), Said::granted);
}

TEST_F(TheTotpStep, DrawsAnotherSeedEachTime) {
    enrol_begin();
    const std::string first = dialog.state;
    enrol_begin();
    EXPECT_NE(dialog.state, first);
}

TEST_F(TheTotpStep, T19_EnrolsNothingWithoutRandomBytes) {
    host.no_random = true;
    EXPECT_THROW(enrol_begin(), std::runtime_error);
    EXPECT_EQ(dialog.state, "");
}

TEST_F(TheTotpStep, ShowsTheKeyAloneWhereTheNameMakesTheQrCodeTooLarge) {
    harness.facts["name"] = std::string(96, '%');
    EXPECT_THAT(enrol_begin().ids(), ElementsAre("totp.enrol_typing", "totp.key", "totp.enrol_code"));
}

TEST_F(TheTotpStep, FillsOneTurnWithTheLongestNames) {
    const TestOptions longest(Totp::manifest(), {{"digits", 8}},
                              {{"issuer", "123456789012345678901234"}, {"digest", "sha512"}});
    harness.facts["name"] = std::string(32, 'x');
    const Turn turn = harness.run(Totp(host.services(), longest.get()), LOQUET_STEP_ENROL_BEGIN, dialog);
    EXPECT_EQ(turn.prompts.size(), 32U);
}

TEST_F(TheTotpStep, RefusesADamagedStateAndOneOfTheWrongKind) {
    enrol_begin();
    const std::string enrolment = dialog.state;
    enrol();
    harness.account_state.pop_back();
    EXPECT_THROW(harness.begin(totp, dialog), factor::DamagedState);
    EXPECT_THROW(harness.answer(totp, dialog, "123456"), factor::DamagedState);
    harness.account_state = enrolment;
    EXPECT_THROW(harness.begin(totp, dialog), factor::DamagedState);
    dialog.state = "x";
    EXPECT_THROW(enrol_answer("123456"), factor::DamagedState);
}

TEST_F(TheTotpStep, EnrolsNobodyWithoutAName) {
    harness.facts.clear();
    EXPECT_THROW(enrol_begin(), std::invalid_argument);
}

TEST(TheOptionsOfTotp, AreRefusedWhereTheyMakeNoSense) {
    const TestHost host;
    const TestOptions digest(Totp::manifest(), {}, {{"digest", "md5"}});
    EXPECT_THROW(Totp(host.services(), digest.get()), sdk::Refusal);
    const TestOptions too_long(Totp::manifest(), {}, {{"issuer", "1234567890123456789012345"}});
    EXPECT_THROW(Totp(host.services(), too_long.get()), sdk::Refusal);
    const TestOptions longest(Totp::manifest(), {}, {{"issuer", "123456789012345678é"}});
    EXPECT_NO_THROW(Totp(host.services(), longest.get()));
}

} // namespace
} // namespace loquet::plugins_totp
