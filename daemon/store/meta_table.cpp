// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/store/meta_table.h"

#include "lib/base/error.h"

#include <algorithm>

namespace loquet::store {

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

} // namespace loquet::store
