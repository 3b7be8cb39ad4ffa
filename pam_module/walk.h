// SPDX-License-Identifier: LGPL-2.1-or-later
// One dialog from Begin to its end: draws what the daemon asks, sends what the person answers, waits where it waits,
// and begins again once where the daemon restarted. Knows nothing of PAM's phases. The caller's thread.
#pragma once

#include "lib/base/secret.h"
#include "lib/protocol/turn.h"
#include "pam_module/client.h"
#include "pam_module/dialog.h"

#include <optional>
#include <string>
#include <variant>

namespace loquet::pam {

/// What is to be asked of the daemon, and what need not be asked of the person.
struct Plan {
    std::string purpose;
    std::string account;
    ClientFacts facts;
    std::optional<base::Secret> token;        ///< the password, where a module above asked for it
    std::optional<base::Secret> new_password; ///< the same for the new one; it is tried once
    bool may_ask_password = true;             ///< false: `token` or nothing
    int no_password = 0;                      ///< PAM's result where there is no (usable) password
};

/// What the person typed, whatever became of it.
struct Typed {
    std::optional<base::Secret> password;
    std::optional<base::Secret> new_password;
};

using Ending = std::variant<protocol::Granted, protocol::Denied, Failure, Stopped>;

[[nodiscard]] Ending walk(Client& client, const Dialog& dialog, Plan& plan, Typed& typed);

} // namespace loquet::pam
