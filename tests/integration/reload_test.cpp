// SPDX-License-Identifier: LGPL-2.1-or-later
// A reload while people log in: each login is judged by the former configuration or by the next one, and what cannot be
// loaded changes nothing.
#include "lib/base/file.h"
#include "lib/protocol/names.h"
#include "tests/hostile/dialogs.h"
#include "tests/hostile/helpdesk.h"
#include "tests/support/canary.h"
#include "tests/support/eventually.h"
#include "tests/support/machine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <string>
#include <vector>

namespace loquet {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::Field;
using testing::HasSubstr;
using testing::Not;

constexpr const char* sum_before_password =
    "[plugins.arithmetic]\nkind = 'step'\n"
    "[flow.login]\nsteps = ['arithmetic', 'password', 'expiry', 'authorisation']\n";
constexpr const char* way_around =
    "[plugins.one_time_code]\nkind = 'step'\nproves = 'possession'\n"
    "[flow.login]\nsteps = ['password', 'one_time_code']\n"
    "[flow.first-login]\nsteps = ['password', 'one_time_code', 'new_password']\n"
    "[flow.manage-secrets]\nsteps = ['password', 'one_time_code', { enrol = ['totp'] }]\n"
    "[flow.change-password]\nsteps = ['password', 'new_password']\n";

/// The names of what is asked; none where nothing is.
std::vector<std::string> asked(const protocol::Turn& turn) {
    std::vector<std::string> names;
    if (const auto* ask = std::get_if<protocol::Ask>(&turn)) {
        for (const protocol::Prompt& prompt : ask->prompts) {
            names.push_back(prompt.name);
        }
    }
    return names;
}

bool asks_for_the_password(const protocol::Turn& turn) {
    return asked(turn) == std::vector<std::string>{"password"};
}

class AReload : public testing::Test {
protected:
    AReload() { machine_.create_account("alice", tests::canary::password); }

    [[nodiscard]] static tests::Guess alice() { return {"alice", tests::canary::password}; }
    void reload(const std::string& configuration) {
        machine_.configure(configuration);
        machine_.daemon().signal(SIGHUP);
    }
    [[nodiscard]] bool eventually_asks(bus::Connection& connection, const std::string& prompt) {
        return tests::eventually([&] {
            const protocol::Turn turn = tests::begin(connection, alice()).turn;
            return testing::Value(asked(turn), Contains(HasSubstr(prompt)));
        });
    }
    [[nodiscard]] bool eventually_health(bus::Connection& connection,
                                         const testing::Matcher<const std::string&>& what) {
        return tests::eventually([&] { return testing::Value(tests::health(connection), what); });
    }
    [[nodiscard]] std::string drop_in() const { return machine_.configuration_file() + ".d/test.toml"; }

