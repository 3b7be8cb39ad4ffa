// SPDX-License-Identifier: LGPL-2.1-or-later
// "account import": hands a file of JSON lines to the service and shows how far it is. One thread.
#pragma once

#include "cli/client.h"
#include "cli/exit_code.h"
#include "cli/output.h"

#include <string>

namespace loquet::cli::account {

struct ImportOptions {
    std::string file; ///< "-": standard input
    bool dry_run = false;
    bool must_change = false;
    bool without_passwords = false;
};

/// Done where every line was taken; failed where one was refused or the import stopped.
ExitCode import(Client& client, Output& output, const ImportOptions& options);

} // namespace loquet::cli::account
