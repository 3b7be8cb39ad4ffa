// SPDX-License-Identifier: LGPL-2.1-or-later
// Dialogs in which people change what is theirs: a password, a factor. One thread.
#pragma once

#include "cli/answerer.h"
#include "cli/client.h"
#include "lib/protocol/turn.h"

#include <string>

namespace loquet::cli {

/// Whom it is about, and how the dialog is opened. Lives in this call.
struct OwnDialog {
    const char* purpose; ///< protocol::purpose
    std::string account; ///< empty: that of the caller
    const char* service; ///< PAM service to stand for
    const char* verb;    ///< of loquetctl, for who has to name the account
};

/// The granted end of it. Throws UsageError where the caller has no name here, and Error, with the daemon's own words
/// where it said some, where it was not granted.
[[nodiscard]] protocol::Granted run_own_dialog(Client& client, const OwnDialog& dialog, Answerer& answerer);

} // namespace loquet::cli
