// SPDX-License-Identifier: LGPL-2.1-or-later
// The noun "message": what the service wrote to people and what became of it, and a text of the message catalogues as a
// person would get it ("message preview", without the service). One thread.
#pragma once

#include "cli/client.h"
#include "cli/exit_code.h"
#include "cli/output.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

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

struct PreviewOptions {
    std::string id;                   ///< "one_time_code.mail"
    std::string locale;               ///< empty: English
    std::vector<std::string> values;  ///< "name=value"; a variable without one stands there as <name>
    std::vector<std::string> folders; ///< of catalogues, the last one wins; empty: the usual ones
};

/// Fails where the service would refuse the catalogues at a reload, and shows the text that stays in force. Throws
/// UsageError for a value of no variable, base::Error (not_found) for an id that no catalogue has.
ExitCode preview(Output& output, const PreviewOptions& options);

} // namespace loquet::cli::message
