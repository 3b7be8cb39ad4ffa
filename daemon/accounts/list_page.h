// SPDX-License-Identifier: LGPL-2.1-or-later
// One page of the list of accounts. Read in the caller's transaction, on the caller's thread.
#pragma once

#include "daemon/model/account.h"
#include "daemon/model/counters.h"
#include "daemon/store/accounts_table.h"
#include "lib/base/clock.h"

#include <cstddef>
#include <optional>
#include <vector>

namespace loquet::accounts {

struct ListEntry {
    model::PublicAccount public_part;
    model::AccountState state = model::AccountState::active; ///< as state_of() says
};

/// The account's own state; where it is active and failures shut it for everybody but at the owner's known places:
/// `locked` until a time, `disabled` until somebody unlocks. `now` is of the steady clock.
[[nodiscard]] model::AccountState state_of(model::AccountState own, const model::AttemptCounters& attempts,
                                           base::Milliseconds now);

struct Page {
    std::vector<ListEntry> entries;
    std::optional<model::Uid> next; ///< pass as `after` for more; nothing at the end
};

/// Accounts above `after` in order of number, at most `limit` (at least 1) and limits::accounts_per_page; of one
/// state where `wanted` is given. A page of a filtered list may be short, even empty, and have a `next`: one call looks
/// at limits::accounts_per_search accounts.
[[nodiscard]] Page list_page(const store::ReadTxn& txn, model::Uid after, std::size_t limit,
                             std::optional<model::AccountState> wanted, base::Milliseconds now);

} // namespace loquet::accounts
