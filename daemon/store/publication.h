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
    std::vector<model::Uid> accounts; ///< added, changed or erased; in no order, perhaps more than once
};

} // namespace loquet::store
