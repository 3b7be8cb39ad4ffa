// SPDX-License-Identifier: LGPL-2.1-or-later
// What may be done to an account in which state, and what a change of its password or its factors writes. The table is
// pure; the rest runs inside Store::write, so that others can put their records into the same transaction.
#pragma once

#include "daemon/model/account.h"
#include "daemon/model/ids.h"
#include "daemon/store/transaction.h"
#include "lib/base/clock.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace loquet::accounts {

enum class Act : std::uint8_t { lock, unlock, disable, enable };

/// The state that follows, which is the same one where there is nothing to do. Throws Error (conflict) where the act
/// does not fit, with a sentence that says which one does.
[[nodiscard]] model::AccountState state_after(Act act, model::AccountState now);

/// Of a second factor that the owner cannot use: a lost telephone, or one that was entered and never set up.
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

/// The addresses that the account has are its owner's, from `wall` on; an earlier word stands, but a hold of it may end
/// sooner. `held_until` (steady clock; 0: no hold): before it they are no way to a new password. False where all of
/// that was known.
bool confirm_addresses(model::PrivateAccount& account, base::Milliseconds wall,
                       base::Milliseconds held_until = base::Milliseconds(0)) noexcept;

/// Where the owner is reached from now on; `address` is in its canonical form.
struct NewAddress {
    model::Medium medium = model::Medium::mail;
    std::string address;
    base::Milliseconds wall{0};       ///< when its owner proved to receive what is sent there
    base::Milliseconds held_until{0}; ///< steady clock: before it, it is no way to a new password
};
/// The address in place of the former one of that medium; a hold that ends later stays. What was issued before is void.
/// Throws Error (not_found).
void put_address(store::WriteTxn& txn, model::Uid uid, const NewAddress& address);

/// Its owner reads at the next limits::notice_screens logins that this was done; of more than limits::screen_notices
/// the oldest gives way. `actor`: the operator, nothing where nobody acted upon the account. Nothing happens where
/// there is no such account.
void show_at_logins(store::WriteTxn& txn, model::Uid uid, model::ScreenEvent event, std::optional<std::uint32_t> actor,
                    base::Milliseconds wall);

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
