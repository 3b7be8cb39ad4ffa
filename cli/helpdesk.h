// SPDX-License-Identifier: LGPL-2.1-or-later
// The verbs of "account" by which an operator helps a caller: a code to read out ("reset --by code"), "verify", and
// "approve". Codes are never in a text of the program's own. One thread.
#pragma once

#include "cli/client.h"
#include "cli/exit_code.h"
#include "cli/output.h"

#include <cstdint>
#include <optional>
#include <string>

namespace loquet::cli::helpdesk {

/// Has the service make a code for a new password, and writes it in groups of four, with what to say to the caller.
ExitCode read_out_code(Client& client, Output& output, const std::string& account);

struct VerifyOptions {
    std::string account;
    std::string by; ///< "mail" or "sms"
};

/// Sends the caller a code, and takes it as they read it: from the terminal, where a wrong one may be typed again, or
/// from standard input where that is none. Throws base::Error where it was wrong.
ExitCode verify(Client& client, Output& output, const VerifyOptions& options);

struct ApproveOptions {
    std::string account;
    std::optional<std::uint64_t> request; ///< none: each one that waits is asked about at the terminal
};

/// Shows what other operators want to do to the account, and approves it.
ExitCode approve(Client& client, Output& output, const ApproveOptions& options);

} // namespace loquet::cli::helpdesk
