// SPDX-License-Identifier: LGPL-2.1-or-later
// One call of libpam into this module: its arguments, and what every phase does with them first and last. Lives as long
// as the call; the caller's thread.
#pragma once

#include "pam_module/options.h"
#include "pam_module/troubles.h"
#include "pam_module/walk.h"

#include <security/pam_modules.h>

#include <optional>
#include <string>
#include <variant>

namespace loquet::pam {

struct Transaction {
    pam_handle_t* handle;
    int flags;
    Options options;

    [[nodiscard]] bool silent() const noexcept { return options.quiet || (flags & PAM_SILENT) != 0; }
    [[nodiscard]] Dialog dialog() const noexcept { return {handle, silent()}; }
    void debug(const std::string& text) const;
};

/// The person of this transaction: a plan to talk about them, or PAM's result where that is decided without the daemon
/// (uid 0, no name).
[[nodiscard]] std::variant<Plan, Stopped> plan_for_user(const Transaction& transaction);

/// `login`, or `unlock-screen` where a plain user's program asks for that user's own password.
[[nodiscard]] const char* login_purpose(const Plan& plan) noexcept;

/// Says to the person and to syslog what is to be said about an end without success, and gives PAM's result.
[[nodiscard]] int result_of(const Transaction& transaction, Phase phase, const Plan& plan, const Ending& ending);

} // namespace loquet::pam
