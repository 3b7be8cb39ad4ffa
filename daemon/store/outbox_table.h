// SPDX-License-Identifier: LGPL-2.1-or-later
// Messages, oldest first: each has a number that is never given twice. Stateless; the rules of the transaction
// (transaction.h) say which thread.
#pragma once

#include "daemon/model/outgoing.h"
#include "daemon/store/transaction.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

namespace loquet::store {

class OutboxTable {
public:
    /// Gives it the next number. The letter of a message that is already in a final state is not kept, and it is not
    /// found by its reference: nobody will ever write of it.
    static std::uint64_t add(WriteTxn& txn, const model::Outgoing& message, const model::Letter& letter);
    /// Throws Error (not_found) where there is none of that number, and (conflict) for one in a final state: that is
    /// never changed. Its letter goes with a final state.
    static void put(WriteTxn& txn, std::uint64_t number, const model::Outgoing& message);
    /// What is learned of a message that was `sent`: it stays so, or turns out to be `refused`. Throws Error
    /// (not_found) and (conflict) for any other.
    static void put_receipt(WriteTxn& txn, std::uint64_t number, const model::Outgoing& message);
    /// False where there was none.
    static bool erase(WriteTxn& txn, std::uint64_t number);

    [[nodiscard]] static std::optional<model::Outgoing> get(const ReadTxn& txn, std::uint64_t number);
    /// Nothing where there is no such message, or where it has a final state.
    [[nodiscard]] static std::optional<model::Letter> letter(const ReadTxn& txn, std::uint64_t number);

    /// The number of the message with that reference (Outgoing::reference).
    [[nodiscard]] static std::optional<std::uint64_t> find(const ReadTxn& txn, std::string_view reference);

    [[nodiscard]] static std::size_t count(const ReadTxn& txn) { return txn.count(Table::outbox); }
    /// Those without a final state.
    [[nodiscard]] static std::uint64_t pending(const ReadTxn& txn);

    /// From the number `from` on, until `visit`, which writes nothing, returns false.
    using Visit = std::function<bool(std::uint64_t number, const model::Outgoing& message)>;
    static void each(const ReadTxn& txn, std::uint64_t from, const Visit& visit);
};

} // namespace loquet::store
