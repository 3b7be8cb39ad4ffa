// SPDX-License-Identifier: LGPL-2.1-or-later
// Messages and what was spent on them. Stateless; the rules of the transaction (transaction.h) say which thread.
#pragma once

#include "daemon/model/day_count.h"
#include "daemon/model/outbox_entry.h"
#include "daemon/store/tables.h"
#include "daemon/store/transaction.h"
#include "lib/base/secret.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

namespace loquet::store {

/// A message is one value: the content, which may hold a code and goes into no protobuf (their strings do not wipe),
/// then the OutboxRecord. A content that breaks limits::message_* is an Error (limited).
[[nodiscard]] base::SecureBytes encode(const model::MessageContent& content);
[[nodiscard]] model::MessageContent decode_content(Bytes content);

/// The two parts of a value; they view into it. `content` is empty once there is none.
struct StoredMessage {
    Bytes content;
    Bytes record;
};
[[nodiscard]] StoredMessage split_message(Bytes value);
[[nodiscard]] base::SecureBytes join_message(const StoredMessage& parts);

/// A state that only a newer loquetd knows counts as refused: we send nothing of it.
[[nodiscard]] model::OutboxEntry decode_outbox_entry(Bytes record);
[[nodiscard]] base::SecureBytes encode(const model::OutboxEntry& message, Bytes stored);

[[nodiscard]] model::Usage decode_usage(Bytes record);
[[nodiscard]] base::SecureBytes encode(const model::Usage& usage, Bytes stored);
[[nodiscard]] model::CodeUse decode_code_use(Bytes record);
[[nodiscard]] base::SecureBytes encode(const model::CodeUse& use, Bytes stored);

/// Messages, oldest first: each has a number that is never given twice.
class OutboxTable {
public:
    /// Gives it the next number. The content of a message that is already in a final state is not kept, and it is not
    /// found by its reference: nobody will ever write of it.
    static std::uint64_t add(WriteTxn& txn, const model::OutboxEntry& message, const model::MessageContent& content);
    /// Throws Error (not_found) where there is none of that number, and (conflict) for one in a final state: that is
    /// never changed. Its content goes with a final state.
    static void put(WriteTxn& txn, std::uint64_t number, const model::OutboxEntry& message);
    /// What is learned of a message that was `sent`: it stays so, or turns out to be `refused`. Throws Error
    /// (not_found) and (conflict) for any other.
    static void put_receipt(WriteTxn& txn, std::uint64_t number, const model::OutboxEntry& message);
    /// False where there was none.
    static bool erase(WriteTxn& txn, std::uint64_t number);

    [[nodiscard]] static std::optional<model::OutboxEntry> get(const ReadTxn& txn, std::uint64_t number);
    /// Nothing where there is no such message, or where it has a final state.
    [[nodiscard]] static std::optional<model::MessageContent> content(const ReadTxn& txn, std::uint64_t number);

    /// The number of the message with that reference (OutboxEntry::reference).
    [[nodiscard]] static std::optional<std::uint64_t> find(const ReadTxn& txn, std::string_view reference);

    [[nodiscard]] static std::size_t count(const ReadTxn& txn) { return txn.count(Table::outbox); }
    /// Those without a final state.
    [[nodiscard]] static std::uint64_t pending(const ReadTxn& txn);

    /// From the number `from` on, until `visit`, which writes nothing, returns false.
    using Visit = std::function<bool(std::uint64_t number, const model::OutboxEntry& message)>;
    static void each(const ReadTxn& txn, std::uint64_t from, const Visit& visit);
};

/// What was spent on messages, by budget, in bounded room: as with failure counters, budgets with the same leading bits
/// are neighbours (EvictionBucket), and of full ones that gives way which was used least and longest ago. And what
/// became of codes.
class BudgetsTable {
public:
    /// Nothing spent where there is no record. `budget` is a digest of DigestKind::budget.
    [[nodiscard]] static model::Usage usage(const ReadTxn& txn, const model::Digest& budget);
    static void put(WriteTxn& txn, const model::Digest& budget, const model::Usage& usage);

    [[nodiscard]] static model::CodeUse code_use(const ReadTxn& txn, model::Medium medium);
    static void put_code_use(WriteTxn& txn, model::Medium medium, const model::CodeUse& use);
};

} // namespace loquet::store
