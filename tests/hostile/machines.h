// SPDX-License-Identifier: LGPL-2.1-or-later
// The kinds of machine that the attacks are tried on.
#pragma once

#include "tests/support/machine.h"

#include <string>

namespace loquet::tests {

inline constexpr const char* no_delay = "first_delay_ms = 0\nmax_delay_ms = 0\n";

/// A lockout policy with these options, and a configuration of its own where one is needed.
inline MachineOptions with_lockout(const std::string& options, const std::string& configuration = "") {
    return {.configuration = configuration,
            .plugins = {{"lockout", options}, {"password_rules", ""}},
            .modules = {},
            .environment = {}};
}

} // namespace loquet::tests
