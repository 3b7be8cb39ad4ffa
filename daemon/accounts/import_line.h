// SPDX-License-Identifier: LGPL-2.1-or-later
// One line of an import: an account as JSON. Pure.
#pragma once

#include "daemon/accounts/new_account.h"
#include "daemon/model/account.h"
#include "daemon/model/ids.h"
#include "daemon/store/accounts_table.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace loquet::accounts {

/// What the lines of one import share.
struct ImportRules {
    AccountDefaults defaults;
    store::UidRange uids;
    bool without_passwords = false; ///< refuse a line that has one
    bool must_change = false;       ///< of an imported password, where the line does not say
};

struct ImportedAccount {
    NewAccount wanted;   ///< as it was written: what is empty was not said
    model::Account made; ///< checked and filled up; without numbers and groups
    std::optional<model::Uid> uid;
    std::string password_hash; ///< crypt(5); empty: none. One that was locked by '!' has locked the account
    bool must_change = false;

    ImportedAccount() = default;
    ImportedAccount(ImportedAccount&&) = default;
    ImportedAccount& operator=(ImportedAccount&&) = default;
    ImportedAccount(const ImportedAccount&) = delete;
    ImportedAccount& operator=(const ImportedAccount&) = delete;
    /// A hash is kept as if it were the password.
    ~ImportedAccount();
};

/// Keys: name (required), display_name, home, shell, mail, phone, locale, organisation, authorisations (a list), uid (a
/// number), password_hash, must_change (true or false). Throws Error (invalid) with a sentence that never quotes a
/// hash.
[[nodiscard]] ImportedAccount read_import_line(std::string_view line, const ImportRules& rules);

} // namespace loquet::accounts
