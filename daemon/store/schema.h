// SPDX-License-Identifier: LGPL-2.1-or-later
// The schema has a number; the past is a fixture (tests/fixtures/store). A new field of a record does not change the
// number, and survives a rewrite by an older loquetd; a change of tables or keys does. Pure, apart from its
// transaction.
#pragma once

#include "daemon/store/transaction.h"

#include <cstdint>

namespace loquet::store {

/// What this loquetd writes.
[[nodiscard]] std::uint32_t schema_version() noexcept;

/// Of the stored records; 0: none yet.
[[nodiscard]] std::uint32_t stored_schema(const ReadTxn& txn);

/// Throws Error (conflict) where a newer loquetd wrote the store. True where migrate() has something to do.
[[nodiscard]] bool needs_migration(const ReadTxn& txn);

/// From what is stored to schema_version(), in this one transaction.
void migrate(WriteTxn& txn);

} // namespace loquet::store
