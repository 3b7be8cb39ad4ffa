// SPDX-License-Identifier: LGPL-2.1-or-later
// The verb "status": how the service is, in one look. One thread.
#pragma once

#include "cli/client.h"
#include "cli/exit_code.h"
#include "cli/output.h"

namespace loquet::cli {

/// ExitCode::failed when something does not work, so that a monitor needs no parser.
ExitCode status(Client& client, Output& output);

} // namespace loquet::cli
