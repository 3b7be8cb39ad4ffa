// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/store/meta_table.h"

#include "daemon/store/identifiers_table.h"
#include "lib/base/error.h"

#include <algorithm>
#include <array>
#include <string>

namespace loquet::store {

using base::Error;

namespace {

constexpr std::string_view steady_key = "steady-time";
constexpr std::string_view chain_key = "audit-head";
constexpr std::string_view chain_start_key = "audit-start";

std::optional<ChainHead> get_link(const ReadTxn& txn, std::string_view name) {
    const auto value = txn.get(Table::meta, Key(name));
    if (!value) {
        return std::nullopt;
    }
    ChainHead head;
    const std::span bytes(*value);
    if (bytes.size() != sizeof head.sequence + head.link.size()) {
        throw base::Error(base::Error::Kind::corrupt, "the ends of the audit log cannot be read");
    }
    head.sequence = key_from<std::uint64_t>(bytes.first(sizeof head.sequence)).value_or(0);
    std::copy_n(bytes.begin() + sizeof head.sequence, head.link.size(), head.link.begin());
    return head;
}

void put_link(WriteTxn& txn, std::string_view name, const ChainHead& head) {
    const Key sequence(head.sequence);
    base::SecureBytes value(sequence.bytes().begin(), sequence.bytes().end());
    value.insert(value.end(), head.link.begin(), head.link.end());
    txn.put(Table::meta, Key(name), value);
}

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

std::optional<std::uint64_t> MetaTable::number(const ReadTxn& txn, std::string_view name) {
    const auto value = txn.get(Table::meta, Key(name));
    return value ? key_from<std::uint64_t>(*value) : std::nullopt;
}

void MetaTable::put_number(WriteTxn& txn, std::string_view name, std::uint64_t value) {
    txn.put(Table::meta, Key(name), Key(value).bytes());
}

base::Milliseconds MetaTable::steady_time(const ReadTxn& txn) {
    return base::Milliseconds(static_cast<std::int64_t>(number(txn, steady_key).value_or(0)));
}

void MetaTable::put_steady_time(WriteTxn& txn, base::Milliseconds time) {
    if (time > steady_time(txn)) {
        put_number(txn, steady_key, static_cast<std::uint64_t>(time.count()));
    }
}

std::optional<ChainHead> MetaTable::chain_head(const ReadTxn& txn) {
    return get_link(txn, chain_key);
}
void MetaTable::put_chain_head(WriteTxn& txn, const ChainHead& head) {
    put_link(txn, chain_key, head);
}

ChainHead MetaTable::chain_start(const ReadTxn& txn) {
    return get_link(txn, chain_start_key).value_or(ChainHead{});
}
void MetaTable::put_chain_start(WriteTxn& txn, const ChainHead& start) {
    put_link(txn, chain_start_key, start);
}

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
    return stored < schema_version() || IdentifiersTable::is_outdated(txn);
}

void migrate(WriteTxn& txn) {
    const std::uint32_t from = stored_schema(txn);
    for (const Migration& migration : migrations) {
        if (migration.to > from) {
            migration.run(txn);
        }
    }
    if (IdentifiersTable::is_outdated(txn)) {
        IdentifiersTable::refill(txn);
    }
    MetaTable::put_number(txn, schema_key, schema_version());
}

} // namespace loquet::store
