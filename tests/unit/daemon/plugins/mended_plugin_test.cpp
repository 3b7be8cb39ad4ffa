// SPDX-License-Identifier: LGPL-2.1-or-later
// A plugin that does not answer, with nobody who asks it anything: the daemon says why, asks again by itself, and sees
// what was mended. And the question of a reload: is it what the configuration says?
#include "daemon/plugins/registry.h"
#include "plugin_host/server.h"
#include "tests/fixtures/plugins/plugin_process.h"
#include "tests/support/eventually.h"
#include "tests/unit/daemon/plugins/await.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <unistd.h>

namespace loquet::plugins {

namespace {

using base::Milliseconds;
using protocol::PluginKind;
using testing::AllOf;
using testing::HasSubstr;
using testing::Pair;
using testing::UnorderedElementsAre;
using tests::PluginProcess;

class APluginThatNobodyAsks : public testing::Test {
protected:
    static InstanceConfig config(const PluginProcess& process, PluginKind kind = PluginKind::step) {
        return {.name = process.instance(),
                .kind = kind,
                .socket_path = process.socket_path(),
                .deadline = std::chrono::minutes(1),
                .first_pause = Milliseconds(20),
                .introduction = std::chrono::minutes(1)};
    }
    Registry& with(const std::vector<InstanceConfig>& instances) {
        registry_ = std::make_unique<Registry>(loop_, clock_, instances);
        registry_->on_change([this](const PluginStatus& status) { details_.push_back(status.detail); });
        registry_->connect();
        return *registry_;
    }
    [[nodiscard]] PluginStatus status() const { return registry_->status().at(0); }
    [[nodiscard]] bool eventually(PluginState state) {
        return tests::eventually(loop_, [&] { return status().state == state; });
    }

    /// While its host is started, again after each of its ends, for whom waits at its socket: as systemd does.
    template <class Condition>
    [[nodiscard]] bool eventually(PluginProcess& process, const base::Fd& listener, Condition condition) {
        return tests::eventually(loop_, [&] {
            if (running_ && process.wait_for_end(0) != -1) {
                running_ = false;
                ++ends_;
            }
            pollfd somebody{listener.get(), POLLIN, 0};
            if (!running_ && ::poll(&somebody, 1, 0) == 1) {
                process.start_with(listener.get());
                running_ = true;
            }
            return condition();
        });
    }

