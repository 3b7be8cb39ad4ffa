// SPDX-License-Identifier: LGPL-2.1-or-later
// The verb "try-login": what PAM would be told, for an administrator who looks for the reason. One thread.
#pragma once

#include "cli/client.h"
#include "cli/dialog.h"
#include "cli/exit_code.h"
#include "cli/output.h"

#include <optional>
#include <string>
#include <string_view>

namespace loquet::cli {

struct TryLoginOptions {
    std::string account;
    std::string service = "login";
    std::optional<int> password_fd;
};

/// It is an attempt like any other: counted, audited, and able to lock the account.
ExitCode try_login(Client& client, Output& output, const TryLoginOptions& options);

struct PamResult {
    std::string_view authentication; ///< of pam_authenticate
    std::string_view account;        ///< of pam_acct_mgmt; empty where it is not reached
    ExitCode exit_code;
};
[[nodiscard]] PamResult pam_result_of(const DialogResult& ending);

} // namespace loquet::cli
