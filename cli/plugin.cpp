// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/plugin.h"

#include "cli/process.h"
#include "lib/base/error.h"
#include "lib/base/file.h"
#include "lib/base/text.h"
#include "lib/protocol/names.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <sstream>

namespace loquet::cli::plugin {

namespace {

constexpr std::size_t name_bytes = 64;
constexpr std::size_t complaints_bytes = 65536;

/// Beside this program (a build, a relocated installation), else where the package puts it.
std::string host_program() {
    std::array<char, PATH_MAX> own{};
    const ssize_t length = ::readlink("/proc/self/exe", own.data(), own.size());
    const std::string_view path(own.data(), length > 0 ? static_cast<std::size_t>(length) : 0);
    std::string beside(path.substr(0, path.rfind('/') + 1));
    beside += "loquet-plugin";
    for (const std::string& program : {beside, std::string(LOQUET_LIBEXEC_FOLDER "/loquet-plugin")}) {
        if (::access(program.c_str(), X_OK) == 0) {
            return program;
        }
    }
    throw base::Error(base::Error::Kind::internal,
                      "The program that runs plugins, " LOQUET_LIBEXEC_FOLDER "/loquet-plugin, is not installed.");
}

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

std::vector<std::string> lines_of(const std::string& text) {
    std::istringstream stream(text);
    std::vector<std::string> out;
    for (std::string line; std::getline(stream, line);) {
        out.push_back(line);
    }
    return out;
}

/// Everything that the host says until it ends, whatever channel it uses.
std::string collect(int reader) {
    std::string text;
    std::array<char, 4096> buffer{};
    for (ssize_t got = 1; got != 0;) {
        got = ::read(reader, buffer.data(), buffer.size());
        if (got < 0 && errno != EINTR) {
            throw base::system_error(errno, "reading what the plugin's host says");
        }
        const std::size_t room = complaints_bytes - text.size();
        text.append(buffer.data(), std::min(room, static_cast<std::size_t>(std::max<ssize_t>(got, 0))));
    }
    return text;
}

int check_for_program(Output& output, const std::string& name, const std::vector<std::string>& command) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
        throw base::system_error(errno, "opening a pipe to the plugin's host");
    }
    const base::Fd reader(ends[0]);
    base::Fd writer(ends[1]);
    const std::array redirections{Process::Redirection{writer.get(), STDOUT_FILENO},
                                  Process::Redirection{writer.get(), STDERR_FILENO}};
    Process host(command, {}, redirections);
    writer = base::Fd();
    const std::string said = collect(reader.get());
    const int status = host.wait();
    output.show({{{"plugin", "", name}, {"ok", "", status == 0}, {"messages", "", lines_of(said)}}});
    return status;
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
    const std::vector<std::string> command{host_program(), "--check", name};
    if (output.form() == Output::Form::program) {
        return check_for_program(output, name, command) == 0 ? ExitCode::done : ExitCode::failed;
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
    return state != "ready" && state != "connecting";
}

std::string advice_for(const Record& plugin) {
    const std::string name = text_of(plugin, "name");
    const std::string state = text_of(plugin, "state");
    const std::string unit = (text_of(plugin, "kind") == "channel" ? "loquet-channel@" : "loquet-plugin@") + name;
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
