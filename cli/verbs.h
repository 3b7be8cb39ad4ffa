// SPDX-License-Identifier: LGPL-2.1-or-later
// The verbs that are one function each: "config check", "config reload", "flow list", "flow show", "flow walk",
// "status", "passwd", "enrol", "change-address", "try-login". One thread.
#pragma once

#include "cli/client.h"
#include "cli/dialog.h"
#include "cli/exit_code.h"
#include "cli/output.h"
#include "cli/process.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace loquet::cli::config {

/// What the daemon's program reads.
struct Files {
    std::string file;                  ///< empty: the installed configuration
    std::vector<std::string> profiles; ///< folders; empty: the usual ones
    std::vector<std::string> messages;
};

/// The command that runs the daemon's program so that it looks at the files.
[[nodiscard]] std::vector<std::string> daemon_command(const std::vector<std::string>& modes, const Files& files);

/// Runs the daemon's program so that it looks at the files and ends: `modes` are "--check", "--flows" and the like. Its
/// mistakes are never empty where it failed.
[[nodiscard]] ProgramResult run_daemon(const std::vector<std::string>& modes, const Files& files);

/// Says the mistakes, or "ok" where there are none.
ExitCode tell(Output& output, const std::vector<std::string>& mistakes);

/// Has the daemon's program read everything that a start would read, as the daemon's user where the caller is root, and
/// the host of plugins try each plugin that is configured. The service is not needed.
ExitCode check(Output& output, const Files& files);

/// Has the service read its files anew, and says what it found. ExitCode::failed where it keeps the former ones.
ExitCode reload(Client& client, Output& output);

} // namespace loquet::cli::config

namespace loquet::cli::flow {

/// The flows of the configuration, one a line: steps, and how strong they are beside the login. The daemon's program
/// reads the files; the service is not needed. ExitCode::failed, and its mistakes, where the configuration has any.
ExitCode list(Output& output, const config::Files& files);

/// One flow: a verdict, its steps, and what standards say against it. Throws base::Error (not_found) where there is
/// none of that name; "login", "login.service.sudo".
ExitCode show(Output& output, const config::Files& files, const std::string& name);

struct WalkOptions {
    std::string purpose;
    std::string service;  ///< PAM service; empty: the usual one of the purpose
    std::string as;       ///< a kind of person; empty: strangers, who are compared
    std::string language; ///< locale; empty: the machine's
};

/// Walks a flow with a made-up account: this process becomes the daemon's program, which reads what it does not know
/// from standard input and says what happens on standard output.
[[noreturn]] void walk(const Output& output, const config::Files& files, const WalkOptions& options);

} // namespace loquet::cli::flow

namespace loquet::cli {

/// How the service is, in one look. ExitCode::failed when something does not work, so that a monitor needs no parser.
ExitCode status(Client& client, Output& output);

/// A new password for an account that one knows the password of.
struct PasswdOptions {
    std::string account;            ///< empty: that of the caller
    std::optional<int> password_fd; ///< lines: the current password where it is asked, and the new one
};

ExitCode passwd(Client& client, Output& output, const PasswdOptions& options);

/// Sets up a second factor for an account that one can log in to. `account`: empty for that of the caller. Only at a
/// terminal: what is asked depends on a secret that is shown.
ExitCode enrol(Client& client, Output& output, const std::string& account);

/// At a terminal the person changes the mail address or the telephone number of that account, of the caller's where it
/// is empty. Throws as enrol().
ExitCode change_address(Client& client, Output& output, const std::string& account);

/// What PAM would be told, for an administrator who looks for the reason.
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
