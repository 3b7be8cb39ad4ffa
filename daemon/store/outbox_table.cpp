// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/store/outbox_table.h"

#include "daemon/store/meta_table.h"
#include "daemon/store/outbox_codec.h"
#include "daemon/store/sealing.h"
#include "lib/base/error.h"

namespace loquet::store {

using base::Error;
using model::MessageState;
using model::Outgoing;

namespace {

constexpr std::string_view newest_key = "newest-message";
constexpr std::string_view pending_key = "pending-messages";

void count_pending(WriteTxn& txn, bool before, bool after) {
    if (before == after) {
        return;
    }
    const std::uint64_t pending = OutboxTable::pending(txn);
    if (before && pending == 0) {
        throw Error(Error::Kind::corrupt, "the store counts fewer waiting messages than there are");
    }
    MetaTable::put_number(txn, pending_key, after ? pending + 1 : pending - 1);
}

Key reference_key(const ReadTxn& txn, std::string_view reference) {
    return Key(txn.digest(DigestKind::reference, reference));
}

void forget_reference(WriteTxn& txn, const std::string& reference, std::uint64_t number) {
    if (OutboxTable::find(txn, reference) == number) {
        txn.erase(Table::references, reference_key(txn, reference));
    }
}

void write(WriteTxn& txn, const Key& key, const Outgoing& message, Bytes letter, Bytes stored) {
    const base::SecureBytes record = encode(message, stored);
    txn.put(Table::outbox, key, join_message({is_final(message.state) ? Bytes{} : letter, record}));
}

} // namespace

std::uint64_t OutboxTable::add(WriteTxn& txn, const Outgoing& message, const model::Letter& letter) {
    const std::uint64_t number = MetaTable::number(txn, newest_key).value_or(0) + 1;
    MetaTable::put_number(txn, newest_key, number);
    count_pending(txn, false, !is_final(message.state));
    const base::SecureBytes bytes = encode(letter);
    write(txn, Key(number), message, bytes, {});
    if (!is_final(message.state)) {
        txn.put(Table::references, reference_key(txn, message.reference), Key(number).bytes());
    }
    return number;
}

void OutboxTable::put(WriteTxn& txn, std::uint64_t number, const Outgoing& message) {
    const Key key(number);
    const auto stored = txn.get(Table::outbox, key);
    if (!stored) {
        throw Error(Error::Kind::not_found, "there is no message " + std::to_string(number));
    }
    const StoredMessage parts = split_message(*stored);
    if (is_final(decode_outgoing(parts.record).state)) {
        throw Error(Error::Kind::conflict, "the message " + std::to_string(number) + " has its final state");
    }
    count_pending(txn, true, !is_final(message.state));
    write(txn, key, message, parts.letter, parts.record);
}

void OutboxTable::put_receipt(WriteTxn& txn, std::uint64_t number, const Outgoing& message) {
    const Key key(number);
    const auto stored = txn.get(Table::outbox, key);
    if (!stored) {
        throw Error(Error::Kind::not_found, "there is no message " + std::to_string(number));
    }
    const Bytes record = split_message(*stored).record;
    if (decode_outgoing(record).state != MessageState::sent
        || (message.state != MessageState::sent && message.state != MessageState::refused)) {
        throw Error(Error::Kind::conflict, "there is no receipt for the message " + std::to_string(number));
    }
    write(txn, key, message, {}, record);
}

bool OutboxTable::erase(WriteTxn& txn, std::uint64_t number) {
    const auto stored = get(txn, number);
    if (!stored) {
        return false;
    }
    count_pending(txn, !is_final(stored->state), false);
    forget_reference(txn, stored->reference, number);
    return txn.erase(Table::outbox, Key(number));
}

std::optional<Outgoing> OutboxTable::get(const ReadTxn& txn, std::uint64_t number) {
    const auto stored = txn.get(Table::outbox, Key(number));
    return stored ? std::optional(decode_outgoing(split_message(*stored).record)) : std::nullopt;
}

std::optional<model::Letter> OutboxTable::letter(const ReadTxn& txn, std::uint64_t number) {
    const auto stored = txn.get(Table::outbox, Key(number));
    if (!stored) {
        return std::nullopt;
    }
    const StoredMessage parts = split_message(*stored);
    return parts.letter.empty() ? std::nullopt : std::optional(decode_letter(parts.letter));
}

std::optional<std::uint64_t> OutboxTable::find(const ReadTxn& txn, std::string_view reference) {
    const auto number = txn.get(Table::references, reference_key(txn, reference));
    return number ? number_of(*number) : std::nullopt;
}

std::uint64_t OutboxTable::pending(const ReadTxn& txn) {
    return MetaTable::number(txn, pending_key).value_or(0);
}

void OutboxTable::each(const ReadTxn& txn, std::uint64_t from, const Visit& visit) {
    txn.each(Table::outbox, Key(from), [&](auto key, auto value) {
        const auto number = number_of(key);
        if (!number) {
            throw Error(Error::Kind::corrupt, "the number of a message cannot be read");
        }
        return visit(*number, decode_outgoing(split_message(value).record));
    });
}

} // namespace loquet::store
