// SPDX-License-Identifier: LGPL-2.1-or-later
// The manual pages name what there is: commands and options as the program has them, keys as the shipped loquet.toml
// shows them.
#include "lib/base/file.h"
#include "lib/base/limits.h"
#include "paths.h"
#include "tests/support/process.h"
#include "tests/unit/cli/program_help.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <sstream>
#include <utility>
#include <vector>

namespace loquet::cli {
namespace {

using testing::HasSubstr;

/// A page's text without roff's escapes.
std::string page(const std::string& name) {
    std::string text = base::read_file(LOQUET_SOURCE_DIR "/docs/man/" + name, limits::configuration_file_bytes);
    text.erase(std::remove(text.begin(), text.end(), '\\'), text.end());
    return text;
}

TEST(TheManual, NamesEveryCommandAndOption) {
    const std::string text = page("loquetctl.1");
    for (const CommandWords& command : all_commands()) {
        std::string words;
        for (const std::string& word : command) {
            words += (words.empty() ? "" : " ") + word;
        }
        EXPECT_THAT(text, HasSubstr(words));
        for (const std::string& option : options_of(command)) {
            EXPECT_THAT(text, HasSubstr(option)) << words;
        }
    }
    for (const std::string& option : options_of({})) {
        EXPECT_THAT(text, HasSubstr(option));
    }
}

TEST(TheManual, NamesEveryKeyOfTheConfiguration) {
    const std::string text = page("loquet.toml.5");
    const std::string shipped = base::read_file(LOQUET_SOURCE_DIR "/etc/loquet.toml", limits::configuration_file_bytes);
    std::istringstream lines(shipped);
    int keys = 0;
    for (std::string line; std::getline(lines, line);) {
        const std::size_t begin = line.starts_with('#') ? 1 : 0;
        const std::string key = line.substr(begin, line.find(" = ") - begin);
        if (line.find(" = ") != std::string::npos && key.find(' ') == std::string::npos) {
            EXPECT_THAT(text, HasSubstr("\n.B " + key + "\n"));
            ++keys;
        }
    }
    EXPECT_GT(keys, 20) << "or the pattern no longer finds them";
}

/// Name and section of each of our manual pages that a text refers to: "pam_loquet(8)".
std::vector<std::pair<std::string, std::string>> pages_named_in(const std::string& text) {
    std::vector<std::pair<std::string, std::string>> pages;
    for (std::size_t at = text.find('('); at != std::string::npos; at = text.find('(', at + 1)) {
        const std::size_t before = text.find_last_not_of("abcdefghijklmnopqrstuvwxyz._-", at - 1);
        const std::size_t begin = at == 0 ? 0 : before + 1; // npos + 1 is 0
        const std::string name = text.substr(begin, at - begin);
        const bool ours =
            name.starts_with("loquet") || name.starts_with("pam_loquet") || name.starts_with("nss_loquet");
        const bool section =
            at + 2 < text.size() && text[at + 2] == ')' && std::string("158").find(text[at + 1]) != std::string::npos;
        if (ours && section) {
            pages.emplace_back(name, text.substr(at + 1, 1));
        }
    }
    return pages;
}

TEST(TheManual, HasEveryPageThatAUnitOrAMessageNames) {
    std::string texts =
        base::read_file(LOQUET_SOURCE_DIR "/pam_module/transaction.cpp", limits::configuration_file_bytes);
    for (const auto& entry : std::filesystem::directory_iterator(LOQUET_SOURCE_DIR "/etc/systemd")) {
        texts += base::read_file(entry.path(), limits::configuration_file_bytes);
    }
    int pages = 0;
    for (const auto& [name, section] : pages_named_in(texts)) {
        EXPECT_TRUE(std::filesystem::exists(LOQUET_SOURCE_DIR "/docs/man/" + name + "." + section))
            << name << '(' << section << ')';
        ++pages;
    }
    EXPECT_GT(pages, 4) << "or the pattern no longer finds them";
}

class AManualPage : public testing::TestWithParam<const char*> {};

TEST_P(AManualPage, IsSetWithoutAWarning) {
    const tests::Outcome outcome = tests::run(
        {{"groff", "-man", "-Tutf8", "-ww", std::string(LOQUET_SOURCE_DIR "/docs/man/") + GetParam()}, {}, {}});
    EXPECT_EQ(outcome.exit_code, 0);
    EXPECT_EQ(outcome.errors, "");
}

INSTANTIATE_TEST_SUITE_P(OfEachProgram, AManualPage,
                         testing::Values("loquetctl.1", "loquetd.8", "loquet-plugin.8", "loquet.toml.5", "nss_loquet.8",
                                         "pam_loquet.8"));

} // namespace
} // namespace loquet::cli
