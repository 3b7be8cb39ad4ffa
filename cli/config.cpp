// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/machine_check.h"
#include "cli/plugin.h"
#include "cli/process.h"
#include "cli/verbs.h"
#include "lib/base/limits.h"
#include "lib/protocol/names.h"

#include <fmt/format.h>

#include <iterator>

namespace loquet::cli::config {

namespace {

using Lines = std::vector<std::string>;

void append(Lines& lines, const Lines& more) {
    lines.insert(lines.end(), more.begin(), more.end());
}

Lines mistakes_of_plugin(const std::string& name) {
    Lines mistakes = plugin::mistakes_of(name);
    for (std::string& mistake : mistakes) {
        mistake = fmt::format("plugin {}: {}", name, mistake);
    }
    return mistakes;
}

} // namespace

std::vector<std::string> daemon_command(const std::vector<std::string>& modes, const Files& files) {
    std::vector<std::string> command{installed_program("loquetd")};
    append(command, modes);
    const auto add = [&command](const char* option, const std::string& value) {
        command.insert(command.end(), {option, value});
    };
    if (!files.file.empty()) {
        add("--config", files.file);
    }
    for (const std::string& folder : files.profiles) {
        add("--profiles", folder);
    }
    for (const std::string& folder : files.messages) {
        add("--messages", folder);
    }
    return command;
}

ProgramResult run_daemon(const std::vector<std::string>& modes, const Files& files) {
    ProgramResult daemon = run_program(daemon_command(modes, files), Channels::apart);
    if (daemon.status != 0 && daemon.errors.empty()) {
        daemon.errors.push_back(fmt::format("the check of loquetd ended with {} and said nothing", daemon.status));
    }
    return daemon;
}

ExitCode tell(Output& output, const Lines& mistakes) {
    const bool good = mistakes.empty();
    if (output.form() == Output::Form::program) {
        output.show({{{"ok", "", good}, {"messages", "", mistakes}}});
    } else {
        output.lines(good ? Lines{"ok"} : mistakes);
    }
    return good ? ExitCode::done : ExitCode::failed;
}

ExitCode check(Output& output, const Files& files) {
    const ProgramResult daemon = run_daemon({"--check", "--list-plugins"}, files);
    Lines mistakes = daemon.errors;
    for (const std::string& plugin : daemon.output) {
        append(mistakes, mistakes_of_plugin(plugin));
    }
    if (files.file.empty()) {
        append(mistakes, MachineCheck().permissions());
    }
    return tell(output, mistakes);
}

ExitCode reload(Client& client, Output& output) {
    const bus::Message answer =
        client.call(client.request(protocol::root_path, protocol::manager_interface, "ReloadConfiguration"));
    Lines mistakes;
    bus::Reader reader(answer.get());
    Lines at_restart;
    for (Lines* list : {&mistakes, &at_restart}) {
        reader.array("s", limits::mistakes_told, [&] { list->emplace_back(reader.text(limits::mistake_bytes)); });
    }
    const bool good = mistakes.empty();
    if (output.form() == Output::Form::program) {
        output.show({{{"ok", "", good}, {"messages", "", mistakes}, {"at_restart", "", at_restart}}});
    } else if (!good) {
        output.lines(mistakes);
        output.advise(Lines{"Nothing has changed. Mend the files, and reload again."});
    } else if (at_restart.empty()) {
        output.lines(Lines{"The configuration is in force."});
    } else {
        output.lines(Lines{fmt::format(
            "The configuration is in force, but for {}: 'systemctl restart loquetd' puts the rest in force.",
            fmt::join(at_restart, ", "))});
    }
    return good ? ExitCode::done : ExitCode::failed;
}

} // namespace loquet::cli::config
