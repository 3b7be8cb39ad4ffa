// SPDX-License-Identifier: LGPL-2.1-or-later
// Attacks on codes of six digits, played through; and steps that do not stand them.
#include "plugins/one_time_code/one_time_code.h"
#include "tests/support/step_harness.h"

#include <gtest/gtest.h>

#include <array>
#include <functional>

namespace loquet::plugins_one_time_code {
namespace {

using factor::Dialog;
using factor::Harness;
using factor::Said;
using factor::TestHost;
using factor::TestOptions;
using factor::Turn;

/// A step that changes what OneTimeCode knows before it asks it.
struct Naive {
    const OneTimeCode& step;
    std::function<void(const sdk::StepRequest&, CodeState&)> forget;

    void run(const sdk::StepRequest& request, sdk::StepOutput& output) const {
        CodeState state = decode(request.account_state());
        forget(request, state);
        const auto remembered = encode(state);
        loquet_step_request changed{};
        changed.size = sizeof changed;
        changed.operation = request.operation();
        const loquet_named_text media{sdk::text("media"), sdk::text(request.fact("media"))};
        changed.facts = &media;
        changed.fact_count = 1;
        changed.account_state = sdk::bytes(view(remembered));
        changed.dialog_state = sdk::bytes(request.dialog_state());
        const loquet_text typed = request.answer_count() == 0 ? loquet_text{} : sdk::text(request.answer(0));
        changed.answers = &typed;
        changed.answer_count = request.answer_count();
        changed.now = request.now();
        changed.key = sdk::bytes(request.key());
        output.set_account_state(view(remembered)); // unless the step keeps something else
        step.run(sdk::StepRequest(changed), output);
    }
};

bool is_resend(const sdk::StepRequest& request) {
    return request.operation() == LOQUET_STEP_ANSWER && request.answer(0).empty();
}

class AnAttacker : public testing::Test {
protected:
    AnAttacker() { harness.facts["media"] = "sms"; }

    /// One wrong code in that dialog. True where it was looked at: in the same moment the right one would have let in.
    template <class Step>
    bool guess(const Step& attacked, Dialog& dialog) {
        Harness instead = harness;
        Dialog there = dialog;
        const bool looked_at = instead.answer(attacked, there, code).said == Said::granted;
        const Turn turn = harness.answer(attacked, dialog, (code[0] == '9' ? "0" : "9") + code.substr(1));
        EXPECT_EQ(turn.said, Said::denied);
        return looked_at;
    }
    void see(const Turn& turn) {
        for (const auto& sent : turn.sent) {
            code = sent.variables.at("code");
            ++sent_in_all;
        }
    }
    /// 50 dialogs that are open at once, three wrong codes in each, and a resend before every guess; the attacker
    /// begins a denied dialog anew. Returns how many guesses were looked at.
    template <class Step>
    int guesses_looked_at(const Step& attacked) {
        std::array<Dialog, 50> dialogs;
        for (Dialog& dialog : dialogs) {
            see(harness.begin(attacked, dialog));
        }
        int looked_at = 0;
        for (int round = 0; round < 3; ++round) {
            for (Dialog& dialog : dialogs) {
                harness.now += 15 * second_ms;
                see(harness.answer(attacked, dialog, ""));
                looked_at += guess(attacked, dialog) ? 1 : 0;
                see(harness.begin(attacked, dialog));
            }
        }
        return looked_at;
    }

