// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/service_state.h"

#include "cli/exit_code.h"
#include "lib/bus/connection.h"
#include "lib/bus/error_names.h"
#include "lib/bus/message.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>

namespace loquet::cli {

namespace {

constexpr base::Milliseconds systemd_answers_within = std::chrono::seconds(5);
constexpr std::size_t unit_properties_at_most = 1024; ///< systemd's services have some 300
constexpr std::size_t unit_text_bytes = 4096;

constexpr std::string_view look_further =
    "'loquetctl config check' finds mistakes of the configuration, 'journalctl -u loquetd' says what else it was.";

bool means_not_there(std::string_view name) {
    constexpr std::array<std::string_view, 3> names{SD_BUS_ERROR_SERVICE_UNKNOWN, SD_BUS_ERROR_NAME_HAS_NO_OWNER,
                                                    bus::start_timed_out};
    return std::find(names.begin(), names.end(), name) != names.end()
           || name.starts_with("org.freedesktop.DBus.Error.Spawn.") || name.starts_with("org.freedesktop.systemd1.");
}

UnitState read_state(bus::Reader reader) {
    UnitState state;
    reader.reply_dictionary(unit_properties_at_most, [&](const std::string& key, std::string_view signature) {
        if (signature == "u" && key == "NRestarts") {
            state.restarts = reader.u32();
            return true;
        }
        std::string* const target = key == "LoadState"     ? &state.load
                                    : key == "ActiveState" ? &state.active
                                    : key == "SubState"    ? &state.sub
                                    : key == "Result"      ? &state.result
                                                           : nullptr;
        if (target == nullptr || signature != "s") {
            return false;
        }
        *target = reader.text(unit_text_bytes);
        return true;
    });
    return state;
}

} // namespace

std::string sentence_about(const std::optional<UnitState>& state) {
    if (!state) {
        return fmt::format("loquetd does not run. 'systemctl status loquetd' says what became of it. {}", look_further);
    }
    if (state->load == "masked") {
        return "loquetd does not run: it is masked. 'systemctl unmask loquetd' allows it again, 'systemctl start "
               "loquetd' starts it.";
    }
    if (state->load != "loaded") {
        return fmt::format("loquetd does not run: systemd has no usable loquetd.service ({}). Is Loquet installed "
                           "whole? After an installation, 'systemctl daemon-reload' makes the unit known.",
                           state->load);
    }
    if (state->active == "failed") {
        return fmt::format("loquetd does not run: it failed ({}). {} 'systemctl restart loquetd' starts it again.",
                           state->result, look_further);
    }
    if (state->active == "activating" && (state->sub == "auto-restart" || state->restarts > 0)) {
        // systemd 257 forgets how a service ended as soon as it starts it again.
        const std::string how = state->result == "success" ? "" : " (" + state->result + ")";
        return fmt::format("loquetd does not run: it ends as often as it is started{}. {}", how, look_further);
    }
    if (state->active == "activating" || state->active == "deactivating") {
        return fmt::format("loquetd is {}. Repeat the command in a moment; 'systemctl status loquetd' says what it "
                           "waits for.",
                           state->active == "activating" ? "being started" : "being stopped");
    }
    if (state->active == "inactive") {
        return fmt::format("loquetd does not run. 'systemctl start loquetd' starts it. {}", look_further);
    }
    return "loquetd runs, and does not answer. 'journalctl -u loquetd' says why, 'systemctl restart loquetd' starts it "
           "anew.";
}

std::optional<UnitState> ask_systemd(const std::string& address) {
    try {
        bus::Connection connection = address.empty() ? bus::Connection::system() : bus::Connection::at(address);
        const bus::Message question =
            connection.method_call("org.freedesktop.systemd1", "/org/freedesktop/systemd1/unit/loquetd_2eservice",
                                   "org.freedesktop.DBus.Properties", "GetAll");
        bus::check(sd_bus_message_set_auto_start(question.get(), 0), "cannot prepare a call");
        bus::Writer(question.get()).text(""); // of every interface: of units and of services
        const bus::Message answer = connection.call(question, systemd_answers_within);
        return read_state(bus::Reader(answer.get()));
    } catch (const base::Error&) {
        return std::nullopt;
    }
}

base::Error failure_at(const std::string& address, std::string_view name, std::string_view text) {
    if (means_not_there(name)) {
        return {base::Error::Kind::unavailable, sentence_about(ask_systemd(address))};
    }
    return failure_from_bus(name, text);
}

} // namespace loquet::cli
