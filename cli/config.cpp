// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/machine_check.h"
#include "cli/plugin.h"
#include "cli/process.h"
#include "cli/verbs.h"
#include "lib/protocol/names.h"

#include <fmt/format.h>

#include <iterator>

namespace loquet::cli::config {

namespace {

using Lines = std::vector<std::string>;

constexpr std::size_t mistakes_at_most = 4096; // more than the service tells
constexpr std::size_t mistake_bytes = 4096;

void append(Lines& lines, const Lines& more) {
    lines.insert(lines.end(), more.begin(), more.end());
}

std::vector<std::string> daemon_command(const CheckOptions& options) {
    std::vector<std::string> command{installed_program("loquetd"), "--check", "--list-plugins"};
    const auto add = [&command](const char* option, const std::string& value) {
        command.insert(command.end(), {option, value});
    };
    if (!options.file.empty()) {
        add("--config", options.file);
    }
    for (const std::string& folder : options.profiles) {
        add("--profiles", folder);
    }
    for (const std::string& folder : options.messages) {
        add("--messages", folder);
    }
    return command;
}

Lines mistakes_of_plugin(const std::string& name) {
    Lines mistakes = plugin::mistakes_of(name);
    for (std::string& mistake : mistakes) {
        mistake = fmt::format("plugin {}: {}", name, mistake);
    }
    return mistakes;
}

ExitCode tell(Output& output, const Lines& mistakes, const Lines& good, const Lines& bad) {
    if (output.form() == Output::Form::program) {
        output.show({{{"ok", "", mistakes.empty()}, {"messages", "", mistakes}}});
    } else {
        output.lines(mistakes.empty() ? good : mistakes);
        output.advise(mistakes.empty() ? Lines{} : bad);
    }
    return mistakes.empty() ? ExitCode::done : ExitCode::failed;
}

} // namespace

ExitCode check(Output& output, const CheckOptions& options) {
    const ProgramResult daemon = run_program(daemon_command(options), Channels::apart);
    Lines mistakes = daemon.errors;
    if (daemon.status != 0 && mistakes.empty()) {
        mistakes.push_back(fmt::format("the check of loquetd ended with {} and said nothing", daemon.status));
    }
    for (const std::string& plugin : daemon.output) {
        append(mistakes, mistakes_of_plugin(plugin));
    }
    if (options.file.empty()) {
        append(mistakes, MachineCheck().permissions());
    }
    return tell(output, mistakes, {"ok"}, {});
}

ExitCode reload(Client& client, Output& output) {
    const bus::Message answer =
        client.call(client.request(protocol::root_path, protocol::manager_interface, "ReloadConfiguration"));
    Lines mistakes;
    bus::Reader reader(answer.get());
    reader.array("s", mistakes_at_most, [&] { mistakes.emplace_back(reader.text(mistake_bytes)); });
    return tell(output, mistakes, {"The configuration is in force."},
                {"The service goes on with the former configuration. Mend the files, and reload again."});
}

} // namespace loquet::cli::config
