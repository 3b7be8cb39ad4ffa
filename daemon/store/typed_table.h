// SPDX-License-Identifier: LGPL-2.1-or-later
// A table as its users see it: keys and values of the model in place of bytes. What a family of tables does beyond that
// stands beside it (accounts_table.h, counters_table.h, ...). Stateless; the rules of the transaction (transaction.h)
// say which thread.
#pragma once

#include "daemon/store/keys.h"
#include "daemon/store/transaction.h"
#include "lib/base/error.h"
#include "lib/base/secret.h"

#include <optional>
#include <string>
#include <type_traits>
#include <utility>

namespace loquet::store {

namespace detail {
template <class T>
[[nodiscard]] T require_readable(std::optional<T> found, Table table) {
    if (!found) {
        throw base::Error(base::Error::Kind::corrupt, "a record of the table \"" + std::string(name_of(table))
                                                          + "\" cannot be read; restore the store from a backup");
    }
    return *std::move(found);
}

/// Said of types, because the compilers warn of comparing a known function with nullptr.
template <auto function>
inline constexpr bool is_function = !std::is_same_v<std::integral_constant<decltype(function), function>,
                                                    std::integral_constant<decltype(function), nullptr>>;
} // namespace detail

/// `decode` is V(Bytes) or V(K, Bytes), and throws Error (corrupt). `encode` gets the record as it stands, so that what
/// a newer loquetd added stays in it; without one the table is for reading alone.
template <Table table, class K, class V, auto decode, base::SecureBytes (*encode)(const V&, Bytes) = nullptr>
class TypedTable {
public:
    [[nodiscard]] static std::optional<V> get(const ReadTxn& txn, const K& key) {
        const auto record = txn.get(table, Key(key));
        return record ? std::optional<V>(value_of(key, *record)) : std::nullopt;
    }
    [[nodiscard]] static bool contains(const ReadTxn& txn, const K& key) { return txn.contains(table, Key(key)); }
    [[nodiscard]] static std::size_t count(const ReadTxn& txn) { return txn.count(table); }

    /// From the key `from` on, in order of keys, until `visit(K, V)`, which writes nothing, returns false.
    template <class Visit>
    static void each(const ReadTxn& txn, const K& from, Visit visit) {
        txn.each(table, Key(from), [&](auto bytes, auto record) {
            const K key = detail::require_readable(key_from<K>(bytes), table);
            return visit(key, value_of(key, record));
        });
    }
    /// The same with keys alone.
    template <class Visit>
    static void each_key(const ReadTxn& txn, const K& from, Visit visit) {
        txn.each_key(table, Key(from),
                     [&](auto bytes) { return visit(detail::require_readable(key_from<K>(bytes), table)); });
    }

    static void put(WriteTxn& txn, const K& key, const V& value)
        requires detail::is_function<encode>
    {
        const Key at(key);
        txn.put(table, at, encode(value, txn.stored(table, at)));
    }
    /// False if there was none.
    static bool erase(WriteTxn& txn, const K& key)
        requires detail::is_function<encode>
    {
        return txn.erase(table, Key(key));
    }

private:
    [[nodiscard]] static V value_of(const K& key, Bytes record) {
        if constexpr (std::is_invocable_v<decltype(decode), const K&, Bytes>) {
            return decode(key, record);
        } else {
            return decode(record);
        }
    }
};

/// A digest -> the number or UID that has it.
template <Table table, class Number>
class IndexTable {
public:
    [[nodiscard]] static std::optional<Number> get(const ReadTxn& txn, const model::Digest& digest) {
        const auto record = txn.get(table, Key(digest));
        return record ? std::optional(detail::require_readable(key_from<Number>(*record), table)) : std::nullopt;
    }
    static void put(WriteTxn& txn, const model::Digest& digest, const Number& number) {
        txn.put(table, Key(digest), Key(number).bytes());
    }
    static bool erase(WriteTxn& txn, const model::Digest& digest) { return txn.erase(table, Key(digest)); }
};

} // namespace loquet::store
