// SPDX-License-Identifier: LGPL-2.1-or-later
// Transactions, lent to closures by Store::read (loop thread) and Store::write (writer thread); nobody keeps one, and
// none is open across an await. Values are opened and sealed here: whoever uses a table sees plain bytes, LMDB never.
#pragma once

#include "daemon/model/ids.h"
#include "daemon/store/environment.h"
#include "daemon/store/events.h"
#include "daemon/store/keys.h"
#include "daemon/store/tables.h"
#include "lib/base/secret.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string_view>
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
    /// another key than the rest (store_keys.h), means anything to its reader.
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

} // namespace loquet::store
