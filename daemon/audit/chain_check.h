// SPDX-License-Identifier: LGPL-2.1-or-later
// Proves the audit chain a slice at a time, so that a long log does not keep the loop from its logins: between slices
// the log may grow. The thread of the transactions it is given.
#pragma once

#include "daemon/store/meta_table.h"
#include "daemon/store/transaction.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace loquet::audit {

struct Verdict {
    bool intact = false;
    std::uint64_t records = 0; ///< that were read and found in order
    std::string problem;       ///< a sentence for the operator; empty when intact
};

class ChainCheck {
public:
    /// Looks at `records` more at the most. True when the check is done: at the end of the log, or at the first thing
    /// that is wrong.
    bool advance(const store::ReadTxn& txn, std::size_t records);
    [[nodiscard]] const Verdict& verdict() const noexcept { return verdict_; }

private:
    bool follow(const store::ReadTxn& txn, std::span<const std::uint8_t> key, std::span<const std::uint8_t> value);
    void compare_with_head(const store::ReadTxn& txn);

    store::ChainHead end_; ///< of what was followed so far
    Verdict verdict_;
};

} // namespace loquet::audit
