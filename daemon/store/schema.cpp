// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/store/schema.h"

#include "daemon/store/meta_table.h"
#include "daemon/store/migrations/add_groups.h"
#include "daemon/store/migrations/add_outbox.h"
#include "daemon/store/migrations/begin_audit_chain.h"
#include "lib/base/error.h"

#include <array>
#include <string>

namespace loquet::store {

using base::Error;

namespace {

constexpr std::string_view schema_key = "schema";

// Entry n turns schema n into n + 1; schema 0 is a store without records. Entries are never changed or taken away.
constexpr std::array ladder{&migrations::begin_audit_chain, &migrations::add_groups, &migrations::add_outbox};

} // namespace

std::uint32_t schema_version() noexcept {
    return static_cast<std::uint32_t>(ladder.size());
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
    for (std::size_t from = stored_schema(txn); from < ladder.size(); ++from) {
        ladder.at(from)(txn);
    }
    MetaTable::put_number(txn, schema_key, schema_version());
}

} // namespace loquet::store
