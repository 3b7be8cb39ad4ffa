// SPDX-License-Identifier: LGPL-2.1-or-later
// What one commit changed of that which everybody may know. Plain values.
#pragma once

#include "daemon/model/ids.h"

#include <cstdint>
#include <vector>

namespace loquet::store {

struct Publication {
    /// How many commits changed something public, this one included: the store's state and a copy of it agree where
    /// their generations do (PublicAccounts::generation).
    std::uint64_t generation = 0;
    // Added, changed or erased; in no order, perhaps more than once.
    std::vector<model::Uid> accounts;
    std::vector<std::uint32_t> groups; ///< GIDs; also those whose members are others now

    [[nodiscard]] bool empty() const noexcept { return accounts.empty() && groups.empty(); }
    /// Takes what came after it.
    void add(const Publication& later) {
        generation = later.generation;
        accounts.insert(accounts.end(), later.accounts.begin(), later.accounts.end());
        groups.insert(groups.end(), later.groups.begin(), later.groups.end());
    }
};

/// What one commit has to tell the loop.
struct Committed {
    Publication publication;
    std::vector<std::uint64_t> messages; ///< WriteTxn::note_message
};

} // namespace loquet::store