    TestHost host;
    TestOptions options{OneTimeCode::manifest()};
    OneTimeCode step{host.services(), options.get()};
    Harness harness;
    std::string code;
    int sent_in_all = 0;
};

constexpr int tries = 5;

TEST_F(AnAttacker, T8_HasTheTriesOfTheAccountOverFiftyDialogsAndManyResends) {
    EXPECT_EQ(guesses_looked_at(step), tries);
    EXPECT_LT(sent_in_all, 5) << "what no try is left for is not sent";
}

TEST_F(AnAttacker, T8_HasManyMoreWhereAResendGivesTheTriesBack) {
    const Naive naive{step, [](const sdk::StepRequest& request, CodeState& state) {
                          if (is_resend(request)) {
                              state.wrong.clear();
                          }
                      }};
    EXPECT_GT(guesses_looked_at(naive), 10 * tries) << "the check must be able to fail";
}

TEST_F(AnAttacker, T8_HasManyMoreWhereTriesAreCountedForADialog) {
    const Naive naive{step, [](const sdk::StepRequest& request, CodeState& state) {
                          if (request.operation() == LOQUET_STEP_BEGIN) {
                              state.wrong.clear();
                          }
                      }};
    EXPECT_GT(guesses_looked_at(naive), 10 * tries) << "the check must be able to fail";
}

TEST_F(AnAttacker, T8_HasManyMoreWhereTriesAreCountedForACode) {
    const Naive naive{step, [this](const sdk::StepRequest& request, CodeState& state) {
                          if (!state.running || (is_resend(request) && may_send(state, Rules(), harness.now))) {
                              state.wrong.clear();
                          }
                      }};
    EXPECT_GT(guesses_looked_at(naive), 5 * tries) << "the check must be able to fail";
}

TEST_F(AnAttacker, T8_HasTheTriesOnceAWindowOverDays) {
    int looked_at = 0;
    const int hours = 48;
    const std::int64_t end = harness.now + hours * 60 * minute_ms;
    while (harness.now < end) {
        Dialog dialog;
        see(harness.begin(step, dialog));
        looked_at += guess(step, dialog) ? 1 : 0;
        harness.now += minute_ms;
    }
    EXPECT_LE(looked_at, tries * (hours + 1));
    EXPECT_GT(looked_at, tries * (hours - 1)) << "tries come back";
}

TEST_F(AnAttacker, T8_GainsNothingByTheOwnersOwnLogins) {
    int looked_at = 0;
    for (int n = 0; n < 50; ++n) {
        Dialog dialog;
        see(harness.begin(step, dialog));
        looked_at += guess(step, dialog) ? 1 : 0;
        Dialog owner;
        see(harness.begin(step, owner));
        harness.answer(step, owner, code);
        harness.now += minute_ms;
    }
    EXPECT_EQ(looked_at, tries);
}

TEST_F(AnAttacker, T8_GainsNothingByARestartNorByAClockThatIsSetBack) {
    int looked_at = 0;
    for (int n = 0; n < 50; ++n) {
        const OneTimeCode restarted(host.services(), options.get());
        Dialog dialog;
        see(harness.begin(restarted, dialog));
        looked_at += guess(restarted, dialog) ? 1 : 0;
        harness.now -= 24 * 60 * minute_ms;
    }
    EXPECT_EQ(looked_at, tries);
}

/// The check of T9: the right code in two dialogs that are both open.
template <class Step>
Said twice(Harness harness, const Step& step) {
    Dialog one;
    Dialog other;
    const std::string code = harness.begin(step, one).sent.at(0).variables.at("code");
    harness.begin(step, other);
    EXPECT_EQ(harness.answer(step, one, code).said, Said::granted);
    return harness.answer(step, other, code).said;
}

TEST_F(AnAttacker, T9_CannotUseACodeThatItsOwnerHasUsed) {
    EXPECT_EQ(twice(harness, step), Said::denied);
    RunningCode used;
    const Naive naive{step, [&used](const sdk::StepRequest& /*request*/, CodeState& state) {
                          used = state.running.value_or(used); // it is never crossed out
                          state.running = used.expires > 0 ? std::optional(used) : std::nullopt;
                      }};
    EXPECT_EQ(twice(harness, naive), Said::granted) << "the check must be able to fail";
}

TEST_F(AnAttacker, T7_CannotMakeItSendMoreThanOneCodeAnInterval) {
    std::array<Dialog, 50> dialogs;
    for (int second = 0; second < 600; ++second) {
        Dialog& dialog = dialogs[static_cast<std::size_t>(second) % dialogs.size()];
        see(second < 50 ? harness.begin(step, dialog) : harness.answer(step, dialog, ""));
        harness.now += second_ms;
    }
    EXPECT_EQ(sent_in_all, 10);
}

} // namespace
} // namespace loquet::plugins_one_time_code
