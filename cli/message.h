// SPDX-License-Identifier: LGPL-2.1-or-later
// The noun "message": what the service wrote to people, and what became of it. One thread.
#pragma once

#include "cli/client.h"
#include "cli/exit_code.h"
#include "cli/output.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace loquet::cli::message {

struct ListOptions {
    std::string account;     ///< empty: of all
    std::string state;       ///< empty: in any
    std::uint64_t limit = 0; ///< 0: no limit
};

ExitCode list(Client& client, Output& output, const ListOptions& options);
ExitCode show(Client& client, Output& output, std::uint64_t number);
ExitCode retry(Client& client, Output& output, std::uint64_t number);

/// What a message's `why` means to the helpdesk, in a sentence; empty for one that this program does not know. Pure.
[[nodiscard]] std::string explanation_of(std::string_view why);

} // namespace loquet::cli::message
