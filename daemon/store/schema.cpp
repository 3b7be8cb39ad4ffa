// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/store/schema.h"

#include "daemon/store/meta_table.h"
#include "lib/base/error.h"

#include <algorithm>
#include <array>
#include <string>

namespace loquet::store {

using base::Error;

namespace {

constexpr std::string_view schema_key = "schema";

/// The audit chain gets a head that says "no record yet", so that a head that is missing later was taken away.
void begin_audit_chain(WriteTxn& txn) {
    MetaTable::put_chain_head(txn, {});
}

/// What has to be done to the records of a schema below `to`; schema 0 is a store without records. New tables are made
/// when the store is opened, and begin empty: a schema that brings tables alone has no entry.
struct Migration {
    std::uint32_t to;
    void (*run)(WriteTxn& txn);
};
/// In ascending order. Entries are never changed or taken away.
constexpr std::array migrations{Migration{1, &begin_audit_chain}};

} // namespace

std::uint32_t schema_version() noexcept {
    return std::max(newest_table, migrations.back().to);
}

std::uint32_t stored_schema(const ReadTxn& txn) {
    return static_cast<std::uint32_t>(MetaTable::number(txn, schema_key).value_or(0));
}

bool needs_migration(const ReadTxn& txn) {
    const std::uint32_t stored = stored_schema(txn);
    if (stored > schema_version()) {
        throw Error(Error::Kind::conflict, "a newer loquetd wrote this store (schema " + std::to_string(stored)
                                               + "; this one knows " + std::to_string(schema_version())
                                               + "): install that version, or restore a backup from before it");
    }
    return stored < schema_version();
}

void migrate(WriteTxn& txn) {
    const std::uint32_t from = stored_schema(txn);
    for (const Migration& migration : migrations) {
        if (migration.to > from) {
            migration.run(txn);
        }
    }
    MetaTable::put_number(txn, schema_key, schema_version());
}

} // namespace loquet::store
