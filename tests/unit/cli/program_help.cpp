// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tests/unit/cli/program_help.h"

#include "tests/support/process.h"
#include "tests/unit/cli/fake_service.h"

#include <sstream>

namespace loquet::cli {

namespace {

std::string help_of(CommandWords command) {
    command.insert(command.begin(), loquetctl_program());
    command.emplace_back("--help");
    return tests::run({command, {}, {}}).output;
}

/// The first word of each line that is indented by two blanks, as CLI11 lists options and subcommands.
std::vector<std::string> listed(const std::string& help) {
    std::istringstream lines(help);
    std::vector<std::string> out;
    for (std::string line; std::getline(lines, line);) {
        if (line.size() > 2 && line.starts_with("  ") && line[2] != ' ') {
            out.push_back(line.substr(2, line.find(' ', 2) - 2));
        }
    }
    return out;
}

} // namespace

Words words_after(const CommandWords& command) {
    const std::string help = help_of(command);
    const std::size_t begin = help.find("Subcommands:");
    if (begin == std::string::npos) {
        return {};
    }
    const std::vector<std::string> words = listed(help.substr(begin));
    return {words.begin(), words.end()};
}

Words options_of(const CommandWords& command) {
    Words out;
    for (const std::string& names : listed(help_of(command))) { // "-h,--help"
        const std::size_t begin = names.find("--");
        if (names.starts_with('-') && begin != std::string::npos) {
            out.insert(names.substr(begin));
        }
    }
    return out;
}

std::vector<CommandWords> all_commands(const CommandWords& begin) {
    std::vector<CommandWords> out;
    for (const std::string& word : words_after(begin)) {
        CommandWords command = begin;
        command.push_back(word);
        const std::vector<CommandWords> longer = all_commands(command);
        if (longer.empty()) {
            out.push_back(std::move(command));
        }
        out.insert(out.end(), longer.begin(), longer.end());
    }
    return out;
}

} // namespace loquet::cli
