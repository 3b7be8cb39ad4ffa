// SPDX-License-Identifier: LGPL-2.1-or-later
// The a{sv} of CreateAccount and Import, and the names of account states on the bus. Loop thread.
#pragma once

#include "daemon/accounts/import.h"
#include "daemon/accounts/new_account.h"
#include "lib/base/secret.h"
#include "lib/bus/message.h"

#include <optional>
#include <string>
#include <string_view>

namespace loquet::api {

struct AccountRequest {
    accounts::NewAccount account;
    std::optional<base::Secret> password; ///< from the sealed memfd `password`
    bool must_change = true;              ///< somebody else chose it, unless the caller says otherwise

    /// Keys: name (s, required), display_name, home, shell, mail, phone, locale, organisation (s), authorisations (as),
    /// password (h), must_change (b). Throws Error (invalid) for any other key, a wrong type or a wrong length.
    static AccountRequest read(bus::Reader& reader);
};

/// The a{sv} of Import: dry_run, must_change, without_passwords (b). Throws Error (invalid) for any other key or type.
struct ImportRequest {
    accounts::ImportOptions options; ///< without the actor, whom the bus says
    static ImportRequest read(bus::Reader& reader);
};

[[nodiscard]] std::string name_of(model::AccountState state);
/// Throws Error (invalid) for a word that is none.
[[nodiscard]] model::AccountState state_named(std::string_view name);

} // namespace loquet::api
