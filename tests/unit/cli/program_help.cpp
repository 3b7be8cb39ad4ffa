// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tests/unit/cli/program_help.h"

#include "tests/support/process.h"
#include "tests/unit/cli/fake_service.h"

#include <regex>

namespace loquet::cli {

namespace {

std::string help_of(CommandWords command) {
    command.insert(command.begin(), loquetctl_program());
    command.emplace_back("--help");
    return tests::run({command, {}, {}}).output;
}

Words matches(const std::string& text, const std::regex& pattern) {
    Words out;
    for (std::sregex_iterator it(text.begin(), text.end(), pattern), end; it != end; ++it) {
        out.insert((*it)[1]);
    }
    return out;
}

} // namespace

Words words_after(const CommandWords& command) {
    static const std::regex word("\n  ([a-z-]+) {2,}");
    const std::string help = help_of(command);
    const std::size_t begin = help.find("Subcommands:");
    return begin == std::string::npos ? Words{} : matches(help.substr(begin), word);
}

Words options_of(const CommandWords& command) {
    static const std::regex option("(?:\n|,) *(--[a-z-]+)(?=[ \n:])");
    return matches(help_of(command), option);
}

std::vector<CommandWords> all_commands() {
    std::vector<CommandWords> out;
    for (const std::string& noun : words_after({})) {
        const Words verbs = words_after({noun});
        if (verbs.empty()) {
            out.push_back({noun});
        }
        for (const std::string& verb : verbs) {
            out.push_back({noun, verb});
        }
    }
    return out;
}

} // namespace loquet::cli
