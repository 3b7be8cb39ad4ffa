// SPDX-License-Identifier: LGPL-2.1-or-later
// A reload that names a plugin which does not answer is refused whole: with each place that names it, why, and what to
// do. Real hosts, real sockets.
#include "lib/base/error.h"
#include "lib/base/file.h"
#include "lib/protocol/names.h"
#include "tests/hostile/dialogs.h"
#include "tests/hostile/helpdesk.h"
#include "tests/support/canary.h"
#include "tests/support/eventually.h"
#include "tests/support/machine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <string>
#include <vector>

namespace loquet {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr const char* a_sum_first = "[plugins.arithmetic]\nkind = 'step'\n"
                                    "[flow.login]\nsteps = ['arithmetic', 'password', 'expiry', 'authorisation']\n";

class AReloadThatNamesAPlugin : public testing::Test {
protected:
    AReloadThatNamesAPlugin() { machine_.create_account("alice", tests::canary::password); }

    void reload(const std::string& configuration) {
        machine_.configure(configuration);
        machine_.daemon().signal(SIGHUP);
    }
    void give_options(const std::string& plugin, const std::string& text) {
        base::replace_file(machine_.folder() + "/options/" + plugin + ".toml", text, 0644);
    }
    [[nodiscard]] bool eventually_health(const testing::Matcher<const std::string&>& what) {
        return tests::eventually([&] { return testing::Value(tests::health(connection_), what); });
    }
    [[nodiscard]] bool eventually_refused(const std::string& place, const std::string& plugin) {
        return eventually_health(
            AllOf(HasSubstr("the former one is in force"),
                  HasSubstr(drop_in() + ":" + place + ": the plugin \"" + plugin + "\" does not answer: ")));
    }
    [[nodiscard]] bool refused() { return tests::health(connection_).find("configuration was refused") != std::string::npos; }
    [[nodiscard]] bool alice_logs_in() {
        return tests::granted(tests::log_in(connection_, {"alice", tests::canary::password}));
    }
    [[nodiscard]] std::string drop_in() const { return machine_.configuration_file() + ".d/test.toml"; }

