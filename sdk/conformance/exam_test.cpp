// SPDX-License-Identifier: LGPL-2.1-or-later
// The exam fails each bad plugin, for its reason, and is not upset by any. That the shipped plugins pass is a ctest
// entry of each (cmake/plugins.cmake).
#include "paths.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>

namespace loquet::sdk_conformance {
namespace {

using testing::HasSubstr;

struct Result {
    int status;
    std::string output;
};

Result sit(const std::string& arguments) {
    const std::string command = LOQUET_BINARY_DIR "/sdk/conformance/loquet-plugin-exam " + arguments + " 2>&1";
    struct Close {
        int* status;
        void operator()(FILE* pipe) const { *status = pclose(pipe); }
    };
    Result result{};
    {
        const std::unique_ptr<FILE, Close> pipe(popen(command.c_str(), "r"), Close{&result.status});
        std::array<char, 4096> piece{};
        while (std::fgets(piece.data(), static_cast<int>(piece.size()), pipe.get()) != nullptr) {
            result.output += piece.data();
        }
    }
    result.status = WIFEXITED(result.status) ? WEXITSTATUS(result.status) : -1;
    return result;
}

struct Bad {
    const char* kind;
    const char* name;
    const char* finding;
};

class ABadPlugin : public testing::TestWithParam<Bad> {};

TEST_P(ABadPlugin, FailsTheExamForItsReason) {
    const Bad& bad = GetParam();
    const std::string file = std::string(LOQUET_BINARY_DIR "/sdk/conformance/bad/") + bad.name + ".so";
    const Result result = sit(std::string(bad.kind) + " " + file);
    EXPECT_EQ(result.status, 1) << result.output;
    EXPECT_THAT(result.output, HasSubstr(bad.finding));
    EXPECT_THAT(result.output, HasSubstr(file + " FAILED"));
}

INSTANTIATE_TEST_SUITE_P(
    Of, ABadPlugin,
    testing::Values(Bad{"step", "grants_everything", "it granted an empty answer"},
                    Bad{"step", "asks_for_the_password",
                        "it names a text that is not its own: its ids begin with the name of the plugin and a dot"},
                    Bad{"step", "takes_two_turns", "exactly one of ask, wait, grant, deny, skip, but this one used 2"},
                    Bad{"step", "another_name", "the plugin is called somebody_else, but its file another_name"},
                    Bad{"step", "leaves_descriptors", "FAIL  leaves no descriptor, thread or process behind"},
                    Bad{"step", "lets_exceptions_out", "let a C++ exception out"},
                    Bad{"step", "dies", "the process died: SIGABRT"},
                    Bad{"lockout", "never_locks", "1000 failures in a row, a second apart, were not stopped"},
                    Bad{"lockout", "keeps_locks", "it shuts an account that a recovery gave a new password"},
                    Bad{"password_rules", "overstays", "a call lasted longer than 2 seconds"},
                    Bad{"password_rules", "shows_candidate", "the candidate turned up in a message or the log"},
                    Bad{"step", "sends_blindly", "it sends by a medium that the fact media does not name"},
                    Bad{"step", "skips_answers", "it skipped what had begun"},
                    Bad{"step", "grants_once", "it grants, and to the same request once more it waits"},
                    Bad{"step", "keeps_key", "the key turned up in a state, a message, a note or the log"},
                    Bad{"channel", "tells_twice", "it told twice what became of a delivery"},
                    Bad{"channel", "quotes_text", "the text of a message turned up"},
                    Bad{"channel", "trusts_destinations", "it handed on what was for"},
                    Bad{"channel", "loses_answers", "it handed on what was for"},
                    Bad{"channel", "sleeps_in_work", "a call lasted longer than 2 seconds"},
                    Bad{"channel", "invents_receipts", "a receipt for a message that it was never given"},
                    Bad{"channel", "floods_receipts", "more than 32 receipts for one question"},
                    Bad{"lockout", "dies", "it does not export loquet_lockout_v1"}),
    [](const auto& test) { return std::string(test.param.kind) + "_" + test.param.name; });

TEST(TheExam, SaysHowItIsUsed) {
    for (const char* wrong :
         {"", "step", "pigeon x.so", "step x.so --options", "step x.so --option y", "step x.so --seed"}) {
        const Result result = sit(wrong);
        EXPECT_EQ(result.status, 2) << wrong;
        EXPECT_THAT(result.output, HasSubstr("usage: loquet-plugin-exam")) << wrong;
    }
    EXPECT_THAT(sit("step /nowhere.so").output, HasSubstr("/nowhere.so is not a file"));
}

TEST(TheExam, FailsAFileThatIsNoLibrary) {
    const Result result = sit("step " LOQUET_SOURCE_DIR "/sdk/conformance/exam_test.cpp");
    EXPECT_EQ(result.status, 1);
    EXPECT_THAT(result.output, HasSubstr("it does not load"));
}

TEST(TheExam, CanBeRepeatedWithItsSeed) {
    const std::string bad = "step " LOQUET_BINARY_DIR "/sdk/conformance/bad/dies.so --seed ";
    const Result result = sit(bad + "12345");
    EXPECT_THAT(result.output, HasSubstr("never grants garbage, seed 12345"));
    EXPECT_EQ(result.output, sit(bad + "12345").output);
    EXPECT_THAT(sit(bad + "x").output, HasSubstr("a seed is a number"));
}

TEST(TheExam, TakesNoAnswerForGarbageThatIsTheStateItself) {
    // With this seed a state and an answer were the same byte, which a step rightly grants.
    const Result result = sit("step " LOQUET_BINARY_DIR "/sdk/conformance/example/badge.so --seed 1384655433");
    EXPECT_EQ(result.status, 0) << result.output;
}

TEST(TheExam, TakesOptionsFromAFile) {
    std::string path = testing::TempDir() + "loquet-exam-options-" + std::to_string(getpid());
    const auto with = [&](const char* content) {
        const std::unique_ptr<FILE, int (*)(FILE*)> file(std::fopen(path.c_str(), "we"), &std::fclose);
        std::fputs(content, file.get());
        return path;
    };
    const std::string arithmetic = "step " LOQUET_BINARY_DIR "/plugins/arithmetic.so --options ";
    EXPECT_EQ(sit(arithmetic + with("# larger\nlargest = 50\n")).status, 0);
    EXPECT_THAT(sit(arithmetic + with("largest = 4\n")).output, HasSubstr("4 is outside 5 to 1000"));
    EXPECT_THAT(sit(arithmetic + with("smallest = 4\n")).output, HasSubstr("the plugin has no option smallest"));
    std::remove(path.c_str());
}

TEST(ThePluginGuide, ShowsTheExampleThatIsBuiltAndExamined) {
    const auto read = [](const char* path) {
        std::ifstream file(path);
        return std::string(std::istreambuf_iterator<char>(file), {});
    };
    const std::string example = read(LOQUET_SOURCE_DIR "/sdk/example/badge.cpp");
    const auto code = example.find("#include");
    ASSERT_NE(code, std::string::npos);
    EXPECT_THAT(read(LOQUET_SOURCE_DIR "/docs/plugin-guide.md"), HasSubstr(example.substr(code)));
}

} // namespace
} // namespace loquet::sdk_conformance
