// SPDX-License-Identifier: LGPL-2.1-or-later
// The completion in a real bash, compared with what the program's help says that it takes.
#include "tests/support/process.h"
#include "tests/unit/cli/fake_service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>
#include <set>
#include <sstream>

namespace loquet::cli {
namespace {

using Words = std::set<std::string>;

/// What bash offers for a command line whose last word is being typed.
Words completed(const std::vector<std::string>& words) {
    std::string script = "source " LOQUET_SOURCE_DIR "/cli/completion/loquetctl.bash; COMP_WORDS=(loquetctl";
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

std::string help_of(std::vector<std::string> command) {
    command.insert(command.begin(), loquetctl_program());
    command.emplace_back("--help");
    return tests::run({command, {}, {}}).output;
}

Words options_in(const std::string& help) {
    static const std::regex option("(?:^|\n|,) *(--[a-z-]+)(?=[ \n:])");
    Words out;
    for (std::sregex_iterator it(help.begin(), help.end(), option), end; it != end; ++it) {
        out.insert((*it)[1]);
    }
    return out;
}

Words subcommands_in(const std::string& help) {
    static const std::regex word("\n  ([a-z-]+) {2,}");
    const std::size_t begin = help.find("Subcommands:");
    Words out;
    if (begin != std::string::npos) {
        const std::string part = help.substr(begin);
        for (std::sregex_iterator it(part.begin(), part.end(), word), end; it != end; ++it) {
            out.insert((*it)[1]);
        }
    }
    return out;
}

TEST(TheCompletion, KnowsEveryNounAndVerb) {
    const Words nouns = subcommands_in(help_of({}));
    ASSERT_TRUE(nouns.contains("account"));
    EXPECT_EQ(completed({""}), nouns);
    for (const std::string& noun : nouns) {
        EXPECT_EQ(completed({noun, ""}), subcommands_in(help_of({noun}))) << noun;
    }
}

TEST(TheCompletion, KnowsEveryOption) {
    const Words common = options_in(help_of({}));
    ASSERT_TRUE(common.contains("--json"));
    EXPECT_EQ(completed({"-"}), common);
    std::vector<std::vector<std::string>> commands;
    for (const std::string& noun : subcommands_in(help_of({}))) {
        const Words verbs = subcommands_in(help_of({noun}));
        if (verbs.empty()) {
            commands.push_back({noun});
        }
        for (const std::string& verb : verbs) {
            commands.push_back({noun, verb});
        }
    }
    for (std::vector<std::string> command : commands) {
        Words expected = options_in(help_of(command));
        expected.insert(common.begin(), common.end());
        const std::string shown = testing::PrintToString(command);
        command.emplace_back("--");
        EXPECT_EQ(completed(command), expected) << shown;
    }
}

TEST(TheCompletion, IsNotMisledByTheValuesOfOptions) {
    EXPECT_EQ(completed({"--bus", "account", "pl"}), Words{"plugin"});
    EXPECT_EQ(completed({"account", "list", "--state", "lo"}), Words{"locked"});
    EXPECT_EQ(completed({"account", "list", "--limit", ""}), Words{});
}

} // namespace
} // namespace loquet::cli
