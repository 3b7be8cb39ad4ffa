// SPDX-License-Identifier: LGPL-2.1-or-later
// The completion in a real bash, compared with what the program's help says that it takes.
#include "paths.h"
#include "tests/support/process.h"
#include "tests/unit/cli/program_help.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

namespace loquet::cli {
namespace {

/// What bash offers for a command line whose last word is being typed.
Words completed(const std::vector<std::string>& words, const std::string& before = "") {
    std::string script = before + "source " LOQUET_SOURCE_DIR "/cli/completion/loquetctl.bash; COMP_WORDS=(loquetctl";
    for (const std::string& word : words) {
        script += " '" + word + "'";
    }
    script += "); COMP_CWORD=" + std::to_string(words.size()) + "; _loquetctl; printf '%s\\n' \"${COMPREPLY[@]}\"";
    const tests::Outcome outcome = tests::run({{"bash", "-c", script}, {}, {}});
    EXPECT_EQ(outcome.errors, "");
    std::istringstream lines(outcome.output);
    Words out;
    for (std::string line; lines >> line;) {
        out.insert(line);
    }
    return out;
}

TEST(TheCompletion, KnowsEveryNounAndVerb) {
    const Words nouns = words_after({});
    ASSERT_TRUE(nouns.contains("account"));
    EXPECT_EQ(completed({""}), nouns);
    for (const std::string& noun : nouns) {
        EXPECT_EQ(completed({noun, ""}), words_after({noun})) << noun;
    }
    EXPECT_EQ(completed({"account", "factor", ""}), words_after({"account", "factor"}));
    EXPECT_EQ(completed({"account", "factor", "rem"}), Words{"remove"});
    EXPECT_EQ(completed({"account", "factor", "remove", ""}), Words{});
}

TEST(TheCompletion, KnowsEveryOption) {
    const Words common = options_of({});
    ASSERT_TRUE(common.contains("--json"));
    EXPECT_EQ(completed({"-"}), common);
    for (CommandWords command : all_commands()) {
        Words expected = options_of(command);
        expected.insert(common.begin(), common.end());
        const std::string shown = testing::PrintToString(command);
        command.emplace_back("--");
        EXPECT_EQ(completed(command), expected) << shown;
    }
}

TEST(TheCompletion, OffersTheFlowsOfTheConfiguration) {
    const std::string flows = R"(loquetctl() { [ "$*" = "--json flow list" ] && printf '%s\n' '[' )"
                              R"('{"name":"login","purpose":"login"},' '{"name":"login.service.sudo"},' )"
                              R"('{"name":"odd\u001b name"}' ']'; }; )";
    EXPECT_EQ(completed({"flow", "show", ""}, flows), (Words{"login", "login.service.sudo"}));
    EXPECT_EQ(completed({"flow", "show", "login.s"}, flows), Words{"login.service.sudo"});
    EXPECT_EQ(completed({"flow", "list", ""}, flows), Words{});
    EXPECT_EQ(completed({"flow", "walk", ""}, flows), (Words{"login", "self-service", "enter-code"}));
    EXPECT_EQ(completed({"flow", "walk", "login", "--as", "un"}, flows), (Words{"unknown", "unconfirmed"}));
    EXPECT_EQ(completed({"flow", "show", ""}), Words{}) << "nothing where the program cannot be run";
}

TEST(TheCompletion, IsNotMisledByTheValuesOfOptions) {
    EXPECT_EQ(completed({"--bus", "account", "pl"}), Words{"plugin"});
    EXPECT_EQ(completed({"account", "list", "--state", "lo"}), Words{"locked"});
    EXPECT_EQ(completed({"account", "list", "--limit", ""}), Words{});
    EXPECT_EQ(completed({"message", "list", "--state", "de"}), Words{"deferred"});
    EXPECT_EQ(completed({"message", "list", "--account", ""}), Words{});
}

} // namespace
} // namespace loquet::cli
