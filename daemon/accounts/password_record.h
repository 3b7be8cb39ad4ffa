// SPDX-License-Identifier: LGPL-2.1-or-later
// Changes of the password's record, for whoever has a transaction: a dialog puts its counters and its audit event into
// the same one. Inside Store::write only.
#pragma once

#include "daemon/model/account.h"
#include "daemon/model/ids.h"
#include "daemon/store/transaction.h"
#include "lib/base/clock.h"

#include <cstddef>
#include <string>

namespace loquet::accounts {

struct NewPassword {
    std::string hash;           ///< crypt(5)
    bool must_change = false;   ///< set by somebody else than its owner
    std::size_t history = 0;    ///< former hashes to keep
    base::Milliseconds wall{0}; ///< when
};

/// The new hash, the former one first in the history, the account's generation raised, no place trusted any more.
/// Throws Error (not_found).
void put_password(store::WriteTxn& txn, model::Uid uid, const NewPassword& password);

/// Before a change becomes due, or a new password takes this one's place: was it its owner's own?
void note_own_password(model::Credential& credential) noexcept;

/// The same password by a stronger method: nothing else changes. False, and nothing is done, where the record holds
/// another hash than `former` by now.
bool replace_hash(store::WriteTxn& txn, model::Uid uid, const std::string& former, const std::string& hash);

} // namespace loquet::accounts
