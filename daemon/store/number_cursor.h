// SPDX-License-Identifier: LGPL-2.1-or-later
// Gives numbers to accounts and groups, several in one transaction: the place to look at first is read once and written
// once. It is no more than that; which numbers are free is known by their records. Lives as long as the transaction.
#pragma once

#include "daemon/store/accounts_table.h"
#include "daemon/store/transaction.h"

#include <cstdint>
#include <functional>

namespace loquet::store {

class NumberCursor {
public:
    NumberCursor(WriteTxn& txn, const UidRange& range);

    /// Gives the next number of the range that was never given and that `is_taken` (by somebody outside of the store)
    /// says no of. It is given for good as soon as the transaction commits, whether an account follows or not. Throws
    /// Error (limited) when the range is used up.
    using IsTaken = std::function<bool(model::Uid)>;
    [[nodiscard]] model::Uid give(const IsTaken& is_taken);

    /// The next one begins behind what was given here.
    void keep_place();

private:
    [[nodiscard]] bool find_free(const IsTaken& is_taken);

    WriteTxn& txn_;
    UidRange range_;
    std::uint64_t next_;
    bool moved_ = false;
};

} // namespace loquet::store
