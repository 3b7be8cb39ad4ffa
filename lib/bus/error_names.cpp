// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/bus/error_names.h"

#include <systemd/sd-bus.h>

#include <array>
#include <utility>

namespace loquet::bus {

namespace {

using Kind = base::Error::Kind;

constexpr std::array<std::pair<Kind, const char*>, 9> ours{{
    {Kind::not_found, "org.loquet.Auth1.Error.NotFound"},
    {Kind::denied, "org.loquet.Auth1.Error.Denied"},
    {Kind::busy, "org.loquet.Auth1.Error.Busy"},
    {Kind::invalid, "org.loquet.Auth1.Error.Invalid"},
    {Kind::limited, "org.loquet.Auth1.Error.Limited"},
    {Kind::unavailable, "org.loquet.Auth1.Error.Unavailable"},
    {Kind::conflict, "org.loquet.Auth1.Error.Conflict"},
    {Kind::corrupt, "org.loquet.Auth1.Error.Unavailable"},
    {Kind::internal, "org.loquet.Auth1.Error.Unavailable"},
}};

constexpr std::array<std::pair<const char*, Kind>, 10> of_the_bus{{
    {SD_BUS_ERROR_SERVICE_UNKNOWN, Kind::unavailable},
    {SD_BUS_ERROR_NAME_HAS_NO_OWNER, Kind::unavailable},
    {SD_BUS_ERROR_NO_REPLY, Kind::unavailable},
    {SD_BUS_ERROR_TIMEOUT, Kind::unavailable},
    {start_timed_out, Kind::unavailable},
    {SD_BUS_ERROR_DISCONNECTED, Kind::unavailable},
    {SD_BUS_ERROR_ACCESS_DENIED, Kind::denied},
    {SD_BUS_ERROR_INTERACTIVE_AUTHORIZATION_REQUIRED, Kind::denied},
    {SD_BUS_ERROR_UNKNOWN_OBJECT, Kind::not_found},
    {SD_BUS_ERROR_INVALID_ARGS, Kind::invalid},
}};

/// The bus, or systemd when the bus asked it, could not start the service: it is broken, masked, or the machine shuts
/// down.
bool means_not_started(std::string_view name) noexcept {
    return name.starts_with("org.freedesktop.DBus.Error.Spawn.") || name.starts_with("org.freedesktop.systemd1.");
}

} // namespace

const char* error_name(Kind kind) noexcept {
    for (const auto& [of, name] : ours) {
        if (of == kind) {
            return name;
        }
    }
    return error_name(Kind::internal);
}

Kind error_kind(std::string_view name) noexcept {
    for (const auto& [kind, ours_name] : ours) {
        if (name == ours_name) {
            return kind;
        }
    }
    for (const auto& [bus_name, kind] : of_the_bus) {
        if (name == bus_name) {
            return kind;
        }
    }
    return means_not_started(name) ? Kind::unavailable : Kind::internal;
}

} // namespace loquet::bus
