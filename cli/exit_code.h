// SPDX-License-Identifier: LGPL-2.1-or-later
// What a program that called us learns. Fixed: scripts rely on the numbers (contracts: docs/man/loquetctl.1). Pure.
#pragma once

#include "lib/base/error.h"

#include <stdexcept>
#include <string_view>

namespace loquet::cli {

enum class ExitCode : int {
    done = 0,
    failed = 1,
    usage = 2,
    denied = 3,
    not_found = 4,
    unavailable = 5,
};

/// The command line is wrong, which was seen before anything was done.
class UsageError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

[[nodiscard]] ExitCode exit_code_for(base::Error::Kind kind) noexcept;

/// The failure that a bus error name and its text stand for, with what the reader can do about it where the text,
/// written by the bus or by a library, does not say so itself.
[[nodiscard]] base::Error failure_from_bus(std::string_view name, std::string_view text);

/// For a call that was sent, and whose answer will not come: it may have been carried out.
[[nodiscard]] base::Error answer_lost();

/// For a call that was never sent, because the bus went away before: nothing happened.
[[nodiscard]] base::Error not_sent();

/// For a bus that cannot be reached at all. Of a service that is not on it: cli/service_state.h.
[[nodiscard]] base::Error bus_unreachable();

} // namespace loquet::cli
