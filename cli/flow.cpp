// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/verbs.h"
#include "lib/base/error.h"
#include "lib/base/text.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <sstream>
#include <utility>

namespace loquet::cli::flow {

namespace {

using Json = nlohmann::ordered_json;
using Lines = std::vector<std::string>;

constexpr std::size_t line_cells = 79; ///< of a terminal with 80: none of them breaks a full line

std::string counted(const Json& methods) {
    constexpr std::array<std::string_view, 3> words{"nothing", "one method", "two methods"};
    return std::string(words.at(std::min<std::size_t>(methods.get<std::size_t>(), words.size() - 1)));
}

/// "one", "two", "one or two": more of people with factors.
std::string methods_in_short(const Json& strength) {
    const auto number = [&](const char* owner) {
        const std::string words = counted(strength.at(owner));
        return words.substr(0, words.find(' '));
    };
    const std::string without = number("without_factors");
    const std::string with = number("with_factors");
    return without == with ? without : fmt::format("{} or {}", without, with);
}

Record row_of(const Json& flow) {
    const bool weaker = flow.at("weaker_than_login").get<bool>();
    const std::string service = flow.at("service").get<std::string>();
    return {{{"purpose", "PURPOSE", flow.at("purpose").get<std::string>()},
             {"service", "SERVICE", service.empty() ? "any" : service},
             {"methods", "METHODS", methods_in_short(flow.at("strength"))},
             {"weaker", "WEAKER",
              !weaker                           ? "no"
              : flow.at("accepted").get<bool>() ? "accepted"
                                                : "yes"},
             {"steps", "STEPS", flow.at("in_short").get<std::string>()}}};
}

/// "at_least = 1" stays in one line.
Lines words_of(const std::string& text) {
    Lines words;
    std::istringstream stream(base::printable(text, text.size()));
    for (std::string word; stream >> word;) {
        if (!words.empty() && (word == "=" || words.back().ends_with(" ="))) {
            words.back() += ' ' + word;
        } else {
            words.push_back(word);
        }
    }
    return words;
}

/// `text` in lines that begin as `first` says, and with as many blanks further on.
void add_paragraph(Lines& lines, const std::string& first, const std::string& text) {
    std::string line = first;
    bool fresh = true;
    for (const std::string& word : words_of(text)) {
        if (!fresh && display_width(line) + 1 + display_width(word) > line_cells) {
            lines.push_back(std::exchange(line, std::string(first.size(), ' ')));
            fresh = true;
        }
        line += (fresh ? "" : " ") + word;
        fresh = false;
    }
    lines.push_back(line);
}

void add_steps(Lines& lines, const Json& steps) {
    int number = 0;
    for (const Json& step : steps) {
        std::string text = step.at("words").get<std::string>();
        if (const Lines proves = step.at("proves").get<Lines>(); !proves.empty() && proves != Lines{text}) {
            text += fmt::format(" ({})", fmt::join(proves, " or "));
        }
        add_paragraph(lines, fmt::format("{:>3}. ", ++number), text);
    }
}

void add_strength(Lines& lines, const Json& flow) {
    const auto row = [&](const char* who, const char* key) {
        lines.push_back(fmt::format("{:<28}{:<14}{}", who, counted(flow.at("strength").at(key)),
                                    counted(flow.at("login").at(key))));
    };
    lines.push_back(fmt::format("{:<28}{:<14}{}", "Proved at least", "here", "at a login"));
    row("  by people without factors", "without_factors");
    row("  by people with factors", "with_factors");
}

void add_findings(Lines& lines, const Json& against) {
    if (against.empty()) {
        lines.emplace_back("Nothing against it.");
        return;
    }
    lines.emplace_back("Against it:");
    for (const Json& finding : against) {
        add_paragraph(lines, "  ", fmt::format("{}", fmt::join(finding.at("clauses").get<Lines>(), "; ")) + ":");
        add_paragraph(lines, "    ",
                      finding.at("finding").get<std::string>() + ' ' + finding.at("change").get<std::string>());
    }
}

Lines page_of(const Json& flow) {
    Lines lines;
    add_paragraph(lines, "", flow.at("verdict").get<std::string>());
    lines.emplace_back();
    add_paragraph(lines, "", "Steps of flow." + flow.at("name").get<std::string>() + ':');
    add_steps(lines, flow.at("steps"));
    lines.emplace_back();
    add_strength(lines, flow);
    lines.emplace_back();
    add_findings(lines, flow.at("against"));
    for (const Json& note : flow.at("notes")) {
        lines.emplace_back();
        add_paragraph(lines, "", note.get<std::string>());
    }
    return lines;
}

/// The array that lists are, an object a line.
Lines array_of(const Lines& objects) {
    Lines lines{"["};
    for (const std::string& object : objects) {
        lines.push_back(object + (&object == &objects.back() ? "" : ","));
    }
    lines.emplace_back("]");
    return lines;
}

[[noreturn]] void throw_unreadable() {
    throw base::Error(base::Error::Kind::internal,
                      "What loquetd says of its flows cannot be read: install loquetctl and loquetd of one version.");
}

} // namespace

ExitCode list(Output& output, const config::Files& files) {
    const ProgramResult daemon = config::run_daemon({"--flows"}, files);
    if (daemon.status != 0) {
        return config::tell(output, daemon.errors);
    }
    try {
        std::vector<Record> rows;
        rows.reserve(daemon.output.size());
        for (const std::string& line : daemon.output) {
            rows.push_back(row_of(Json::parse(line)));
        }
        if (output.form() == Output::Form::program) {
            output.pass_on(array_of(daemon.output));
        } else {
            output.rows(rows);
            output.end_list("No flow is configured.");
        }
    } catch (const Json::exception&) {
        throw_unreadable();
    }
    return ExitCode::done;
}

ExitCode show(Output& output, const config::Files& files, const std::string& name) {
    const ProgramResult daemon = config::run_daemon({"--flows"}, files);
    if (daemon.status != 0) {
        return config::tell(output, daemon.errors);
    }
    try {
        Lines names;
        for (const std::string& line : daemon.output) {
            const Json flow = Json::parse(line);
            names.push_back(flow.at("name").get<std::string>());
            if (names.back() != name && "flow." + names.back() != name) {
                continue;
            }
            if (output.form() == Output::Form::program) {
                output.pass_on(Lines{line});
            } else {
                output.lines(page_of(flow));
            }
            return ExitCode::done;
        }
        throw base::Error(base::Error::Kind::not_found,
                          fmt::format("There is no flow '{}'; there are {}.", name, fmt::join(names, ", ")));
    } catch (const Json::exception&) {
        throw_unreadable();
    }
}

void walk(const Output& output, const config::Files& files, const WalkOptions& options) {
    std::vector<std::string> modes{"--walk", options.purpose};
    const auto add = [&](const char* option, const std::string& value) {
        if (!value.empty()) {
            modes.insert(modes.end(), {option, value});
        }
    };
    add("--service", options.service);
    add("--as", options.as);
    add("--language", options.language);
    if (output.form() == Output::Form::program) {
        modes.emplace_back("--json");
    }
    become_program(config::daemon_command(modes, files));
}

} // namespace loquet::cli::flow
