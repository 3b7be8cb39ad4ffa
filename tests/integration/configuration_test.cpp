// SPDX-License-Identifier: LGPL-2.1-or-later
// A broken file at a reload and at a start: what stays in force, and where an operator sees it.
#include "lib/base/error.h"
#include "lib/base/file.h"
#include "lib/protocol/names.h"
#include "paths.h"
#include "tests/support/canary.h"
#include "tests/support/eventually.h"
#include "tests/support/machine.h"
#include "tests/support/process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <cstdint>
#include <filesystem>
#include <fstream>

namespace loquet {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr std::size_t longest_text = 65536;

class ABrokenFile : public testing::Test {
protected:
    [[nodiscard]] std::string property(const char* name) {
        bus::Connection connection = machine_.connect();
        const bus::Message question =
            connection.method_call(protocol::bus_name, protocol::root_path, "org.freedesktop.DBus.Properties", "Get");
        bus::Writer(question.get()).text(protocol::manager_interface).text(name);
        const bus::Message answer = connection.call(question, std::chrono::seconds(5));
        bus::Reader reader(answer.get());
        reader.enter(SD_BUS_TYPE_VARIANT, "s");
        return std::string(reader.text(longest_text));
    }
    /// What a call without its arguments is refused with as unavailable; empty where the daemon would look at them.
    [[nodiscard]] std::string refusal_of(const char* member) {
        bus::Connection connection = machine_.connect();
        const bus::Message question =
            connection.method_call(protocol::bus_name, protocol::root_path, protocol::manager_interface, member);
        try {
            (void)connection.call(question, std::chrono::seconds(5));
        } catch (const base::Error& error) {
            return error.kind() == base::Error::Kind::unavailable ? error.what() : "";
        }
        return "";
    }
    void reload(const std::string& configuration) {
        machine_.configure(configuration);
        machine_.daemon().signal(SIGHUP);
    }
    [[nodiscard]] bool eventually_health(const testing::Matcher<const std::string&>& matches) {
        return tests::eventually([&] {
            try {
                return testing::Value(property("Health"), matches);
            } catch (const base::Error& error) { // one of the two that answer here has left, the other is not there yet
                return error.kind() != base::Error::Kind::unavailable && testing::Value(error.what(), matches);
            }
        });
    }
    [[nodiscard]] std::string drop_in() const { return machine_.configuration_file() + ".d/test.toml"; }
    void restart_from(const std::string& configuration) {
        machine_.configure(configuration);
        machine_.restart();
    }