    tests::Machine machine_;
    bus::Connection connection_ = machine_.connect();
};

// docs/plugin-guide.md: start the host, name the step in a flow, and reload.
TEST_F(AReload, TakesThePluginOfANewStepIntoItsFlow) {
    const tests::BegunDialog before = tests::begin(connection_, alice());
    machine_.plugins().start("arithmetic");
    reload(sum_before_password);
    ASSERT_TRUE(eventually_asks(connection_, "arithmetic."));
    EXPECT_EQ(tests::plugin_state(connection_, "arithmetic"), "ready");
    ASSERT_TRUE(asks_for_the_password(before.turn));
    EXPECT_TRUE(tests::granted(tests::answer(connection_, before.path, tests::canary::password)))
        << "a login that was under way is judged by the flow that it began with";
}

TEST_F(AReload, LeavesAPluginThatIsNoLongerNamedToTheLoginsThatBeganWithIt) {
    machine_.plugins().start("arithmetic");
    reload(sum_before_password);
    ASSERT_TRUE(eventually_asks(connection_, "arithmetic."));
    const tests::BegunDialog before = tests::begin(connection_, alice());
    reload("");
    ASSERT_TRUE(eventually_asks(connection_, "password"));
    EXPECT_EQ(tests::plugin_state(connection_, "arithmetic"), "");
    const protocol::Turn judged = tests::answer(connection_, before.path, "no sum at all");
    EXPECT_FALSE(tests::denied(judged, protocol::Reason::unavailable)) << "its plugin still judges";
    EXPECT_TRUE(tests::granted(tests::log_in(connection_, alice())));
}

TEST_F(AReload, WithAStepThatDoesNotExistIsRefusedWithItsPlaceAndTheFormerFlowServes) {
    reload("[log]\nlevel = 'debug'\n[flow.login]\nsteps = ['password',\n  'retina']\n");
    EXPECT_TRUE(
        eventually_health(connection_, AllOf(HasSubstr("the former one is in force"),
                                             HasSubstr(drop_in() + ":5:3: flow.login: there is no step \"retina\""))));
    EXPECT_TRUE(tests::granted(tests::log_in(connection_, alice())));
    reload("");
    EXPECT_TRUE(eventually_health(connection_, Not(HasSubstr("configuration"))));
}

TEST_F(AReload, T20_WithAWayAroundTheLoginIsRefusedUnlessItIsAcceptedAndThenAuditedAtEachStart) {
    const auto weakened = [&] {
        const auto rows = tests::read_audit(connection_);
        return std::count_if(rows.begin(), rows.end(),
                             [](const tests::AuditRow& row) { return row.kind == "configuration-weakened"; });
    };
    machine_.plugins().start("one_time_code");
    reload(way_around);
    EXPECT_TRUE(eventually_health(connection_, HasSubstr("flow.change-password: it proves less than flow.login")));
    EXPECT_EQ(weakened(), 0);
    reload(std::string(way_around) + "accept_weaker_than_login = true\n");
    EXPECT_TRUE(tests::eventually([&] { return weakened() == 1; }));
    EXPECT_THAT(tests::read_audit(connection_),
                Contains(Field(&tests::AuditRow::detail, HasSubstr("flow.change-password"))));
    machine_.restart();
    EXPECT_TRUE(tests::eventually([&] { return weakened() == 2; }));
    EXPECT_THAT(machine_.log(), HasSubstr("flow.change-password proves less than flow.login"));
}

TEST_F(AReload, NamesTheKeysThatChangeAtARestartAndTakesTheOthers) {
    reload("disclose = ['locked']\n[hashing]\ncost = 2\n[accounts]\nhome = '/srv/{name}'\n");
    EXPECT_TRUE(tests::eventually([&] {
        return testing::Value(machine_.log(), HasSubstr("at a restart changes accounts.home, hashing.cost"));
    })) << machine_.log();
    EXPECT_TRUE(tests::granted(tests::log_in(connection_, alice())));
}

class EachProfile : public AReload {
protected:
    EachProfile() {
        machine_.plugins().start("arithmetic");
        machine_.plugins().start("one_time_code");
        machine_.plugins().start("totp");
        machine_.plugins().start("recovery_codes");
        for (const char* channel : {"smtp", "sms_http"}) {
            base::replace_file(machine_.folder() + "/options/" + channel + ".toml",
                               "plugin = 'file'\nfolder = '" + machine_.folder() + "'\n", 0644);
            machine_.plugins().start(channel);
        }
    }
    [[nodiscard]] std::string profile() {
        const bus::Message question =
            connection_.method_call(protocol::bus_name, protocol::root_path, "org.freedesktop.DBus.Properties", "Get");
        bus::Writer(question.get()).text(protocol::manager_interface).text("Profile");
        const bus::Message answer = connection_.call(question, std::chrono::seconds(5));
        bus::Reader reader(answer.get());
        reader.enter(SD_BUS_TYPE_VARIANT, "s");
        return std::string(reader.text(64));
    }
    static std::string text_of(const std::string& profile) {
        return "profile = '" + profile
               + "'\n[plugins.smtp]\nkind = 'channel'\nplugin = 'file'\n"
                 "[plugins.sms_http]\nkind = 'channel'\nplugin = 'file'\n";
    }
    /// One login as far as a password leads. What it must not be is "unavailable".
    static void expect_judged(bus::Connection& connection, tests::BegunDialog dialog, const std::string& what) {
        protocol::Turn turn = std::move(dialog.turn);
        if (asks_for_the_password(turn)) {
            turn = tests::answer(connection, dialog.path, tests::canary::password);
        }
        EXPECT_FALSE(tests::denied(turn, protocol::Reason::unavailable)) << what;
        EXPECT_FALSE(tests::denied(turn, protocol::Reason::busy)) << what;
        EXPECT_FALSE(asks_for_the_password(turn)) << what << ": the password is right";
    }

    const std::vector<std::string> profiles_{"default", "apart", "apicil", "bonuseco", "net-entreprises", "portail"};
};

TEST_F(EachProfile, IsReloadedIntoEachOtherUnderRunningLogins) {
    for (const std::string& from : profiles_) {
        for (const std::string& to : profiles_) {
            if (from == to) {
                continue;
            }
            const std::string what = from + " to " + to;
            bus::Connection connection = machine_.connect(); // its dialogs end with it
            reload(text_of(from));
            ASSERT_TRUE(tests::eventually([&] { return profile() == from; })) << what;
            const auto first_of_old = asked(tests::begin(connection, alice()).turn);
            tests::BegunDialog under_way = tests::begin(connection, alice());
            reload(text_of(to));
            std::vector<std::vector<std::string>> first_prompts;
            for (bool done = false; !done;) {
                done = profile() == to; // one more login then, which is of the next one
                tests::BegunDialog dialog = tests::begin(connection, alice());
                first_prompts.push_back(asked(dialog.turn));
                expect_judged(connection, std::move(dialog), what);
                ASSERT_LT(first_prompts.size(), 4096U) << what << ": the reload does not come\n" << machine_.log();
            }
            for (const auto& prompts : first_prompts) {
                EXPECT_TRUE(prompts == first_of_old || prompts == first_prompts.back()) << what;
            }
            EXPECT_EQ(asked(under_way.turn), first_of_old) << what;
            expect_judged(connection, std::move(under_way), what + ", under way");
            EXPECT_EQ(first_prompts.back() == std::vector<std::string>{"password"}, to != "bonuseco") << what;
        }
    }
}

} // namespace
} // namespace loquet
