// SPDX-License-Identifier: LGPL-2.1-or-later
// Takes a second factor from an account whose owner cannot use it: a lost telephone, or one that was entered and never
// set up. Inside Store::write only.
#pragma once

#include "daemon/model/ids.h"
#include "daemon/store/transaction.h"

#include <string>

namespace loquet::accounts {

struct FactorRemoval {
    std::string factor; ///< the step
    std::string reason; ///< why, for the audit log
    /// The configuration has a step of that name: an account that lacks it has nothing to remove.
    bool is_configured = false;
};

/// Throws Error (invalid) where the factor can never be removed, or the reason is missing, too long or not printable.
void check(const FactorRemoval& removal);

/// The factor is gone, with what its step kept of it; what was issued before is void, and no place is trusted any more.
/// False, and nothing is done, where the account has not set up this configured factor. Throws Error (not_found) for a
/// factor that nobody knows.
bool remove_factor(store::WriteTxn& txn, model::Uid uid, const FactorRemoval& removal);

} // namespace loquet::accounts
