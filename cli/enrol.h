// SPDX-License-Identifier: LGPL-2.1-or-later
// The verb "enrol": sets up a second factor for an account that one can log in to. One thread.
#pragma once

#include "cli/client.h"
#include "cli/exit_code.h"
#include "cli/output.h"

#include <string>

namespace loquet::cli {

/// `account`: empty for that of the caller. Only at a terminal: what is asked depends on a secret that is shown.
ExitCode enrol(Client& client, Output& output, const std::string& account);

} // namespace loquet::cli
