// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/factor/state.h"
#include "plugins/recovery_codes/recovery_codes.h"
#include "tests/support/step_harness.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace loquet::plugins_recovery_codes {
namespace {

using factor::Dialog;
using factor::Harness;
using factor::Said;
using factor::TestHost;
using factor::TestOptions;
using factor::Turn;
using testing::ElementsAre;

class TheRecoveryCodes : public testing::Test {
protected:
    Turn enrol_begin() {
        dialog = {};
        const Turn turn = harness.run(step, LOQUET_STEP_ENROL_BEGIN, dialog);
        codes.clear();
        for (const auto& prompt : turn.prompts) {
            if (prompt.id == "recovery_codes.line") {
                codes.push_back(prompt.variables.at("code"));
            }
        }
        return turn;
    }
    Turn enrol_answer(const std::string& typed) { return harness.run(step, LOQUET_STEP_ENROL_ANSWER, dialog, {typed}); }
    void enrol() {
        ASSERT_EQ(enrol_begin().said, Said::asked);
        ASSERT_EQ(enrol_answer(codes.at(3)).said, Said::granted);
    }
    Turn login(const std::string& typed) {
        begun = harness.begin(step, dialog);
        return harness.answer(step, dialog, typed);
    }

    TestHost host;
    TestOptions options{RecoveryCodes::manifest()};
    RecoveryCodes step{host.services(), options.get()};
    Harness harness;
    Dialog dialog;
    Turn begun;
    std::vector<std::string> codes;
};

TEST_F(TheRecoveryCodes, AreSkippedWhereThereAreNone) {
    EXPECT_EQ(harness.begin(step, dialog).said, Said::skipped);
    EXPECT_EQ(harness.answer(step, dialog, "BCDFGHJK").said, Said::denied);
}

TEST_F(TheRecoveryCodes, AreTenDifferentOnesShownOnceWhileOneEnrols) {
    const Turn turn = enrol_begin();
    EXPECT_EQ(turn.prompts.size(), 12U);
    EXPECT_EQ(turn.prompts.front().id, "recovery_codes.enrol");
    EXPECT_EQ(turn.prompts.back().id, "recovery_codes.enrol_code");
    EXPECT_EQ(turn.prompts.back().style, LOQUET_PROMPT_SECRET);
    EXPECT_EQ(turn.prompts[10].variables.at("number"), "10");
    EXPECT_EQ(std::set<std::string>(codes.begin(), codes.end()).size(), codes_in_all);
    EXPECT_THAT(enrol_answer("BBBB-BBBB").ids(),
                ElementsAre("recovery_codes.enrol_wrong", "recovery_codes.enrol_code"));
}

TEST_F(TheRecoveryCodes, AreKeptAsHashesAlone) {
    enrol();
    for (std::string code : codes) {
        std::erase(code, '-');
        EXPECT_EQ(harness.account_state.find(code), std::string::npos);
    }
    enrol_begin();
    for (std::string code : codes) {
        std::erase(code, '-');
        EXPECT_EQ(dialog.state.find(code), std::string::npos);
    }
}

TEST_F(TheRecoveryCodes, AreNotGoodBeforeOneOfThemWasTyped) {
    enrol_begin();
    EXPECT_EQ(harness.account_state, "");
    EXPECT_EQ(enrol_answer("BBBB-BBBB").said, Said::asked);
    EXPECT_EQ(enrol_answer("").said, Said::asked);
    EXPECT_EQ(enrol_answer("BBBB-BBBB").said, Said::denied);
    EXPECT_EQ(harness.account_state, "");
    EXPECT_THROW(enrol_answer(codes[0]), factor::DamagedState);
}

TEST_F(TheRecoveryCodes, LetOneInOnceEach) {
    enrol();
    for (std::size_t n = 0; n < codes.size(); ++n) {
        const Turn turn = login(codes[n]);
        EXPECT_EQ(turn.said, Said::granted) << n;
        EXPECT_EQ(turn.note, "recovery code used, codes left: " + std::to_string(9 - n));
        for (std::size_t used = 0; used <= n; ++used) {
            EXPECT_EQ(login(codes[used]).said, Said::denied);
        }
    }
    EXPECT_EQ(begun.said, Said::asked) << "used up is not the same as never made";
}

TEST_F(TheRecoveryCodes, WarnWhenFewAreLeft) {
    enrol();
    for (std::size_t n = 0; n < codes.size(); ++n) {
        login(codes[n]);
        if (10 - n > 3) {
            EXPECT_THAT(begun.ids(), ElementsAre("recovery_codes.code"));
        } else {
            EXPECT_THAT(begun.ids(), ElementsAre("recovery_codes.few", "recovery_codes.code"));
            EXPECT_EQ(begun.prompts[0].variables.at("left"), std::to_string(10 - n));
        }
    }
}

/// The check of T9: one code in two dialogs that are both open.
template <class Step>
Said twice(Harness harness, const Step& step, const std::string& code) {
    Dialog one;
    Dialog other;
    harness.begin(step, one);
    harness.begin(step, other);
    EXPECT_EQ(harness.answer(step, one, code).said, Said::granted);
    return harness.answer(step, other, code).said;
}

/// Like RecoveryCodes, but crosses no code out.
struct Naive {
    const RecoveryCodes& step;
    void run(const sdk::StepRequest& request, sdk::StepOutput& output) const {
        if (request.operation() == LOQUET_STEP_BEGIN) {
            step.run(request, output);
        } else if (find_code(decode(request.account_state()), request.key(), request.answer(0))) {
            output.grant();
        } else {
            output.deny();
        }
    }
};

TEST_F(TheRecoveryCodes, T9_AreTakenOnceAlsoWhereTwoDialogsAreOpen) {
    enrol();
    EXPECT_EQ(twice(harness, step, codes[0]), Said::denied);
    EXPECT_EQ(twice(harness, Naive{step}, codes[0]), Said::granted) << "the check must be able to fail";
}

TEST_F(TheRecoveryCodes, OfAnotherAccountAreWrong) {
    enrol();
    harness.key = std::string(32, 'x');
    EXPECT_EQ(login(codes[0]).said, Said::denied);
}

TEST_F(TheRecoveryCodes, ReplaceTheOldOnesWhenNewOnesAreConfirmed) {
    enrol();
    const auto old = codes;
    enrol_begin();
    EXPECT_EQ(harness.answer(step, dialog, old[0]).said, Said::granted) << "until then the old ones are good";
    enrol();
    EXPECT_EQ(login(old[1]).said, Said::denied);
    EXPECT_EQ(login(codes[1]).said, Said::granted);
}

TEST_F(TheRecoveryCodes, AreNotTakenWithoutAnAnswerOrWithTwo) {
    enrol();
    harness.begin(step, dialog);
    EXPECT_EQ(harness.run(step, LOQUET_STEP_ANSWER, dialog, {}).said, Said::denied);
    EXPECT_EQ(harness.run(step, LOQUET_STEP_ANSWER, dialog, {codes[0], codes[1]}).said, Said::denied);
    EXPECT_EQ(harness.answer(step, dialog, "").said, Said::denied);
}

TEST_F(TheRecoveryCodes, AreRefusedWhereTheStateIsDamagedOrThereIsNoKey) {
    enrol();
    harness.key.clear();
    EXPECT_THROW(login(codes[0]), std::invalid_argument);
    EXPECT_THROW(enrol_begin(), std::invalid_argument);
    harness.account_state.pop_back();
    EXPECT_THROW(harness.begin(step, dialog), factor::DamagedState);
}

TEST_F(TheRecoveryCodes, T19_AreNotMadeWithoutRandomBytes) {
    host.no_random = true;
    EXPECT_THROW(enrol_begin(), std::runtime_error);
    EXPECT_EQ(dialog.state, "");
}

} // namespace
} // namespace loquet::plugins_recovery_codes
