// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/store/transaction.h"

#include "daemon/store/sealing.h"

namespace loquet::store {

std::optional<std::span<const std::uint8_t>> ReadTxn::get_raw(Table table, const Key& key) const {
    MDB_val at = to_val(key.bytes());
    MDB_val value{};
    const int code = mdb_get(txn_, handle(table), &at, &value);
    if (code == MDB_NOTFOUND) {
        return std::nullopt;
    }
    check(code, "cannot read the store");
    return from_val(value);
}

std::optional<base::SecureBytes> ReadTxn::get(Table table, const Key& key) const {
    const auto found = get_raw(table, key);
    if (!found) {
        return std::nullopt;
    }
    std::optional<base::SecureBytes> plain(std::in_place);
    sealer_->open(table, key.bytes(), *found, *plain);
    return plain;
}

bool ReadTxn::contains(Table table, const Key& key) const {
    return get_raw(table, key).has_value();
}

std::size_t ReadTxn::count(Table table) const {
    MDB_stat statistics{};
    check(mdb_stat(txn_, handle(table), &statistics), "cannot read the store");
    return statistics.ms_entries;
}

void ReadTxn::walk(Table table, const Key& from, const VisitValue& visit) const {
    MDB_cursor* opened = nullptr;
    check(mdb_cursor_open(txn_, handle(table), &opened), "cannot read the store");
    const CursorHandle cursor(opened);
    MDB_val key = to_val(from.bytes());
    MDB_val value{};
    MDB_cursor_op move = from.bytes().empty() ? MDB_FIRST : MDB_SET_RANGE;
    for (;;) {
        const int code = mdb_cursor_get(cursor.get(), &key, &value, move);
        if (code == MDB_NOTFOUND) {
            return;
        }
        check(code, "cannot read the store");
        if (!visit(from_val(key), from_val(value))) {
            return;
        }
        move = MDB_NEXT;
    }
}

void ReadTxn::each_key(Table table, const Key& from, const Visit& visit) const {
    walk(table, from, [&](auto key, auto) { return visit(key); });
}

void ReadTxn::each(Table table, const Key& from, const VisitValue& visit) const {
    base::SecureBytes plain;
    walk(table, from, [&](auto key, auto value) {
        sealer_->open(table, key, value, plain);
        return visit(key, plain);
    });
}

model::Digest ReadTxn::digest(DigestKind kind, std::string_view text) const {
    return sealer_->digest(kind, text);
}

void WriteTxn::note(int code, std::string_view doing) {
    if (code != MDB_SUCCESS && failure_ == MDB_SUCCESS) {
        failure_ = code;
    }
    check(code, doing);
}

void WriteTxn::put(Table table, const Key& key, std::span<const std::uint8_t> value) {
    const base::SecureBytes sealed = sealer().seal(table, key.bytes(), value);
    put_raw(table, key, sealed);
}

void WriteTxn::put_raw(Table table, const Key& key, std::span<const std::uint8_t> value) {
    MDB_val at = to_val(key.bytes());
    MDB_val bytes = to_val(value);
    note(mdb_put(txn(), handle(table), &at, &bytes, 0), "cannot write the store");
}

bool WriteTxn::erase(Table table, const Key& key) {
    MDB_val at = to_val(key.bytes());
    const int code = mdb_del(txn(), handle(table), &at, nullptr);
    if (code == MDB_NOTFOUND) {
        return false;
    }
    note(code, "cannot write the store");
    return true;
}

} // namespace loquet::store
