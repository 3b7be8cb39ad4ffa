// SPDX-License-Identifier: LGPL-2.1-or-later
// The one table between the kinds of base::Error and the error names of the bus (docs/bus.md), both ways.
#pragma once

#include "lib/base/error.h"

#include <string>
#include <string_view>

namespace loquet::bus {

/// A person could permit the call, and the caller did not say that one may be asked: it may call again and say so. On
/// the bus it has the standard's own name, by which desktop programs know that asking would help.
class InteractionRequired : public base::Error {
public:
    explicit InteractionRequired(const std::string& text) : Error(Kind::denied, text) {}
};

/// dbus-daemon's, where the service did not take its name within 25 seconds; sd-bus has no constant for it.
inline constexpr const char* start_timed_out = "org.freedesktop.DBus.Error.TimedOut";

[[nodiscard]] const char* error_name(base::Error::Kind kind) noexcept;

/// For a client: what a reply's error name means. Names of the bus itself (no such service, no reply, disconnected),
/// and of systemd where it could not start the service, are `unavailable`; access refused by the bus's policy is
/// `denied`; anything else is `internal`.
[[nodiscard]] base::Error::Kind error_kind(std::string_view name) noexcept;

} // namespace loquet::bus
