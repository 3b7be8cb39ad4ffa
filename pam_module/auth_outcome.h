// SPDX-License-Identifier: LGPL-2.1-or-later
// What the daemon decided about a person, kept with the transaction for the phases that follow. Holds no secret.
#pragma once

#include "lib/protocol/turn.h"

#include <security/pam_modules.h>

#include <string>
#include <vector>

namespace loquet::pam {

struct AuthOutcome {
    std::string account; ///< the name that PAM_USER had, or got, when this was decided
    protocol::Reason reason = protocol::Reason::none;
    std::vector<std::string> messages;
};

/// Replaces the one before; libpam gives it back at pam_end().
void save(pam_handle_t* handle, AuthOutcome outcome);

/// A new attempt begins: what was decided before counts no more.
void clear(pam_handle_t* handle) noexcept;

/// Null where nothing was decided in this transaction about the present PAM_USER. libpam keeps the ownership.
[[nodiscard]] AuthOutcome* load(pam_handle_t* handle);

} // namespace loquet::pam
