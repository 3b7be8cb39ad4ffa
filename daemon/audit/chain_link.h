// SPDX-License-Identifier: LGPL-2.1-or-later
// How one audit record is bound to all before it, and how it is stored: the link, then the record. Pure, apart from the
// transaction it is given.
#pragma once

#include "daemon/store/meta_table.h"
#include "daemon/store/transaction.h"
#include "lib/base/secret.h"

#include <cstdint>
#include <optional>
#include <span>

namespace loquet::audit {

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

} // namespace loquet::audit