    tests::TempFolder state_;
    tests::Machine machine_{
        {.configuration = "profile = 'portail'\n", .environment = {"STATE_DIRECTORY=" + state_.path()}}};
};

TEST_F(ABrokenFile, IsNamedByHealthWithItsPlaceUntilOneIsRead) {
    EXPECT_THAT(property("Health"), Not(HasSubstr("configuration")));
    reload("profile = 'portail'\nprofil = 'apart'\n");
    EXPECT_TRUE(eventually_health(AllOf(HasSubstr("the configuration was refused and the former one is in force"),
                                        HasSubstr(drop_in() + ":2:1: unknown key profil"))));
    reload("profile = 'none'\n");
    EXPECT_TRUE(
        eventually_health(AllOf(HasSubstr(drop_in() + ":1:11: there is no profile"), Not(HasSubstr("profil;")))));
    EXPECT_EQ(property("Profile"), "portail");
    reload("profile = 'default'\n");
    EXPECT_TRUE(eventually_health(Not(HasSubstr("configuration"))));
    EXPECT_EQ(property("Profile"), "default");
}

TEST_F(ABrokenFile, OfTextsIsNamedToo) {
    base::replace_file(machine_.messages_folder() + "/site.en.toml", "locked = \"{\"\n", 0644);
    machine_.daemon().signal(SIGHUP);
    EXPECT_TRUE(eventually_health(HasSubstr("/site.en.toml:1:10: ")));
    machine_.restart();
    EXPECT_TRUE(
        eventually_health(AllOf(HasSubstr("message catalogues have mistakes: "), HasSubstr("/site.en.toml:1:10: "))));
}

TEST_F(ABrokenFile, AtAStartGivesWayToTheLastGoodConfigurationAndPeopleLogIn) {
    machine_.create_account("alice", tests::canary::password);
    restart_from("profile = 'portail'\nprofil = 'apart'\n");
    EXPECT_EQ(property("Profile"), "portail");
    EXPECT_TRUE(eventually_health(AllOf(HasSubstr("the configuration was refused and the last good one is in force"),
                                        HasSubstr(drop_in() + ":2:1: unknown key profil"))));
    EXPECT_THAT(machine_.log(), HasSubstr("the last good one is in force"));
    reload("profile = 'default'\n");
    EXPECT_TRUE(eventually_health(Not(HasSubstr("configuration"))));
    restart_from("profile = \n");
    EXPECT_EQ(property("Profile"), "default") << "the last good one is the one that was read last";
}

TEST_F(ABrokenFile, AtAStartWithoutALastGoodOneRefusesEveryCallAtOnceAndSaysWhereUntilOneIsRead) {
    machine_.create_account("alice", tests::canary::password);
    std::filesystem::remove(state_ / "last-good-configuration");
    restart_from("profil = 'apart'\n[log]\nlevel = 7\n");
    const auto reason =
        AllOf(HasSubstr("the service takes no logins, because it could not start"),
              HasSubstr(drop_in() + ":1:1: unknown key profil"), HasSubstr(drop_in() + ":3:9: log.level"));
    EXPECT_THAT(property("Health"), reason);
    EXPECT_THAT(refusal_of("Begin"), reason);
    EXPECT_THAT(refusal_of("ListAccounts"), reason);
    const tests::Outcome status =
        tests::run({{LOQUET_BINARY_DIR "/cli/loquetctl", "--bus", machine_.bus().address(), "status"}, {}, {}});
    EXPECT_EQ(status.exit_code, 5) << status.output;
    EXPECT_THAT(status.errors, reason);
    EXPECT_THAT(machine_.log(), AllOf(HasSubstr(drop_in() + ":1:1: unknown key profil"),
                                      HasSubstr("\n<3>" + drop_in() + ":3:9: log.level"), Not(HasSubstr("x0a"))));
    reload("profil = 'portail'\n");
    EXPECT_TRUE(eventually_health(AllOf(HasSubstr("could not start"), Not(HasSubstr("log.level")))));
    reload("profile = 'portail'\n");
    EXPECT_TRUE(tests::eventually([&] { return refusal_of("FindAccount").empty(); })) << machine_.log();
    EXPECT_EQ(property("Profile"), "portail");
    EXPECT_EQ(machine_.stop().exit_code, 0);
}

TEST_F(ABrokenFile, AtAStartIsReadAgainByItselfOnceItIsMended) {
    std::filesystem::remove(state_ / "last-good-configuration");
    restart_from("profile = \n");
    EXPECT_THAT(property("Health"), HasSubstr("could not start"));
    machine_.configure("profile = 'portail'\n");
    EXPECT_TRUE(eventually_health(Not(HasSubstr("could not start"))));
}

TEST_F(ABrokenFile, AtAStartWithoutALastGoodOneIsNamedByTheReloadThatDidNotMendIt) {
    std::filesystem::remove(state_ / "last-good-configuration");
    restart_from("profile = \n");
    const auto reloaded = [this] {
        return tests::run(
            {{LOQUET_BINARY_DIR "/cli/loquetctl", "--bus", machine_.bus().address(), "config", "reload"}, {}, {}});
    };
    machine_.configure("profil = 'apart'\n");
    const tests::Outcome refused = reloaded();
    EXPECT_EQ(refused.exit_code, 1) << refused.errors;
    EXPECT_THAT(refused.output,
                AllOf(HasSubstr(drop_in() + ":1:1: unknown key profil"), HasSubstr("Nothing has changed")));
    machine_.configure("profile = 'portail'\n");
    const tests::Outcome taken = reloaded();
    EXPECT_EQ(taken.exit_code, 0) << taken.errors;
    EXPECT_TRUE(tests::eventually([&] { return refusal_of("FindAccount").empty(); })) << machine_.log();
    EXPECT_EQ(property("Profile"), "portail");
}

TEST_F(ABrokenFile, AtAStartWithoutALastGoodOneLetsTheDaemonBeStopped) {
    std::filesystem::remove(state_ / "last-good-configuration");
    restart_from("profile = \n");
    EXPECT_EQ(machine_.stop().exit_code, 0);
}

TEST_F(ABrokenFile, IsLoggedWithEachMistakeInALineOfItsOwn) {
    reload("profil = 'apart'\n[log]\nlevel = 7\n");
    EXPECT_TRUE(eventually_health(HasSubstr("the former one is in force")));
    EXPECT_THAT(machine_.log(), AllOf(HasSubstr("\n<3>" + drop_in() + ":1:1: unknown key profil"),
                                      HasSubstr("\n<3>" + drop_in() + ":3:9: log.level"), Not(HasSubstr("x0a"))));
    restart_from("profil = 'apart'\n[log]\nlevel = 7\n");
    EXPECT_THAT(machine_.log(),
                AllOf(HasSubstr("the last good one is in force: [configuration-refused]\n<3>" + drop_in()),
                      Not(HasSubstr("x0a"))));
}

/// Not the configuration alone keeps a daemon from starting.
TEST_F(ABrokenFile, AsTheMasterKeyRefusesEveryCallAtOnce) {
    base::replace_file(machine_.folder() + "/master-key", "too short", 0600);
    machine_.restart();
    EXPECT_THAT(refusal_of("Begin"), AllOf(HasSubstr("could not start"), HasSubstr("a master key has 32 bytes")));
}

class ADaemon : public testing::Test {
protected:
    /// The threads of the daemon that hash.
    [[nodiscard]] static std::size_t hashing_threads(const std::string& hashing) {
        tests::Machine machine({.configuration = "[hashing]\n" + hashing});
        std::size_t count = 0;
        for (const auto& task :
             std::filesystem::directory_iterator("/proc/" + std::to_string(machine.daemon().pid()) + "/task")) {
            std::string name;
            std::getline(std::ifstream(task.path() / "comm"), name);
            count += name == "loquet-hash" ? 1U : 0U;
        }
        return count;
    }
};

TEST_F(ADaemon, HashesWithAsManyThreadsAsTheConfiguredMemoryIsEnoughForAtTheConfiguredCost) {
    constexpr std::uint64_t one = (32U << 20U) + 32768; // yescrypt, cost 6: N = 8192, r = 32, and crypt_data
    const std::string dear = "method = 'yescrypt'\ncost = 6\nworkers = 3\n";
    const auto memory = [](std::uint64_t bytes) { return "memory = '" + std::to_string(bytes) + "'\n"; };
    EXPECT_EQ(hashing_threads(dear + memory(3 * one)), 3U);
    EXPECT_EQ(hashing_threads(dear + memory(3 * one - 1)), 2U);
    EXPECT_EQ(hashing_threads(dear + memory(one - 1)), 1U) << "one always works";
    EXPECT_EQ(hashing_threads("method = 'bcrypt'\ncost = 4\nworkers = 3\nmemory = '1 MiB'\n"), 3U)
        << "a method that needs little";
}

} // namespace
} // namespace loquet
