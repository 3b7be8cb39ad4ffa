// SPDX-License-Identifier: LGPL-2.1-or-later
// Why the service is not there, as systemd knows it: so that a command which cannot reach it says what to do next, and
// not what the bus said. One thread.
#pragma once

#include "lib/base/error.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace loquet::cli {

/// loquetd.service, in systemd's words (org.freedesktop.systemd1(5)).
struct UnitState {
    std::string load;   ///< LoadState: "loaded", "masked", "not-found" ...
    std::string active; ///< ActiveState: "active", "failed", "inactive" ...
    std::string sub;    ///< SubState: "auto-restart" ...
    std::string result; ///< of its last end: "success", "exit-code" ...
    std::uint64_t restarts = 0;
};

/// A sentence of what is the matter, and the next command; of nothing, where systemd did not answer, in general.
[[nodiscard]] std::string sentence_about(const std::optional<UnitState>& state);

/// Nothing where no systemd is on that bus (empty: the system bus).
[[nodiscard]] std::optional<UnitState> ask_systemd(const std::string& address);

/// failure_from_bus(), but where the bus, or systemd, says that there is no service: then it says why.
[[nodiscard]] base::Error failure_at(const std::string& address, std::string_view name, std::string_view text);

} // namespace loquet::cli
