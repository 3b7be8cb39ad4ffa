// SPDX-License-Identifier: LGPL-2.1-or-later
// The chain that the audit records form, each linked to the one before, and the check that none was changed or taken
// away. Inside transactions.
#pragma once

#include "daemon/store/meta_table.h"
#include "daemon/store/transaction.h"
#include "lib/base/secret.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace loquet::audit {

/// How a record is stored: the link, then the record.
struct LinkedRecord {
    store::Mac::Result link{};
    std::span<const std::uint8_t> record;
};

/// Nothing where `value` is too short to be one.
[[nodiscard]] std::optional<LinkedRecord> split(std::span<const std::uint8_t> value);
[[nodiscard]] base::SecureBytes join(const LinkedRecord& linked);

/// Over the link of `before`, the next number and `record`.
[[nodiscard]] store::Mac::Result link_after(const store::ReadTxn& txn, const store::ChainHead& before,
                                            std::span<const std::uint8_t> record);

/// Throws Error (corrupt) where it was taken away.
[[nodiscard]] store::ChainHead require_head(const store::ReadTxn& txn);

struct Verdict {
    bool intact = false;
    std::uint64_t records = 0; ///< that were read and found in order
    std::string problem;       ///< a sentence for the operator; empty when intact
};

/// Proves the chain a slice at a time, so that a long log does not keep the loop from its logins: between slices the
/// log may grow.
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
