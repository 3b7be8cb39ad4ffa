// SPDX-License-Identifier: LGPL-2.1-or-later
// Messages and what was spent on them. Stateless; the rules of the transaction (transaction.h) say which thread.
#pragma once

#include "daemon/model/day_count.h"
#include "daemon/model/outgoing.h"
#include "daemon/store/keys.h"
#include "daemon/store/transaction.h"
#include "lib/base/secret.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

namespace loquet::store {

/// A message is one value: the letter, which may hold a code and goes into no protobuf (their strings do not wipe),
/// then the OutgoingRecord. A letter that breaks limits::message_* is an Error (limited).
[[nodiscard]] base::SecureBytes encode(const model::Letter& letter);
[[nodiscard]] model::Letter decode_letter(Bytes letter);

/// The two parts of a value; they view into it. `letter` is empty once there is none.
struct StoredMessage {
    Bytes letter;
    Bytes record;
};
[[nodiscard]] StoredMessage split_message(Bytes value);
[[nodiscard]] base::SecureBytes join_message(const StoredMessage& parts);

/// A state that only a newer loquetd knows counts as refused: we send nothing of it.
[[nodiscard]] model::Outgoing decode_outgoing(Bytes record);
[[nodiscard]] base::SecureBytes encode(const model::Outgoing& message, Bytes stored);

[[nodiscard]] model::Spending decode_spending(Bytes record);
[[nodiscard]] base::SecureBytes encode(const model::Spending& spending, Bytes stored);
[[nodiscard]] model::CodeUse decode_code_use(Bytes record);
[[nodiscard]] base::SecureBytes encode(const model::CodeUse& use, Bytes stored);

/// Messages, oldest first: each has a number that is never given twice.
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

/// What was spent on messages, by budget, in bounded room: as with failure counters, budgets with the same leading bits
/// are neighbours (neighbourhood.h), and of full ones that gives way which was used least and longest ago. And what
/// became of codes.
class BudgetsTable {
public:
    /// Nothing spent where there is no record. `budget` is a digest of DigestKind::budget.
    [[nodiscard]] static model::Spending spending(const ReadTxn& txn, const model::Digest& budget);
    static void put(WriteTxn& txn, const model::Digest& budget, const model::Spending& spending);

    [[nodiscard]] static model::CodeUse code_use(const ReadTxn& txn, model::Medium medium);
    static void put_code_use(WriteTxn& txn, model::Medium medium, const model::CodeUse& use);
};

} // namespace loquet::store
