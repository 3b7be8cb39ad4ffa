// SPDX-License-Identifier: LGPL-2.1-or-later
// What a plugin may do in its process: whatever the C library opens files for at its first use was ready before the
// filter for system calls was switched on.
#include "daemon/plugins/registry.h"
#include "tests/fixtures/plugins/plugin_process.h"
#include "tests/unit/daemon/plugins/await.h"

#include <gtest/gtest.h>

#include <csignal>
#include <string>
#include <variant>
#include <vector>

namespace loquet::plugins {
namespace {

class AComputingPlugin : public testing::TestWithParam<bool> {
protected:
    /// True if the plugin's process does it, in the host's thread or in one that create() started.
    static bool works(const std::string& what) {
        const std::string in_thread = GetParam() ? "true" : "false";
        tests::PluginProcess process("computing_step", "what = \"" + what + "\"\nin_thread = " + in_thread + "\n");
        EXPECT_TRUE(process.start());
        bus::Loop loop;
        const base::SystemClock clock;
        const InstanceConfig instance{"computing_step", protocol::PluginKind::step, process.socket_path(),
                                      base::Milliseconds(10'000)};
        Registry registry(loop, clock, {instance});
        registry.connect();
        while (registry.status().at(0).state == PluginState::connecting) {
            loop.run_once(base::Milliseconds(100));
        }
        try {
            const auto response = tests::await(loop, registry.step("computing_step")->run({}));
            return std::holds_alternative<protocol::StepGrant>(response.turn);
        } catch (const base::Error& error) {
            const int status = process.wait_for_end(10);
            ADD_FAILURE() << error.what()
                          << "; killed by the filter: " << (WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS);
            return false;
        }
    }
};

INSTANTIATE_TEST_SUITE_P(InTheHostsThread, AComputingPlugin, testing::Values(false));
INSTANTIATE_TEST_SUITE_P(InAThreadOfItsOwn, AComputingPlugin, testing::Values(true));

TEST_P(AComputingPlugin, DrawsRandomNumbers) {
    EXPECT_TRUE(works("random"));
}

TEST_P(AComputingPlugin, TellsTheLocalTime) {
    EXPECT_TRUE(works("local time"));
}

TEST_P(AComputingPlugin, AllocatesAndFreesMemory) {
    EXPECT_TRUE(works("memory"));
}

TEST_P(AComputingPlugin, FormatsAndMatchesText) {
    EXPECT_TRUE(works("text"));
}

TEST_P(AComputingPlugin, ThrowsAndCatches) {
    EXPECT_TRUE(works("exceptions"));
}

} // namespace
} // namespace loquet::plugins
