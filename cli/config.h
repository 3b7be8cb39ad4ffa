// SPDX-License-Identifier: LGPL-2.1-or-later
// The noun "config". One thread.
#pragma once

#include "cli/exit_code.h"
#include "cli/output.h"

#include <string>
#include <vector>

namespace loquet::cli::config {

struct CheckOptions {
    std::string file;                  ///< empty: the installed configuration
    std::vector<std::string> profiles; ///< folders; empty: the usual ones
    std::vector<std::string> messages;
};

/// Has the daemon's program read everything that a start would read, as the daemon's user where the caller is root, and
/// the host of plugins try each plugin that is configured. The service is not needed.
ExitCode check(Output& output, const CheckOptions& options);

} // namespace loquet::cli::config