    bus::Loop loop_;
    base::SystemClock clock_;
    std::unique_ptr<Registry> registry_;
    std::vector<std::string> details_;
    bool running_ = false;
    int ends_ = 0; ///< each has told who waited why
};

TEST_F(APluginThatNobodyAsks, IsReadyOnceItsHostIsStarted) {
    PluginProcess process("misbehaving_step");
    with({config(process)});
    EXPECT_EQ(status().state, PluginState::absent);
    ASSERT_TRUE(process.start());
    EXPECT_TRUE(eventually(PluginState::ready)) << status().detail;
}

TEST_F(APluginThatNobodyAsks, IsReadyAgainAfterItsHostWasStartedAnew) {
    PluginProcess process("misbehaving_step");
    ASSERT_TRUE(process.start());
    with({config(process)});
    ASSERT_TRUE(eventually(PluginState::ready));
    process.kill();
    ASSERT_TRUE(eventually(PluginState::absent)) << status().detail;
    ASSERT_TRUE(process.start());
    EXPECT_TRUE(eventually(PluginState::ready)) << status().detail;
}

TEST_F(APluginThatNobodyAsks, SaysWhatIsWrongWithTheFileOfItsOptionsAndIsReadyOnceThatIsMended) {
    PluginProcess process("many_options", "tries = 99\n");
    const base::Fd listener = plugin_host::make_listener(process.socket_path());
    with({config(process)});
    ASSERT_TRUE(eventually(process, listener, [&] { return status().state == PluginState::failing; }));
    EXPECT_THAT(status().detail, AllOf(HasSubstr("it cannot work: "),
                                       HasSubstr("many_options.toml:1:9: tries must be between 1 and 20")));
    process.configure("tries = 9\n");
    EXPECT_TRUE(eventually(process, listener, [&] { return status().state == PluginState::ready; })) << status().detail;
    EXPECT_EQ(status().detail, "");
}

TEST_F(APluginThatNobodyAsks, TellsEachOtherCauseAndNotTheSameOneTwice) {
    PluginProcess process("nowhere");
    const base::Fd listener = plugin_host::make_listener(process.socket_path());
    with({config(process)});
    ASSERT_TRUE(eventually(process, listener, [&] { return details_.size() == 1; }));
    const int before = ends_;
    ASSERT_TRUE(eventually(process, listener, [&] { return ends_ >= before + 4; }));
    EXPECT_EQ(details_.size(), 1U);
    process.configure("plugin = 'no_symbol'\n");
    ASSERT_TRUE(eventually(process, listener, [&] { return details_.size() == 2; }))
        << testing::PrintToString(details_);
    EXPECT_THAT(details_,
                testing::ElementsAre(HasSubstr("there is no plugin at"), HasSubstr("exports exactly one of")));
}

TEST_F(APluginThatNobodyAsks, FailsNoCallerForWhatItFailedBeforeAnybodyNeededIt) {
    PluginProcess process("counting_lockout");
    InstanceConfig tried = config(process, PluginKind::lockout);
    tried.first_pause = Milliseconds(1);
    const base::Fd listener = plugin_host::make_listener(process.socket_path());
    process.configure("failures = 'many'\n");
    const auto lockout = with({tried}).lockout("counting_lockout");
    int tries = 0;
    ASSERT_TRUE(eventually(process, listener, [&] { return ++tries > 50 && status().state == PluginState::failing; }));
    process.configure("failures = 3\n");
    ASSERT_TRUE(eventually(process, listener, [&] { return status().state == PluginState::ready; })) << status().detail;
    protocol::JudgeRequest request;
    request.boot_id = "0123456789abcdef0123456789abcdef";
    EXPECT_EQ(tests::error_of(loop_, lockout->judge(std::move(request))), std::nullopt);
}

TEST_F(APluginThatNobodyAsks, IsIdleUntilItIsNeededWhereItNeedNotRun) {
    PluginProcess process("misbehaving_step");
    InstanceConfig idle = config(process);
    idle.on_demand = true;
    const base::Fd listener = plugin_host::make_listener(process.socket_path());
    with({idle});
    EXPECT_EQ(status().state, PluginState::idle);
    process.start_with(listener.get());
    const auto step = registry_->step("misbehaving_step");
    (void)tests::error_of(loop_, step->run({}));
    EXPECT_TRUE(eventually(PluginState::ready)) << status().detail;
}

class AnIntroduction : public APluginThatNobodyAsks {
protected:
    using Failures = std::map<std::string, std::string>;
    Failures introduce(const std::vector<InstanceConfig>& instances) {
        if (!registry_) {
            with({});
        }
        const auto next = registry_->select(instances);
        std::set<std::string> names;
        for (const InstanceConfig& instance : instances) {
            names.insert(instance.name);
        }
        return tests::await(loop_, Registry::introduce(next, names));
    }
};

TEST_F(AnIntroduction, SaysOfEachPluginWhyItIsNotWhatIsConfigured) {
    PluginProcess good("misbehaving_step");
    PluginProcess other("counting_lockout");
    PluginProcess silent("silent");
    ASSERT_TRUE(good.start() && other.start());
    const base::Fd listener = plugin_host::make_listener(silent.socket_path());
    InstanceConfig of_silent = config(silent);
    of_silent.introduction = Milliseconds(50);
    EXPECT_THAT(introduce({config(good),
                           config(other),
                           of_silent,
                           {.name = "nobody", .socket_path = good.folder() + "/nobody.sock"}}),
                UnorderedElementsAre(Pair("counting_lockout", HasSubstr("it is a plugin of the kind lockout")),
                                     Pair("silent", "it did not answer within 50 ms"),
                                     Pair("nobody", HasSubstr("No such file or directory"))));
    EXPECT_TRUE(registry_->status().empty()) << "nothing is in use by that";
}

TEST_F(AnIntroduction, WaitsForASlowPluginLongerThanACallDoes) {
    PluginProcess slow("misbehaving_step");
    const base::Fd listener = plugin_host::make_listener(slow.socket_path());
    InstanceConfig hasty = config(slow);
    hasty.deadline = Milliseconds(1);
    with({});
    const auto next = registry_->select({hasty});
    tests::RunningTask<Failures> introducing(Registry::introduce(next, {"misbehaving_step"}));
    loop_.run_once(Milliseconds(5));
    loop_.run_once(Milliseconds(5));
    slow.start_with(listener.get());
    EXPECT_TRUE(introducing.get(loop_).empty());
}

TEST_F(AnIntroduction, IsMadeAtOnceOfAPluginThatIsToBeLeftAlone) {
    PluginProcess process("misbehaving_step");
    const InstanceConfig patient{
        .name = "misbehaving_step", .socket_path = process.socket_path(), .first_pause = std::chrono::hours(1)};
    with({patient});
    EXPECT_EQ(status().state, PluginState::absent);
    ASSERT_TRUE(process.start());
    EXPECT_TRUE(introduce({patient}).empty());
    EXPECT_EQ(status().state, PluginState::ready) << "it is the instance in use";
}

TEST_F(AnIntroduction, MayBeGivenUpWithTheInstancesThatItWasFor) {
    PluginProcess silent("misbehaving_step");
    const base::Fd listener = plugin_host::make_listener(silent.socket_path());
    with({});
    {
        const auto next = registry_->select({config(silent)});
        const tests::RunningTask<Failures> introducing(Registry::introduce(next, {"misbehaving_step"}));
        loop_.run_once(Milliseconds(5));
        EXPECT_FALSE(introducing.done());
    }
    loop_.run_once(Milliseconds(5));
}

} // namespace

} // namespace loquet::plugins
