// SPDX-License-Identifier: LGPL-2.1-or-later
// What libpam holds about a transaction, as C++ values. Nothing here keeps state of its own.
#pragma once

#include "lib/base/secret.h"
#include "lib/client/dialog_connection.h"

#include <security/pam_modules.h>

#include <optional>
#include <string>

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

} // namespace loquet::pam
