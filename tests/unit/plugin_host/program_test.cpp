// SPDX-License-Identifier: LGPL-2.1-or-later
// The program loquet-plugin itself: what it says of a configuration, who may talk to it, and what it does with frames
// that are none.
#include "lib/base/limits.h"
#include "lib/protocol/plugin_wire.h"
#include "plugin_host/confinement.h"
#include "tests/fixtures/plugins/plugin_process.h"
#include "tests/unit/plugin_host/host_connection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <sstream>

namespace loquet::plugin_host {

namespace {

using base::Milliseconds;
using testing::HasSubstr;
using tests::check_plugin;
using tests::PluginProcess;

std::string check(const std::string& instance, const std::string& toml = "") {
    const PluginProcess process(instance, toml);
    std::string output;
    const int code = check_plugin(process, output);
    EXPECT_EQ(code == 0, output == "ok\n") << output;
    return output;
}

TEST(TheCheck, SaysOkWhereThereIsNothingToSay) {
    EXPECT_EQ(check("many_options"), "ok\n");
    EXPECT_EQ(check("house", "plugin = \"many_options\"\ntries = 7\n"), "ok\n");
    EXPECT_EQ(check("newer"), "ok\n");
}

TEST(TheCheck, SaysEachMistakeOnALine) {
    const std::string output = check("many_options", "tries = 99\nstirct = true\n");
    EXPECT_THAT(output, HasSubstr("many_options.toml:2:1: unknown option stirct; known are: plugin, greeting"));
    EXPECT_THAT(output, HasSubstr("many_options.toml:1:9: tries must be between 1 and 20\n"));
}

TEST(TheCheck, PassesOnWhatThePluginComplainsAboutPrintably) {
    const std::string output = check("refuses");
    EXPECT_THAT(output, HasSubstr("the plugin refuses refuses its configuration\nthe moon is"));
    EXPECT_EQ(std::count(output.begin(), output.end(), '\n'), 2);
}

TEST(TheCheck, FindsMistakesOfThePluginItself) {
    EXPECT_THAT(check("bad_default"), HasSubstr("the plugin's default value for tries is not valid"));
    EXPECT_THAT(check("no_symbol"), HasSubstr("exports exactly one of"));
    EXPECT_THAT(check("nowhere"), HasSubstr("there is no plugin at"));
}

TEST(TheCheck, ReadsAFileOfTheLimitAndNoLongerOne) {
    const std::string line = "tries = 7\n#";
    EXPECT_EQ(check("many_options", line + std::string(limits::configuration_file_bytes - line.size(), 'x')), "ok\n");
    EXPECT_NE(check("many_options", line + std::string(limits::configuration_file_bytes + 1 - line.size(), 'x')),
              "ok\n");
}

class TheProgram : public testing::Test {
protected:
    void SetUp() override { ASSERT_TRUE(process_.start()); }

    [[nodiscard]] HostConnection connect() const { return HostConnection(process_.socket_path()); }

    static bool describes_itself(const HostConnection& connection) {
        protocol::FrameHeader header{7, Milliseconds(2000)};
        const auto received = connection.answer(protocol::encode(header, protocol::DescribeRequest{}));
        if (received.empty()) {
            return false;
        }
        const auto frame = protocol::decode_frame(received);
        return frame.header.serial == 7 && protocol::decode<protocol::DescribeResponse>(frame).instance == process_name;
    }

    static constexpr const char* process_name = "many_options";
    PluginProcess process_{process_name};
};

TEST_F(TheProgram, GivesThePluginItsOptions) {
    process_.configure("tries = 7\nwords = [\"x\", \"y\"]\n");
    ASSERT_TRUE(process_.start());
    const HostConnection connection = connect();
    protocol::FrameHeader header{1, Milliseconds(2000)};
    const auto received = connection.answer(protocol::encode(header, protocol::StepRequest{}));
    EXPECT_EQ(protocol::decode<protocol::StepResponse>(protocol::decode_frame(received)).note,
              "greeting=hello tries=7 strict=1 words=x,y,");
}

TEST_F(TheProgram, AnswersARequestOfAnotherKindWithAnError) {
    const HostConnection connection = connect();
    protocol::FrameHeader header{1, Milliseconds(2000)};
    const auto received = connection.answer(protocol::encode(header, protocol::JudgeRequest{}));
    const auto frame = protocol::decode_frame(received);
    EXPECT_EQ(protocol::decode<protocol::ErrorResponse>(frame).text,
              "this plugin is of the kind step and cannot answer that");
    EXPECT_TRUE(describes_itself(connection)) << "and goes on";
}

TEST_F(TheProgram, ClosesTheConnectionOfWhoSpeaksNoFrames) {
    const std::vector<std::uint8_t> garbage(100, 'x');
    EXPECT_TRUE(connect().answer(garbage).empty());
    std::vector<std::uint8_t> long_frame(limits::plugin_frame_bytes + 1);
    const auto begin = protocol::encode({1, Milliseconds(1)}, protocol::DescribeRequest{});
    std::copy(begin.begin(), begin.end(), long_frame.begin());
    EXPECT_TRUE(connect().answer(long_frame).empty());
    EXPECT_TRUE(describes_itself(connect())) << "the others are served";
}

TEST_F(TheProgram, ServesANewConnectionWhileOldOnesLinger) {
    std::vector<HostConnection> lingering;
    for (std::size_t i = 0; i < limits::plugin_connections; ++i) {
        lingering.push_back(connect());
        ASSERT_TRUE(describes_itself(lingering.back()));
    }
    EXPECT_TRUE(describes_itself(connect()));
    EXPECT_FALSE(describes_itself(lingering.front())) << "the one that was silent for the longest time gave way";
    EXPECT_TRUE(describes_itself(lingering.back()));
}

TEST_F(TheProgram, T18_CannotBeDumpedNorGainPrivileges) {
    ASSERT_TRUE(describes_itself(connect())) << "it serves, so it has given up what it gives up";
    std::ifstream status("/proc/" + std::to_string(process_.pid()) + "/status");
    std::stringstream text;
    text << status.rdbuf();
    EXPECT_THAT(text.str(), HasSubstr("NoNewPrivs:\t1"));
    if (has_filter()) {
        EXPECT_THAT(text.str(), HasSubstr("Seccomp:\t2"));
    }
    std::ifstream limits_file("/proc/" + std::to_string(process_.pid()) + "/limits");
    std::stringstream limits_text;
    limits_text << limits_file.rdbuf();
    EXPECT_THAT(limits_text.str(), testing::ContainsRegex("Max core file size +0 +0"));
}

TEST_F(TheProgram, T24_SendsAwayAUserWhoIsNotPermitted) {
    if (::getuid() != 0) {
        GTEST_SKIP() << "only root can become somebody else";
    }
    ASSERT_EQ(::chmod(process_.folder().c_str(), 0755), 0);
    ASSERT_EQ(::chmod(process_.socket_path().c_str(), 0777), 0);
    const pid_t child = ::fork();
    if (child == 0) {
        const bool became = ::setuid(65534) == 0;
        const bool sent_away = !describes_itself(connect());
        ::_exit(became && sent_away && !HasFailure() ? 0 : 1);
    }
    int status = -1;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
    EXPECT_TRUE(describes_itself(connect()));
}

} // namespace

} // namespace loquet::plugin_host
