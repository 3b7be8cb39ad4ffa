// SPDX-License-Identifier: LGPL-2.1-or-later
// The built program with arguments that it cannot or need not take to the service.
#include "tests/support/process.h"
#include "tests/support/temp_folder.h"
#include "tests/unit/cli/fake_service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <utility>
#include <vector>

namespace loquet::cli {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

tests::Outcome loquetctl(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), loquetctl_program());
    return tests::run({arguments, {}, {}});
}

class AWrongCommandLine : public testing::TestWithParam<std::vector<std::string>> {};

TEST_P(AWrongCommandLine, IsAUsageErrorThatSaysWhatIsWrong) {
    const tests::Outcome outcome = loquetctl(GetParam());
    EXPECT_EQ(outcome.exit_code, 2);
    EXPECT_THAT(outcome.errors, Not(IsEmpty()));
    EXPECT_THAT(outcome.output, IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(
    OfEachKind, AWrongCommandLine,
    testing::Values(
        std::vector<std::string>{}, std::vector<std::string>{"account"},
        std::vector<std::string>{"account", "frobnicate"}, std::vector<std::string>{"account", "show"},
        std::vector<std::string>{"account", "show", "a", "b"}, std::vector<std::string>{"account", "lock", "alice"},
        std::vector<std::string>{"account", "lock", "alice", "--reason", ""},
        std::vector<std::string>{"account", "list", "--state", "sleepy"},
        std::vector<std::string>{"account", "list", "--limit", "0"},
        std::vector<std::string>{"account", "add", "alice", "--no-password", "--password-fd", "0"},
        std::vector<std::string>{"account", "add", "alice", "--password", "secret"},
        std::vector<std::string>{"passwd", "--password-fd", "-1"},
        std::vector<std::string>{"message", "list", "--state", "lost"},
        std::vector<std::string>{"message", "list", "--account", ""}, std::vector<std::string>{"message", "show"},
        std::vector<std::string>{"message", "show", "0"}, std::vector<std::string>{"message", "show", "-1"},
        std::vector<std::string>{"message", "retry", "seven"}, std::vector<std::string>{"message", "preview"},
        std::vector<std::string>{"plugin", "check", "../../etc/shadow"},
        std::vector<std::string>{"plugin", "check", "-x"}, std::vector<std::string>{"--nonsense", "status"}));

TEST(ACommandLine, WithAnUnknownCommandIsToldWhichWordThatIs) {
    for (const auto& [arguments, complaint] : std::vector<std::pair<std::vector<std::string>, std::string>>{
             {{"account", "delete", "camille"},
              "'delete' is not a command of 'loquetctl account'. 'loquetctl account "},
             {{"acount", "list"}, "'acount' is not a command of 'loquetctl'. 'loquetctl --help' lists them."},
             {{"--foo"}, "'--foo' is not a command of 'loquetctl'."},
             {{"account", "factor"}, "A command is missing after 'loquetctl account factor'."},
             {{"account", "dele\x1b[2Jte"}, "'dele\\x1b[2Jte' is not a command"},
             {{"account", "show"}, "NAME is required"},
             {{"account", "list", "--limit", "0"}, "--limit: must be 1 or more"},
             {{"message", "show", "-1"}, "must be 1 or more"},
             {{"account", "lock", "alice", "--reason", ""}, "--reason: must not be empty"}}) {
        EXPECT_THAT(loquetctl(arguments).errors, HasSubstr(complaint));
    }
}

TEST(ACommandLine, ThatAsksForHelpIsAnswered) {
    for (const std::vector<std::string>& arguments :
         {std::vector<std::string>{"--help"}, {"account", "--help"}, {"account", "add", "--help"}, {"--version"}}) {
        const tests::Outcome outcome = loquetctl(arguments);
        EXPECT_EQ(outcome.exit_code, 0);
        EXPECT_THAT(outcome.output, Not(IsEmpty()));
    }
}

TEST(AServiceThatIsNotThere, IsSaidWithinASecond) {
    const auto begin = std::chrono::steady_clock::now();
    const tests::Outcome outcome = loquetctl({"--bus", "unix:path=/nonexistent/bus", "status"});
    EXPECT_EQ(outcome.exit_code, 5);
    EXPECT_THAT(outcome.errors, HasSubstr("systemctl status dbus"));
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(1));
}

TEST(AServiceThatIsNotThere, IsSaidOnABusWithoutItToo) {
    const tests::PrivateBus bus;
    for (const char* verb : {"status", "list"}) {
        const std::vector<std::string> arguments =
            std::string_view(verb) == "list" ? std::vector<std::string>{"--bus", bus.address(), "account", verb}
                                             : std::vector<std::string>{"--bus", bus.address(), verb};
        const tests::Outcome outcome = loquetctl(arguments);
        EXPECT_EQ(outcome.exit_code, 5);
        EXPECT_THAT(outcome.errors, HasSubstr("systemctl status loquetd"));
    }
}

/// loquetctl beside a host of our own, as in an installation.
class APluginCheck : public testing::Test {
protected:
    APluginCheck() { std::filesystem::copy_file(loquetctl_program(), folder_ / "loquetctl"); }

    tests::Outcome check(const std::string& host, std::vector<std::string> arguments) {
        std::ofstream(folder_ / "loquet-plugin") << host;
        std::filesystem::permissions(folder_ / "loquet-plugin", std::filesystem::perms::owner_all);
        arguments.insert(arguments.begin(), folder_ / "loquetctl");
        return tests::run({arguments, {}, {}});
    }
    tests::TempFolder folder_;
};

TEST_F(APluginCheck, IsDoneByTheHostWithTheNameAsOneArgument) {
    const tests::Outcome outcome = check("#!/bin/sh\necho \"$#: $1 $2\"\n", {"plugin", "check", "lockout"});
    EXPECT_EQ(outcome.exit_code, 0);
    EXPECT_EQ(outcome.output, "2: --check lockout\n");
}

TEST_F(APluginCheck, FailsWhereTheHostFails) {
    const tests::Outcome outcome =
        check("#!/bin/sh\necho lockout.toml:3:1: no >&2\nexit 1\n", {"plugin", "check", "lockout"});
    EXPECT_EQ(outcome.exit_code, 1);
    EXPECT_EQ(outcome.errors, "lockout.toml:3:1: no\n");
}

TEST_F(APluginCheck, IsReadByPrograms) {
    const tests::Outcome outcome =
        check("#!/bin/sh\necho one\necho two >&2\nkill -SEGV $$\n", {"--json", "plugin", "check", "lockout"});
    EXPECT_EQ(outcome.exit_code, 1);
    EXPECT_EQ(outcome.output, "{\"plugin\":\"lockout\",\"ok\":false,\"messages\":[\"one\",\"two\"]}\n");
}

} // namespace
} // namespace loquet::cli
