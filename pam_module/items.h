// SPDX-License-Identifier: LGPL-2.1-or-later
// What libpam holds about a transaction: its items as C++ values, and what the daemon decided about the person, kept
// for the phases that follow. Nothing here keeps state of its own.
#pragma once

#include "lib/base/secret.h"
#include "lib/client/dialog_connection.h"
#include "lib/protocol/turn.h"

#include <security/pam_modules.h>

#include <optional>
#include <string>
#include <vector>

namespace loquet::pam {

/// A text item (PAM_SERVICE, PAM_TTY ...); empty where the application set none.
[[nodiscard]] std::string text_item(pam_handle_t* handle, int item);

/// PAM_AUTHTOK or PAM_OLDAUTHTOK; nothing where no module above left one, or none that anybody could have as a password
/// (empty, too long to travel).
[[nodiscard]] std::optional<base::Secret> usable_secret(pam_handle_t* handle, int item);

/// libpam copies the secret, and wipes its copy at the end of the phase.
void keep_secret(pam_handle_t* handle, int item, const base::Secret& secret);

/// Everything about the application's side that the daemon is told.
[[nodiscard]] client::ClientFacts facts_of(pam_handle_t* handle);

/// What the daemon decided about a person, kept for the phases that follow. Holds no secret.
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
