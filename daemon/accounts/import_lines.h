// SPDX-License-Identifier: LGPL-2.1-or-later
// The lines of an import: each an account as JSON, and what a batch of them does to the accounts in one transaction.
// Reading is pure; import_lines() runs on the store's writer thread, and may run again.
#pragma once

#include "daemon/accounts/name_service.h"
#include "daemon/accounts/new_account.h"
#include "daemon/model/account.h"
#include "daemon/model/ids.h"
#include "daemon/store/accounts_table.h"
#include "daemon/store/transaction.h"
#include "lib/base/clock.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace loquet::accounts {

/// What the lines of one import share.
struct ImportRules {
    AccountDefaults defaults;
    store::UidRange uids;
    bool without_passwords = false; ///< refuse a line that has one
    bool must_change = false;       ///< of an imported password, where the line does not say
};

/// One line.
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

struct LineError {
    std::uint64_t line = 0;
    std::string sentence;
};

/// Lines of the file, already checked by themselves.
struct ImportLines {
    struct Line {
        std::uint64_t number = 0;
        ImportedAccount account;
    };
    std::vector<Line> lines;
    std::vector<LineError> errors; ///< of lines that are not among them
};

struct ImportOutcome {
    std::uint64_t created = 0;
    std::uint64_t unchanged = 0; ///< there is such an account already
    std::vector<model::Uid> made;
    std::vector<LineError> errors;
};

struct ImportSettings {
    ImportRules rules;
    std::uint32_t actor = 0; ///< UID
    std::shared_ptr<const MachineNames> machine;
    base::Milliseconds wall{0};
};

/// Makes the accounts, with their audit records. A line that cannot be done is an error of the outcome, and the others
/// are done. An account of the name that is as the line says is left alone (its password too: its owner may have
/// changed it since); one that differs is an error, for an import does not change accounts.
[[nodiscard]] ImportOutcome import_lines(store::WriteTxn& txn, const ImportLines& lines,
                                         const ImportSettings& settings);

} // namespace loquet::accounts
