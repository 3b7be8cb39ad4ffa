// SPDX-License-Identifier: LGPL-2.1-or-later
// A Turn as it travels on the bus: (s a(ysss) a{sv}) = state, prompts, details. docs/bus.md lists the details.
#pragma once

#include "lib/bus/message.h"
#include "lib/protocol/turn.h"

namespace loquet::protocol {

inline constexpr const char* turn_signature = "sa(ysss)a{sv}";

void write_turn(bus::Writer& writer, const Turn& turn);

/// Throws Error (invalid) for an unknown state or style, and above the limits of lib/base/limits.h. Texts are made
/// printable here, so that no program that draws them has to.
[[nodiscard]] Turn read_turn(bus::Reader& reader);

} // namespace loquet::protocol
