// SPDX-License-Identifier: LGPL-2.1-or-later
// What one batch of an import does to the accounts, in one transaction. Runs on the store's writer thread; may run
// again.
#pragma once

#include "daemon/accounts/import_line.h"
#include "daemon/accounts/machine_names.h"
#include "daemon/store/transaction.h"
#include "lib/base/clock.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace loquet::accounts {

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
