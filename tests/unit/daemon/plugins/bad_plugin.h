// SPDX-License-Identifier: LGPL-2.1-or-later
// For tests of attack class T24: a plugin that misbehaves in its own process, and a good one beside it.
#pragma once

#include "daemon/plugins/registry.h"
#include "tests/fixtures/plugins/plugin_process.h"
#include "tests/unit/daemon/plugins/await.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace loquet::plugins {

class ABadPlugin : public testing::Test {
protected:
    using Milliseconds = base::Milliseconds;
    using PluginProcess = tests::PluginProcess;
    static constexpr Milliseconds deadline{500};

    /// Calls a step that behaves `how`, and checks what holds for all of them. What the call ended with, if an Error.
    std::optional<base::Error::Kind> call(const std::string& how, const std::string& text = "") {
        process_ =
            std::make_unique<PluginProcess>("misbehaving_step", "how = \"" + how + "\"\ntext = \"" + text + "\"\n");
        EXPECT_TRUE(process_->start());
        registry_ = std::make_unique<Registry>(
            loop_, clock_,
            std::vector<InstanceConfig>{
                {"misbehaving_step", protocol::PluginKind::step, process_->socket_path(), deadline},
                {"counting_lockout", protocol::PluginKind::lockout, good_.socket_path(), Milliseconds(2000)}});
        registry_->connect();
        run_while(PluginState::connecting);
        return call_again();
    }

    void run_while(PluginState state) {
        const Milliseconds give_up = clock_.boottime() + Milliseconds(10'000);
        while (status().state == state && clock_.boottime() < give_up) {
            loop_.run_once(Milliseconds(100));
        }
    }

    std::optional<base::Error::Kind> call_again() {
        const Milliseconds before = clock_.boottime();
        auto error = tests::error_of(loop_, registry_->step("misbehaving_step")->run({}));
        EXPECT_LT(clock_.boottime() - before, deadline + Milliseconds(1000));
        if (error) {
            EXPECT_EQ(error, base::Error::Kind::unavailable);
        }
        expect_another_to_work();
        return error;
    }

    void expect_another_to_work() {
        protocol::JudgeRequest request;
        EXPECT_EQ(tests::await(loop_, registry_->lockout("counting_lockout")->judge(std::move(request))).verdict,
                  protocol::Verdict::allow);
    }

    [[nodiscard]] PluginStatus status() const {
        for (const PluginStatus& status : registry_->status()) {
            if (status.instance == "misbehaving_step") {
                return status;
            }
        }
        return {};
    }

    /// For what the host itself refuses: the connection goes on.
    void expect_refused(const std::string& how, const std::string& detail) {
        ASSERT_TRUE(call(how)) << how;
        EXPECT_EQ(status().state, PluginState::ready) << how;
        EXPECT_THAT(status().detail, testing::HasSubstr(detail)) << how;
        ASSERT_TRUE(call_again()) << how << ": the host lives on";
    }

    void expect_killed(const std::string& how, int signal) {
        ASSERT_TRUE(call(how)) << how;
        EXPECT_EQ(status().state, PluginState::failing) << how;
        EXPECT_EQ(status().detail, "it ended in the middle of a call") << how;
        const int ended = process_->wait_for_end(5);
        EXPECT_TRUE(WIFSIGNALED(ended) && WTERMSIG(ended) == signal) << how << " ended with status " << ended;
    }

    void SetUp() override { ASSERT_TRUE(good_.start()); }

    bus::Loop loop_;
    base::SystemClock clock_;
    PluginProcess good_{"counting_lockout"};
    std::unique_ptr<PluginProcess> process_;
    std::unique_ptr<Registry> registry_;
};

} // namespace loquet::plugins
