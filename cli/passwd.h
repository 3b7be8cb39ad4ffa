// SPDX-License-Identifier: LGPL-2.1-or-later
// The verb "passwd": a new password for an account that one knows the password of. One thread.
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

} // namespace loquet::cli
