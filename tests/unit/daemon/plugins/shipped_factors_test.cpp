// SPDX-License-Identifier: LGPL-2.1-or-later
// The factors that ship, in their own processes: OpenSSL and libqrencode make do with what the filter for system calls
// leaves them.
#include "daemon/plugins/registry.h"
#include "paths.h"
#include "tests/fixtures/plugins/plugin_process.h"
#include "tests/unit/daemon/plugins/await.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace loquet::plugins {
namespace {

using protocol::StepOperation;
using protocol::StepResponse;

class AShippedFactor {
public:
    explicit AShippedFactor(const std::string& plugin) : process_(plugin, "", LOQUET_BINARY_DIR "/plugins") {
        EXPECT_TRUE(process_.start());
        registry_.connect();
        const base::Milliseconds give_up = clock_.boottime() + base::Milliseconds(10'000);
        while (registry_.status().at(0).state == PluginState::connecting && clock_.boottime() < give_up) {
            loop_.run_once(base::Milliseconds(100));
        }
    }

    StepResponse run(StepOperation operation, base::SecureBytes dialog_state = {}, std::string_view typed = {}) {
        protocol::StepRequest request;
        request.operation = operation;
        request.facts = {{"name", "camille"}, {"media", "sms"}};
        request.dialog_state = std::move(dialog_state);
        if (!typed.empty()) {
            request.answers.emplace_back(typed);
        }
        request.now = base::Milliseconds(1'700'000'000'000);
        request.key.assign(32, 'k');
        return tests::await(loop_, registry_.step(process_.instance())->run(std::move(request)));
    }

private:
    bus::Loop loop_;
    base::SystemClock clock_;
    tests::PluginProcess process_;
    Registry registry_{
        loop_,
        clock_,
        {{process_.instance(), protocol::PluginKind::step, process_.socket_path(), base::Milliseconds(10'000)}}};
};

std::size_t prompts_of(const StepResponse& response) {
    const auto* ask = std::get_if<protocol::StepAsk>(&response.turn);
    return ask == nullptr ? 0 : ask->prompts.size();
}

TEST(AShippedFactorUnderTheFilter, EnrolsAGeneratorAndComparesItsCode) {
    AShippedFactor totp("totp");
    const StepResponse begun = totp.run(StepOperation::enrol_begin);
    EXPECT_GT(prompts_of(begun), 20U);
    ASSERT_TRUE(begun.dialog_state);
    EXPECT_EQ(prompts_of(totp.run(StepOperation::enrol_answer, *begun.dialog_state, "no code")), 2U);
}

TEST(AShippedFactorUnderTheFilter, MakesRecoveryCodes) {
    AShippedFactor codes("recovery_codes");
    const StepResponse begun = codes.run(StepOperation::enrol_begin);
    EXPECT_EQ(prompts_of(begun), 12U);
    ASSERT_TRUE(begun.dialog_state);
    EXPECT_EQ(prompts_of(codes.run(StepOperation::enrol_answer, *begun.dialog_state, "no code")), 2U);
}

TEST(AShippedFactorUnderTheFilter, SendsACode) {
    AShippedFactor code("one_time_code");
    const StepResponse begun = code.run(StepOperation::begin);
    EXPECT_EQ(prompts_of(begun), 1U);
    ASSERT_EQ(begun.send.size(), 1U);
    EXPECT_EQ(begun.send[0].medium, protocol::Medium::sms);
    ASSERT_TRUE(begun.account_state);
}

} // namespace
} // namespace loquet::plugins