    tests::TempFolder state_;
    tests::Machine machine_{{.environment = {"STATE_DIRECTORY=" + state_.path()}}};
    bus::Connection connection_ = machine_.connect();
};

TEST_F(AReloadThatNamesAPlugin, IsRefusedWhereItHasNoSocketAndTheFormerFlowServes) {
    const tests::BegunDialog before = tests::begin(connection_, {"alice", tests::canary::password});
    reload(a_sum_first);
    ASSERT_TRUE(eventually_refused("4:10: flow.login", "arithmetic")) << tests::health(connection_);
    EXPECT_THAT(tests::health(connection_),
                HasSubstr("'systemctl enable --now loquet-plugin@arithmetic.socket' makes it"));
    EXPECT_TRUE(alice_logs_in());
    EXPECT_TRUE(tests::granted(tests::answer(connection_, before.path, tests::canary::password)));
    EXPECT_EQ(tests::plugin_state(connection_, "arithmetic"), "") << "it is not in use";
    machine_.plugins().start("arithmetic");
    machine_.daemon().signal(SIGHUP);
    EXPECT_TRUE(eventually_health(Not(HasSubstr("configuration"))));
    EXPECT_EQ(tests::plugin_state(connection_, "arithmetic"), "ready") << "without a login";
}

TEST_F(AReloadThatNamesAPlugin, IsRefusedWhereItsModuleIsNotInstalledAndSaysWhichFileIsMissing) {
    reload("[plugins.retina]\nkind = 'step'\n[flow.login]\nsteps = ['password',\n 'retina']\n");
    ASSERT_TRUE(eventually_refused("5:2: flow.login", "retina")) << tests::health(connection_);
    EXPECT_THAT(tests::health(connection_),
                AllOf(HasSubstr("/retina.so: install it"), Not(HasSubstr("systemctl enable"))));
    give_options("retina", "plugin = 'cornea'\n");
    machine_.daemon().signal(SIGHUP);
    EXPECT_TRUE(eventually_health(HasSubstr("/cornea.so: install it"))) << "the file of its options names another";
    EXPECT_TRUE(alice_logs_in());
}

TEST_F(AReloadThatNamesAPlugin, NamesEachPlaceWhateverKindOfPlaceItIs) {
    reload("[plugins.guard]\nkind = 'lockout'\n[plugins.house]\nkind = 'password-rules'\n"
           "[plugins.post]\nkind = 'channel'\n"
           "[lockout]\nplugin = 'guard'\n[password]\nrules = 'house'\n[outbox]\nmail = [\n  'post',\n]\n");
    EXPECT_TRUE(eventually_refused("8:10: lockout.plugin", "guard")) << tests::health(connection_);
    EXPECT_TRUE(eventually_refused("10:9: password.rules", "house"));
    EXPECT_TRUE(eventually_refused("13:3: outbox.mail", "post"));
    EXPECT_TRUE(alice_logs_in());
}

TEST_F(AReloadThatNamesAPlugin, NamesThePlaceInAGroup) {
    reload("[plugins.badge]\nkind = 'step'\nproves = 'possession'\n"
           "[plugins.ring]\nkind = 'step'\nproves = 'possession'\n"
           "[flow.login]\nsteps = ['password', { any = ['totp',\n 'badge'], at_least = 0 }, { optional = 'ring' }]\n");
    EXPECT_TRUE(eventually_refused("9:2: flow.login", "badge")) << tests::health(connection_);
    EXPECT_TRUE(eventually_refused("9:45: flow.login", "ring")) << tests::health(connection_);
}

TEST_F(AReloadThatNamesAPlugin, IsRefusedWhereNobodyListensAtItsSocket) {
    machine_.plugins().start("arithmetic");
    machine_.plugins().signal("arithmetic", SIGSTOP);
    reload(a_sum_first);
    EXPECT_TRUE(eventually_refused("4:10: flow.login", "arithmetic"));
    EXPECT_THAT(tests::health(connection_), HasSubstr("it did not answer within"));
    EXPECT_TRUE(alice_logs_in());
    machine_.plugins().signal("arithmetic", SIGCONT);
}

TEST_F(AReloadThatNamesAPlugin, IsRefusedWhereItIsOfAnotherKind) {
    machine_.plugins().start("arithmetic");
    reload("[plugins.arithmetic]\nkind = 'lockout'\n[lockout]\nplugin = 'arithmetic'\n");
    EXPECT_TRUE(eventually_refused("4:10: lockout.plugin", "arithmetic"));
    EXPECT_THAT(tests::health(connection_), HasSubstr("it is a plugin of the kind step, but lockout is configured"));
    EXPECT_TRUE(alice_logs_in());
}

TEST_F(AReloadThatNamesAPlugin, IsTakenWhereAnIllOneServesAlready) {
    machine_.plugins().start("arithmetic");
    reload(a_sum_first);
    ASSERT_TRUE(tests::eventually([&] { return tests::plugin_state(connection_, "arithmetic") == "ready"; }));
    machine_.plugins().stop("arithmetic");
    reload(std::string(a_sum_first) + "[log]\nlevel = 'debug'\n");
    EXPECT_TRUE(tests::eventually(
        [&] { return testing::Value(machine_.log(), HasSubstr("the configuration was read\n")) && !refused(); }));
    reload(std::string(a_sum_first) + "[flow.unlock-screen]\nsteps = ['arithmetic', 'password']\n");
    EXPECT_TRUE(eventually_refused("6:10: flow.unlock-screen", "arithmetic"))
        << "a place that did not name it before would be closed, too";
    EXPECT_THAT(tests::health(connection_), Not(HasSubstr(":4:10: flow.login")));
}

TEST_F(AReloadThatNamesAPlugin, IsTakenWhereNoPlaceNamesIt) {
    reload("profile = 'portail'\n[plugins.arithmetic]\nkind = 'step'\n");
    EXPECT_TRUE(tests::eventually([&] { return tests::plugin_state(connection_, "arithmetic") == "absent"; }));
    EXPECT_FALSE(refused());
    EXPECT_THAT(tests::health(connection_), Not(HasSubstr("arithmetic"))) << "no login depends on it";
}

TEST_F(AReloadThatNamesAPlugin, LeavesTheLastGoodConfigurationWhereItIsRefused) {
    reload(a_sum_first);
    ASSERT_TRUE(eventually_refused("4:10: flow.login", "arithmetic"));
    machine_.configure("[flow.login\n");
    machine_.restart();
    EXPECT_TRUE(alice_logs_in()) << "by the flow that served before";
}

TEST_F(AReloadThatNamesAPlugin, IsNoReasonNotToStart) {
    machine_.configure(a_sum_first);
    machine_.restart();
    EXPECT_TRUE(eventually_health(HasSubstr("the plugin arithmetic, which flow.login needs, is absent")));
    machine_.plugins().start("arithmetic");
    EXPECT_TRUE(tests::eventually([&] { return tests::plugin_state(connection_, "arithmetic") == "ready"; }))
        << "without a login";
}

class ACallOfReload : public AReloadThatNamesAPlugin {
protected:
    [[nodiscard]] bus::Message asked() {
        return connection_.method_call(protocol::bus_name, protocol::root_path, protocol::manager_interface, "ReloadConfiguration");
    }
    [[nodiscard]] static std::vector<std::string> mistakes_in(const bus::Message& answer) {
        std::vector<std::string> mistakes;
        bus::Reader reader(answer.get());
        reader.array("s", 256, [&] { mistakes.emplace_back(reader.text(1024)); });
        return mistakes;
    }
    [[nodiscard]] std::vector<std::string> mistakes() { return mistakes_in(connection_.call(asked(), std::chrono::minutes(1))); }
};

TEST_F(ACallOfReload, IsAnsweredWhenTheConfigurationIsInForce) {
    machine_.plugins().start("arithmetic");
    machine_.configure(a_sum_first);
    EXPECT_THAT(mistakes(), IsEmpty());
    EXPECT_FALSE(alice_logs_in()) << "a sum is asked first";
}

TEST_F(ACallOfReload, NamesEachMistakeAndChangesNothing) {
    machine_.configure(std::string(a_sum_first) + "[flow.unlock-screen]\nsteps = ['arithmetic', 'password']\n");
    EXPECT_THAT(mistakes(), ElementsAre(HasSubstr(drop_in() + ":4:10: flow.login"),
                                        HasSubstr(drop_in() + ":6:10: flow.unlock-screen")));
    machine_.configure("[log]\nlevel = 7\nlevels = 8\n");
    EXPECT_THAT(mistakes(), ElementsAre(HasSubstr(":2:9: "), HasSubstr(":3:1: ")));
    EXPECT_TRUE(alice_logs_in());
}

TEST_F(ACallOfReload, KeepsNoLoginWaitingAndEndsWithTheService) {
    machine_.plugins().start("arithmetic");
    machine_.plugins().signal("arithmetic", SIGSTOP);
    machine_.configure(a_sum_first);
    for (int calls = 0; calls < 2; ++calls) {
        connection_.send(asked());
    }
    EXPECT_TRUE(alice_logs_in()) << "while the first waits for the plugin";
    EXPECT_EQ(machine_.stop().exit_code, 0);
}

} // namespace
} // namespace loquet
