// SPDX-License-Identifier: LGPL-2.1-or-later
// What the store knows about itself, and the schema that it is of. Stateless; the rules of the transaction
// (transaction.h) say which thread.
#pragma once

#include "daemon/store/sealing.h"
#include "daemon/store/transaction.h"
#include "lib/base/clock.h"

#include <cstdint>
#include <optional>
#include <string_view>

namespace loquet::store {

/// Where the audit chain ends: the newest record's number and link.
struct ChainHead {
    std::uint64_t sequence = 0;
    Mac::Result link{};
    friend bool operator==(const ChainHead&, const ChainHead&) = default;
};

class MetaTable {
public:
    /// Nothing only where somebody took it away: a new store has a head that says "no record".
    [[nodiscard]] static std::optional<ChainHead> chain_head(const ReadTxn& txn);
    static void put_chain_head(WriteTxn& txn, const ChainHead& head);
    /// Where the kept part of the log begins: the newest record that was given up for room. Fresh: nothing was.
    [[nodiscard]] static ChainHead chain_start(const ReadTxn& txn);
    static void put_chain_start(WriteTxn& txn, const ChainHead& start);

    /// The last value of the daemon's steady clock that was made durable; 0: never.
    [[nodiscard]] static base::Milliseconds steady_time(const ReadTxn& txn);
    /// Never moves back: an earlier time than the stored one changes nothing.
    static void put_steady_time(WriteTxn& txn, base::Milliseconds time);

    [[nodiscard]] static std::optional<std::uint64_t> number(const ReadTxn& txn, std::string_view name);
    static void put_number(WriteTxn& txn, std::string_view name, std::uint64_t value);
};

// The schema has a number; the past is a fixture (tests/fixtures/store). A new field of a record does not change the
// number, and survives a rewrite by an older loquetd; a change of tables or keys does.

/// What this loquetd writes.
[[nodiscard]] std::uint32_t schema_version() noexcept;

/// Of the stored records; 0: none yet.
[[nodiscard]] std::uint32_t stored_schema(const ReadTxn& txn);

/// Throws Error (conflict) where a newer loquetd wrote the store. True where migrate() has something to do: the schema
/// is an older one, or accounts are found by their addresses by other rules than this loquetd has.
[[nodiscard]] bool needs_migration(const ReadTxn& txn);

/// From what is stored to schema_version(), in this one transaction.
void migrate(WriteTxn& txn);

} // namespace loquet::store
