// SPDX-License-Identifier: LGPL-2.1-or-later
// What holds whatever happens: many dialogs of one account, in any order, beside a model that is told what was sent.
#include "plugins/one_time_code/one_time_code.h"
#include "tests/support/step_harness.h"

#include <gtest/gtest.h>

#include <array>
#include <deque>
#include <random>

namespace loquet::plugins_one_time_code {
namespace {

using factor::Dialog;
using factor::Harness;
using factor::Said;
using factor::TestHost;
using factor::TestOptions;
using factor::Turn;

/// What a person would say of the account's codes.
struct Model {
    std::string code; ///< the last that was sent and not used
    std::int64_t sent = 0;
    std::int64_t lifetime = 0;
    std::deque<std::int64_t> wrong;

    [[nodiscard]] bool runs(std::int64_t now) const { return !code.empty() && now < sent + lifetime; }
    [[nodiscard]] bool may_try(std::int64_t now) {
        while (!wrong.empty() && wrong.front() + Rules().window <= now) {
            wrong.pop_front();
        }
        return wrong.size() < Rules().tries;
    }
    void see(const Turn& turn, std::int64_t now) {
        ASSERT_LE(turn.sent.size(), 1U);
        for (const auto& each : turn.sent) {
            EXPECT_TRUE(!runs(now) || now - sent >= Rules().resend_after);
            EXPECT_TRUE(may_try(now));
            code = each.variables.at("code");
            sent = now;
            lifetime = each.lifetime;
        }
    }
};

void play(std::uint32_t seed) {
    std::mt19937 random(seed);
    const auto below = [&random](std::int64_t bound) {
        return std::uniform_int_distribution(std::int64_t{0}, bound - 1)(random);
    };
    const TestHost host;
    const TestOptions options(OneTimeCode::manifest());
    const OneTimeCode step(host.services(), options.get());
    Harness harness;
    harness.facts["media"] = seed % 2 == 0 ? "mail sms" : "sms";
    std::array<Dialog, 4> dialogs;
    Model model;
    for (int n = 0; n < 400; ++n) {
        Dialog& dialog = dialogs.at(static_cast<std::size_t>(below(4)));
        harness.now += below(50) == 0 ? below(90 * minute_ms) : below(20 * second_ms);
        const auto action = below(6);
        if (action == 0 || dialog.state.empty()) {
            model.see(harness.begin(step, dialog), harness.now);
        } else if (action == 1 || dialog.state == "medium") {
            model.see(harness.answer(step, dialog, dialog.state == "medium" ? std::to_string(below(4)) : ""),
                      harness.now);
        } else {
            const bool right = action == 2 && !model.code.empty();
            const std::string typed = right ? model.code : std::to_string(1'000'000 + below(1000));
            const bool looked_at = model.runs(harness.now) && model.may_try(harness.now);
            ASSERT_EQ(harness.answer(step, dialog, typed).said, right && looked_at ? Said::granted : Said::denied);
            if (looked_at && right) {
                model.code.clear();
            } else if (looked_at) {
                model.wrong.push_back(harness.now);
            }
        }
        ASSERT_LE(harness.account_state.size(), 228U);
    }
}

TEST(ManyDialogs, AgreeWithAModelOfOneAccountsCodes) {
    for (std::uint32_t seed = 1; seed <= 60; ++seed) {
        SCOPED_TRACE(seed);
        ASSERT_NO_FATAL_FAILURE(play(seed));
    }
}

} // namespace
} // namespace loquet::plugins_one_time_code
