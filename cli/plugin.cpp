// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/plugin.h"

#include "cli/process.h"
#include "lib/base/text.h"
#include "lib/protocol/names.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

namespace loquet::cli::plugin {

namespace {

constexpr std::size_t name_bytes = 64;

/// The name becomes a file's name and a unit's.
void require_instance_name(const std::string& name) {
    const bool fits = !name.empty() && name.size() <= name_bytes && std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    }) && name.front() != '-';
    if (!fits) {
        throw UsageError(fmt::format("'{}' is not a plugin's name: small letters, digits, '_' and '-' are, as in "
                                     "/etc/loquet/plugins/NAME.toml.",
                                     base::printable(name, name_bytes)));
    }
}

std::string text_of(const Record& plugin, std::string_view key) {
    for (const Field& field : plugin.fields) {
        if (field.key == key) {
            return cell_text(field.value);
        }
    }
    return "";
}

} // namespace

ExitCode list(Client& client, Output& output) {
    output.rows(plugins_of(client.properties(protocol::root_path, protocol::manager_interface)));
    output.end_list("No plugin is configured.");
    return ExitCode::done;
}

ExitCode check(Output& output, const std::string& name) {
    require_instance_name(name);
    const std::vector<std::string> command{installed_program("loquet-plugin"), "--check", name};
    if (output.form() == Output::Form::program) {
        const ProgramResult host = run_program(command, Channels::together);
        output.show({{{"plugin", "", name}, {"ok", "", host.status == 0}, {"messages", "", host.output}}});
        return host.status == 0 ? ExitCode::done : ExitCode::failed;
    }
    Process host(command, {}, {});
    return host.wait() == 0 ? ExitCode::done : ExitCode::failed;
}

std::vector<Record> plugins_of(const Properties& manager) {
    const Value value = property(manager, "Plugins");
    const auto* records = std::get_if<std::vector<Record>>(&value);
    if (records == nullptr) {
        // The service leaves out what the caller may not read.
        throw base::Error(base::Error::Kind::denied,
                          "root sees how the plugins are and how the service is, and so does "
                          "anybody whom polkit allows org.loquet.auth1.read-accounts");
    }
    return *records;
}

bool is_failing(const Record& plugin) {
    const std::string state = text_of(plugin, "state");
    return state != "ready" && state != "connecting" && state != "idle";
}

std::vector<std::string> mistakes_of(const std::string& name) {
    ProgramResult host = run_program({installed_program("loquet-plugin"), "--check", name}, Channels::together);
    if (host.status == 0) {
        return {};
    }
    if (host.output.empty()) {
        host.output.push_back(fmt::format("its check ended with {} and said nothing", host.status));
    }
    return std::move(host.output);
}

std::vector<std::string> mistakes_of(const Record& plugin) {
    const bool works = text_of(plugin, "state") == "ready";
    return works || ::geteuid() != 0 ? std::vector<std::string>() : mistakes_of(text_of(plugin, "name"));
}

std::string advice_for(const Record& plugin, const std::vector<std::string>& mistakes) {
    const std::string name = text_of(plugin, "name");
    const std::string state = text_of(plugin, "state");
    const std::string unit = (text_of(plugin, "kind") == "channel" ? "loquet-channel@" : "loquet-plugin@") + name;
    if (!mistakes.empty()) {
        const std::string& first = mistakes.front();
        return fmt::format(
            "The plugin {0} cannot work: {1}{2} Mend that until 'loquetctl plugin check {0}' says ok{3}.", name, first,
            first.ends_with('.') ? "" : ".",
            state == "absent" ? fmt::format("; then 'systemctl enable --now {}.socket' starts it", unit) : "");
    }
    if (state == "absent") {
        return fmt::format("The plugin {} is not running. 'systemctl enable --now {}.socket' starts it.", name, unit);
    }
    const std::string detail = text_of(plugin, "detail");
    return fmt::format("The plugin {0} is {1}{2}{3} 'loquetctl plugin check {0}' tests it, 'journalctl -u {4}' has its "
                       "last words.",
                       name, state, detail.empty() ? "." : ": ",
                       detail.empty() || detail.ends_with('.') ? detail : detail + ".", unit);
}

} // namespace loquet::cli::plugin
