// SPDX-License-Identifier: LGPL-2.1-or-later
// Verbs by which people change what is theirs: "passwd" a password, "enrol" a second factor. One thread.
#pragma once

#include "cli/client.h"
#include "cli/exit_code.h"
#include "cli/output.h"

#include <optional>
#include <string>

namespace loquet::cli {

struct PasswdOptions {
    std::string account;            ///< empty: that of the caller
    std::optional<int> password_fd; ///< lines: the current password where it is asked, and the new one
};

ExitCode passwd(Client& client, Output& output, const PasswdOptions& options);

/// `account`: empty for that of the caller. Only at a terminal: what is asked depends on a secret that is shown.
ExitCode enrol(Client& client, Output& output, const std::string& account);

} // namespace loquet::cli
