// SPDX-License-Identifier: LGPL-2.1-or-later
// What somebody who makes an account may say of it, and the checks. Pure.
#pragma once

#include "daemon/accounts/authorisations.h"
#include "daemon/model/account.h"

#include <optional>
#include <string>
#include <string_view>

namespace loquet::accounts {

struct NewAccount {
    std::string name;
    std::string display_name;
    std::string home;  ///< empty: as configured
    std::string shell; ///< empty: as configured
    std::string mail;
    std::string phone;
    std::string locale;
    std::string organisation;                     ///< empty: none
    std::optional<Authorisations> authorisations; ///< absent: as configured; empty: none
};

/// What an account gets where nothing is said.
struct AccountDefaults {
    std::string home = "/home/{name}"; ///< {name} is the account's
    std::string shell = "/bin/bash";
    Authorisations authorisations{"*"};
    std::string organisation_prefix = "org-"; ///< of groups; no account's name begins with it
};

/// Checks every field and brings it into the form that is kept; uid, gid and times are left for later. Throws Error
/// (invalid) with a sentence that names the field and the rule.
[[nodiscard]] model::Account make_account(const NewAccount& wanted, const AccountDefaults& defaults);

/// What an operator writes beside an act: UTF-8, printable, at most limits::reason_bytes. Throws Error (invalid).
void check_reason(std::string_view reason);

} // namespace loquet::accounts
