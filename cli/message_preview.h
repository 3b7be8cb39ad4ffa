// SPDX-License-Identifier: LGPL-2.1-or-later
// "message preview": a text of the message catalogues as a person would get it, without the service. One thread.
#pragma once

#include "cli/exit_code.h"
#include "cli/output.h"

#include <string>
#include <vector>

namespace loquet::cli::message {

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
