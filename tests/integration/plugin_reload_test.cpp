// SPDX-License-Identifier: LGPL-2.1-or-later
// A reload that names a plugin which does not answer is refused whole: with each place that names it, why, and what to
// do. Real hosts, real sockets.
#include "lib/base/error.h"
#include "lib/base/file.h"
#include "lib/base/limits.h"
#include "lib/protocol/names.h"
#include "tests/hostile/dialogs.h"
#include "tests/hostile/helpdesk.h"
#include "tests/support/canary.h"
#include "tests/support/error_kind.h"
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
using testing::HasSubstr;
using testing::Not;

constexpr const char* a_sum_first = "[plugins.arithmetic]\nkind = 'step'\n"
                                    "[flow.login]\nsteps = ['arithmetic', 'password', 'expiry', 'authorisation']\n";

bus::Message reload_call(bus::Connection& connection) {
    return connection.method_call(protocol::bus_name, protocol::root_path, protocol::manager_interface,
                                  "ReloadConfiguration");
}

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
    /// By the bus; what it is refused for, and "" where it is in force.
    [[nodiscard]] std::string reload_by_call(const std::string& configuration) {
        machine_.configure(configuration);
        const bus::Message call = reload_call(connection_);
        const bus::Message answer = connection_.call(call, tests::patience);
        std::string mistakes;
        bus::Reader reader(answer.get());
        reader.array("s", limits::mistakes_told,
                     [&] { mistakes += std::string(reader.text(limits::mistake_bytes)) + '\n'; });
        return mistakes;
    }
    /// A plugin whose socket is there and whose host says nothing: a reload waits for it.
    void start_silent() {
        machine_.plugins().start("arithmetic");
        machine_.plugins().signal("arithmetic", SIGSTOP);
    }
    [[nodiscard]] bool refused() {
        return tests::health(connection_).find("configuration was refused") != std::string::npos;
    }
    /// That were taken.
    [[nodiscard]] int reloads() const {
        const std::string log = machine_.log();
        const std::string_view line = "the configuration was read";
        int count = 0;
        for (std::size_t at = log.find(line); at != std::string::npos; at = log.find(line, at + 1)) {
            ++count;
        }
        return count;
    }
    [[nodiscard]] bool alice_logs_in() {
        return tests::granted(tests::log_in(connection_, {"alice", tests::canary::password}));
    }
    [[nodiscard]] bool is_on_the_bus(const std::string& name) {
        const bus::Message ask = connection_.method_call("org.freedesktop.DBus", "/org/freedesktop/DBus",
                                                         "org.freedesktop.DBus", "NameHasOwner");
        bus::Writer(ask.get()).text(name);
        const bus::Message answer = connection_.call(ask, tests::patience);
        return bus::Reader(answer.get()).boolean();
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

TEST_F(AReloadThatNamesAPlugin, IsRefusedWhereItsTwoFilesNameDifferentPluginsAndTakenWhereTheyAgree) {
    give_options("sum", "plugin = 'arithmetic'\n");
    machine_.plugins().start("sum");
    const std::string flow = "[flow.login]\nsteps = ['sum', 'password', 'expiry', 'authorisation']\n";
    EXPECT_THAT(reload_by_call("[plugins.sum]\nkind = 'step'\n" + flow),
                HasSubstr("[plugins.sum] of loquet.toml says that it is the plugin \"sum\", but " + machine_.folder()
                          + "/options/sum.toml that it is \"arithmetic\": write plugin = \"arithmetic\" in"));
    EXPECT_TRUE(alice_logs_in());
    EXPECT_EQ(reload_by_call("[plugins.sum]\nkind = 'step'\nplugin = 'arithmetic'\n" + flow), "");
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
    EXPECT_TRUE(eventually_refused("9:41: flow.login", "ring")) << tests::health(connection_);
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
    EXPECT_TRUE(tests::eventually([&] { return reloads() == 2; }));
    EXPECT_FALSE(refused());
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

TEST_F(AReloadThatNamesAPlugin, SaysByTheBusWhatItIsRefusedForAndThatItIsInForce) {
    const std::string why =
        reload_by_call("[plugins.guard]\nkind = 'lockout'\n[plugins.retina]\nkind = 'step'\n"
                       "[plugins.post]\nkind = 'channel'\n[outbox]\nmail = ['post']\n"
                       "[lockout]\nplugin = 'guard'\n[flow.login]\nsteps = ['password', 'retina']\n");
    EXPECT_THAT(why, AllOf(HasSubstr(":12:22: flow.login: the plugin \"retina\" does not answer: "),
                           HasSubstr(":10:10: lockout.plugin: the plugin \"guard\" does not answer: "),
                           HasSubstr(":8:9: outbox.mail: the plugin \"post\" does not answer: ")));
    EXPECT_THAT(reload_by_call("[flow.login\n"), HasSubstr("test.toml:"));
    machine_.plugins().start("arithmetic");
    EXPECT_EQ(reload_by_call(a_sum_first), "");
    EXPECT_EQ(tests::plugin_state(connection_, "arithmetic"), "ready") << "before the answer";
}

TEST_F(AReloadThatNamesAPlugin, KeepsNobodyWaitingWhileItWaitsForThePlugin) {
    start_silent();
    machine_.configure(a_sum_first);
    bus::Connection other = machine_.connect();
    const bus::Message call = reload_call(other);
    other.send(call);
    bus::check(sd_bus_flush(other.raw()), "cannot send");
    EXPECT_TRUE(alice_logs_in());
    machine_.configure(std::string(a_sum_first) + "[flow.unlock-screen]\nsteps = ['password', 'arithmetic']\n");
    machine_.daemon().signal(SIGHUP); // behind the one that waits
    EXPECT_EQ(reloads(), 0);
    machine_.plugins().signal("arithmetic", SIGCONT);
    EXPECT_TRUE(tests::eventually([&] { return reloads() == 2; })) << machine_.log();
    EXPECT_FALSE(refused());
}

TEST_F(AReloadThatNamesAPlugin, GoesOnWhereItsCallerLeaves) {
    start_silent();
    std::string name;
    machine_.configure(a_sum_first);
    {
        bus::Connection other = machine_.connect();
        const bus::Message call = reload_call(other);
        other.send(call);
        bus::check(sd_bus_flush(other.raw()), "cannot send");
        EXPECT_TRUE(alice_logs_in()) << "behind the reload, which waits then";
        const char* unique = nullptr;
        bus::check(sd_bus_get_unique_name(other.raw(), &unique), "no name");
        name = unique;
    }
    ASSERT_TRUE(tests::eventually([&] { return !is_on_the_bus(name); }));
    EXPECT_TRUE(alice_logs_in()) << "behind what the bus says of its leaving";
    EXPECT_EQ(reloads(), 0);
    machine_.plugins().signal("arithmetic", SIGCONT);
    EXPECT_TRUE(tests::eventually([&] { return reloads() == 1; })) << machine_.log();
}

TEST_F(AReloadThatNamesAPlugin, IsOneOfAFewThatMayWait) {
    start_silent();
    machine_.configure(a_sum_first);
    bus::Connection other = machine_.connect();
    for (std::size_t i = 0; i < 1 + limits::queued_reloads; ++i) {
        const bus::Message call = reload_call(other);
        other.send(call);
        bus::check(sd_bus_flush(other.raw()), "cannot send");
    }
    EXPECT_TRUE(alice_logs_in());
    const auto refused = tests::kind_of_error([&] {
        const bus::Message call = reload_call(other);
        (void)other.call(call, tests::patience);
    });
    EXPECT_EQ(refused, base::Error::Kind::busy);
    machine_.plugins().signal("arithmetic", SIGCONT);
    EXPECT_TRUE(tests::eventually([&] { return reloads() == static_cast<int>(1 + limits::queued_reloads); }));
}

TEST_F(AReloadThatNamesAPlugin, EndsWithTheDaemonAndDelaysNoStop) {
    start_silent();
    machine_.configure(a_sum_first);
    bus::Connection other = machine_.connect();
    const bus::Message call = reload_call(other);
    other.send(call);
    bus::check(sd_bus_flush(other.raw()), "cannot send");
    EXPECT_TRUE(alice_logs_in());
    const tests::Outcome outcome = machine_.stop();
    EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
    EXPECT_EQ(reloads(), 0);
    EXPECT_THAT(machine_.log(), Not(HasSubstr("configuration was not read"))) << "it was neither taken nor refused";
    EXPECT_THAT(machine_.log(), Not(HasSubstr("before all calls have come to their end"))) << "nor waited for";
}

} // namespace
} // namespace loquet
