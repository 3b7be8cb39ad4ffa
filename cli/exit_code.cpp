// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/exit_code.h"

#include "lib/base/text.h"
#include "lib/bus/error_names.h"

#include <systemd/sd-bus.h>

#include <array>

namespace loquet::cli {

namespace {

using Kind = base::Error::Kind;

constexpr std::string_view no_bus =
    "The bus cannot be reached, and loquetd only over it. 'systemctl status dbus' says whether the system bus runs.";
/// Of a call that was sent: its answer is lost, what it did is not.
constexpr std::string_view look_first =
    "The service gave no answer, and what you asked for may have been done: look before you repeat it. 'systemctl "
    "status loquetd' says whether the service runs, 'journalctl -u loquetd' why not.";
constexpr std::string_view nothing_done =
    "Nothing was done: the bus went away before your request left. Repeat it; 'systemctl status dbus' says whether the "
    "system bus runs.";
constexpr std::string_view ask_for_permission =
    "This needs a permission that you do not have here. Run the command on a terminal, where you can be asked for a "
    "password, or as root.";
constexpr std::string_view versions_differ = "loquetctl and the running loquetd are of different versions. 'systemctl "
                                             "restart loquetd' starts the installed one.";

/// What the bus itself or a library says, in words that help nobody at a prompt; errors of our own pass as they are.
struct Row {
    std::string_view name;
    Kind kind;
    std::string_view advice;
};

constexpr std::array rows{
    Row{SD_BUS_ERROR_NO_REPLY, Kind::unavailable, look_first},
    Row{SD_BUS_ERROR_TIMEOUT, Kind::unavailable, look_first},
    Row{SD_BUS_ERROR_DISCONNECTED, Kind::unavailable, look_first},
    Row{SD_BUS_ERROR_NO_SERVER, Kind::unavailable, no_bus},
    Row{SD_BUS_ERROR_ACCESS_DENIED, Kind::denied, ask_for_permission},
    Row{SD_BUS_ERROR_AUTH_FAILED, Kind::denied, ask_for_permission},
    Row{SD_BUS_ERROR_INTERACTIVE_AUTHORIZATION_REQUIRED, Kind::denied, ask_for_permission},
    Row{SD_BUS_ERROR_UNKNOWN_METHOD, Kind::internal, versions_differ},
    Row{SD_BUS_ERROR_UNKNOWN_INTERFACE, Kind::internal, versions_differ},
    Row{SD_BUS_ERROR_UNKNOWN_PROPERTY, Kind::internal, versions_differ},
    Row{SD_BUS_ERROR_INVALID_ARGS, Kind::internal, versions_differ},
    Row{SD_BUS_ERROR_INVALID_SIGNATURE, Kind::internal, versions_differ},
};

/// sd-bus's names for what became of the socket.
constexpr std::string_view of_the_connection = "System.Error.";

} // namespace

ExitCode exit_code_for(Kind kind) noexcept {
    switch (kind) {
    case Kind::denied:
        return ExitCode::denied;
    case Kind::not_found:
        return ExitCode::not_found;
    case Kind::unavailable:
    case Kind::busy:
        return ExitCode::unavailable;
    case Kind::invalid:
    case Kind::limited:
    case Kind::conflict:
    case Kind::corrupt:
    case Kind::internal:
        return ExitCode::failed;
    }
    return ExitCode::failed;
}

base::Error failure_from_bus(std::string_view name, std::string_view text) {
    for (const Row& row : rows) {
        if (row.name == name) {
            return {row.kind, std::string(row.advice)};
        }
    }
    if (name.starts_with(of_the_connection)) {
        return answer_lost();
    }
    return {bus::error_kind(name), base::printable(text.empty() ? name : text)};
}

base::Error answer_lost() {
    return {Kind::unavailable, std::string(look_first)};
}

base::Error not_sent() {
    return {Kind::unavailable, std::string(nothing_done)};
}

base::Error bus_unreachable() {
    return {Kind::unavailable, std::string(no_bus)};
}

} // namespace loquet::cli
