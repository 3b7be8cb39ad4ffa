// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/store/public_accounts.h"

#include "daemon/store/codec.h"
#include "daemon/store/meta_table.h"
#include "daemon/store/sealing.h"

namespace loquet::store {

using model::Uid;

namespace {

constexpr std::string_view generation_key = "public-generation";

} // namespace

std::optional<model::PublicAccount> PublicAccounts::open(const ReadTxn& txn, Uid uid) {
    const auto record = txn.get(Table::open, Key(uid));
    return record ? std::optional(decode_public(uid, *record)) : std::nullopt;
}

std::optional<Uid> PublicAccounts::find(const ReadTxn& txn, std::string_view name) {
    const auto value = txn.get(Table::names, Key(txn.digest(DigestKind::name, name)));
    return value ? uid_of(*value) : std::nullopt;
}

std::optional<Uid> PublicAccounts::each(const ReadTxn& txn, Uid from, std::size_t limit, const Visit& visit) {
    std::optional<Uid> next;
    txn.each(Table::open, Key(from), [&](auto key, auto record) {
        const Uid uid = uid_of(key).value_or(Uid{});
        if (limit == 0) {
            next = uid;
            return false;
        }
        --limit;
        visit(decode_public(uid, record));
        return true;
    });
    return next;
}

std::size_t PublicAccounts::count(const ReadTxn& txn) {
    return txn.count(Table::open);
}

std::uint64_t PublicAccounts::generation(const ReadTxn& txn) {
    return MetaTable::number(txn, generation_key).value_or(0);
}

std::uint64_t PublicAccounts::raise_generation(WriteTxn& txn) {
    const std::uint64_t raised = generation(txn) + 1;
    MetaTable::put_number(txn, generation_key, raised);
    return raised;
}

} // namespace loquet::store
