// SPDX-License-Identifier: LGPL-2.1-or-later
// Transactions, lent to closures by Store::read (loop thread) and Store::write (writer thread); nobody keeps one, and
// none is open across an await. Values are opened and sealed here: the user of a table sees plain bytes, LMDB never.
// TypedTable puts keys and values of the model in their place.
#pragma once

#include "daemon/model/ids.h"
#include "daemon/store/environment.h"
#include "daemon/store/events.h"
#include "daemon/store/tables.h"
#include "lib/base/error.h"
#include "lib/base/secret.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace loquet::store {

class Sealer;

class ReadTxn {
public:
    ReadTxn(MDB_txn* txn, const TableHandles& tables, Sealer& sealer) noexcept
        : txn_(txn), tables_(&tables), sealer_(&sealer) {}
    ReadTxn(const ReadTxn&) = delete;
    ReadTxn& operator=(const ReadTxn&) = delete;
    ~ReadTxn() = default;

    /// The opened value; nothing where there is none. Throws Error (corrupt) where the value was not sealed by this
    /// store for this table and key.
    [[nodiscard]] std::optional<base::SecureBytes> get(Table table, const Key& key) const;
    /// The opened value, empty where there is none: what encode() of a record edits.
    [[nodiscard]] base::SecureBytes stored(Table table, const Key& key) const {
        return get(table, key).value_or(base::SecureBytes{});
    }
    [[nodiscard]] bool contains(Table table, const Key& key) const;
    /// The stored bytes, unopened, valid as long as nothing is written: only the wrapped data key, which is sealed by
    /// another key than the rest (sealing.h), means anything to its reader.
    [[nodiscard]] std::optional<std::span<const std::uint8_t>> get_raw(Table table, const Key& key) const;
    [[nodiscard]] std::size_t count(Table table) const;

    /// Calls `visit`, which writes nothing, with each key from `from` on (itself included, in byte order) until it
    /// returns false.
    using Visit = std::function<bool(std::span<const std::uint8_t> key)>;
    void each_key(Table table, const Key& from, const Visit& visit) const;
    /// The same with opened values, which live as long as the call.
    using VisitValue = std::function<bool(std::span<const std::uint8_t> key, std::span<const std::uint8_t> value)>;
    void each(Table table, const Key& from, const VisitValue& visit) const;

    /// As Store::digest, for the thread that owns this transaction.
    [[nodiscard]] model::Digest digest(DigestKind kind, std::string_view text) const;
    [[nodiscard]] Sealer& sealer() const noexcept { return *sealer_; }

protected:
    [[nodiscard]] MDB_txn* txn() const noexcept { return txn_; }
    [[nodiscard]] MDB_dbi handle(Table table) const noexcept { return (*tables_)[index_of(table)]; } // NOLINT

private:
    void walk(Table table, const Key& from, const VisitValue& visit) const;

    MDB_txn* txn_;
    const TableHandles* tables_;
    Sealer* sealer_;
};

/// Is-a ReadTxn that sees its own writes.
class WriteTxn : public ReadTxn {
public:
    using ReadTxn::ReadTxn;

    void put(Table table, const Key& key, std::span<const std::uint8_t> value);
    /// False where there was nothing.
    bool erase(Table table, const Key& key);

    /// Told to the loop (Store::on) once this work is durable, and not at all if it is not: in the order of commits,
    /// and of a kind once a commit.
    void after_commit(Event event) { events_.add(std::move(event)); }
    [[nodiscard]] Events& events() noexcept { return events_; }

    /// The first code that says that the transaction cannot be committed (no room in the map, disk refuses); the
    /// writer looks here, because work may swallow the exception.
    [[nodiscard]] int failure() const noexcept { return failure_; }
    /// See get_raw.
    void put_raw(Table table, const Key& key, std::span<const std::uint8_t> value);

private:
    void note(int code, std::string_view doing);
    int failure_ = MDB_SUCCESS;
    Events events_;
};

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

/// A table as its users see it: keys and values of the model in place of bytes. Beside it stands what a family of
/// tables does beyond that (accounts_table.h, counters_table.h, ...). Stateless.
///
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
