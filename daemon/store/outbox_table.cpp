// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/store/outbox_table.h"

#include "daemon/store/counters_table.h"
#include "daemon/store/meta_table.h"
#include "daemon/store/record_bytes.h"
#include "daemon/store/transaction.h"
#include "lib/base/error.h"
#include "lib/base/limits.h"
#include "lib/base/text.h"
#include "lib/base/wire.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace loquet::store {

using base::Error;
using model::CodeUse;
using model::MessageContent;
using model::MessageState;
using model::OutboxEntry;
using model::Usage;
using records::CodeUseRecord;
using records::OutboxRecord;
using records::UsageRecord;

namespace {

constexpr std::string_view message_name = "a message";
constexpr std::string_view usage_name = "a budget";
constexpr std::string_view use_name = "the use of codes";
constexpr std::size_t longest_part = 64 * 1024; // of a value; each has limits of its own that are less

void require(bool fits, const char* what) {
    if (!fits) {
        throw Error(Error::Kind::limited, std::string("a message is not kept: ") + what + " is too long");
    }
}

void require_limits(const MessageContent& content) {
    require(content.destination.size() <= limits::mail_bytes, "its destination");
    require(content.locale.size() <= limits::client_field_bytes, "the name of its language");
    require(content.variables.size() <= limits::message_variables, "the list of its variables");
    for (const MessageContent::Variable& variable : content.variables) {
        require(variable.name.size() <= limits::plugin_name_bytes, "the name of a variable");
        require(variable.value.size() <= limits::message_variable_bytes, "the value of a variable");
    }
}

/// What the wire's reader refuses is damage here: we wrote it.
template <class Read>
auto read_or_corrupt(Read read) {
    try {
        return read();
    } catch (const Error& error) {
        throw Error(Error::Kind::corrupt, std::string("a message cannot be read: ") + error.what());
    }
}

MessageState state_of(std::uint32_t number) {
    const auto first = static_cast<std::uint32_t>(MessageState::queued);
    const auto last = static_cast<std::uint32_t>(MessageState::expired);
    return number >= first && number <= last ? static_cast<MessageState>(number) : MessageState::refused;
}

} // namespace

base::SecureBytes encode(const MessageContent& content) {
    require_limits(content);
    base::WireWriter out;
    out.text(content.destination);
    out.text(content.locale);
    out.u32(static_cast<std::uint32_t>(content.variables.size()));
    for (const MessageContent::Variable& variable : content.variables) {
        out.text(variable.name);
        out.text(variable.value.reveal());
    }
    return out.take();
}

MessageContent decode_content(Bytes bytes) {
    return read_or_corrupt([&] {
        base::WireReader in(bytes);
        MessageContent content;
        content.destination = in.text(limits::mail_bytes);
        content.locale = in.text(limits::client_field_bytes);
        const std::size_t variables = in.count(limits::message_variables);
        for (std::size_t i = 0; i < variables; ++i) {
            std::string name(in.text(limits::plugin_name_bytes));
            content.variables.push_back({std::move(name), base::Secret(in.text(limits::message_variable_bytes))});
        }
        in.expect_end();
        return content;
    });
}

StoredMessage split_message(Bytes value) {
    return read_or_corrupt([&] {
        base::WireReader in(value);
        StoredMessage parts;
        parts.content = in.bytes(longest_part);
        parts.record = in.bytes(longest_part);
        in.expect_end();
        return parts;
    });
}

base::SecureBytes join_message(const StoredMessage& parts) {
    base::WireWriter out;
    out.bytes(parts.content);
    out.bytes(parts.record);
    return out.take();
}

OutboxEntry decode_outbox_entry(Bytes bytes) {
    auto record = parse<OutboxRecord>(bytes, message_name);
    OutboxEntry message;
    message.state = state_of(record.state());
    message.medium =
        record.medium() == static_cast<std::uint32_t>(model::Medium::sms) ? model::Medium::sms : model::Medium::mail;
    message.why = std::move(*record.mutable_why());
    message.said = std::move(*record.mutable_said());
    message.gateway_reference = std::move(*record.mutable_gateway_reference());
    message.reference = std::move(*record.mutable_reference());
    message.masked = std::move(*record.mutable_masked());
    message.destination = digest_from(record.destination());
    message.account = model::Uid{record.account()};
    message.generation = record.generation();
    message.step = std::move(*record.mutable_step());
    message.text = std::move(*record.mutable_text());
    message.code = record.code();
    message.channel = std::move(*record.mutable_channel());
    message.attempts = record.attempts();
    message.unknown = record.unknown();
    message.created = base::Milliseconds(record.created());
    message.expires = base::Milliseconds(record.expires());
    message.next = base::Milliseconds(record.next());
    message.changed = base::Milliseconds(record.changed());
    return message;
}

base::SecureBytes encode(const OutboxEntry& message, Bytes stored) {
    auto record = parse<OutboxRecord>(stored, message_name);
    record.set_state(static_cast<std::uint32_t>(message.state));
    record.set_medium(static_cast<std::uint32_t>(message.medium));
    set_text(*record.mutable_why(), message.why);
    set_text(*record.mutable_said(), message.said);
    set_text(*record.mutable_gateway_reference(), message.gateway_reference);
    set_text(*record.mutable_reference(), message.reference);
    set_text(*record.mutable_masked(), message.masked);
    record.set_destination(digest_bytes(message.destination));
    record.set_account(message.account.value);
    record.set_generation(message.generation);
    set_text(*record.mutable_step(), message.step);
    set_text(*record.mutable_text(), message.text);
    record.set_code(message.code);
    set_text(*record.mutable_channel(), message.channel);
    record.set_attempts(message.attempts);
    record.set_unknown(message.unknown);
    record.set_created(message.created.count());
    record.set_expires(message.expires.count());
    record.set_next(message.next.count());
    record.set_changed(message.changed.count());
    return to_bytes(record);
}

Usage decode_usage(Bytes bytes) {
    const auto record = parse<UsageRecord>(bytes, usage_name);
    return {day_count_from(record.unproven()), day_count_from(record.proven())};
}

base::SecureBytes encode(const Usage& usage, Bytes stored) {
    auto record = parse<UsageRecord>(stored, usage_name);
    put_day_count(usage.unproven, *record.mutable_unproven());
    put_day_count(usage.proven, *record.mutable_proven());
    return to_bytes(record);
}

CodeUse decode_code_use(Bytes bytes) {
    const auto record = parse<CodeUseRecord>(bytes, use_name);
    return {day_count_from(record.sent()), day_count_from(record.used())};
}

base::SecureBytes encode(const CodeUse& use, Bytes stored) {
    auto record = parse<CodeUseRecord>(stored, use_name);
    put_day_count(use.sent, *record.mutable_sent());
    put_day_count(use.used, *record.mutable_used());
    return to_bytes(record);
}

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

using References = IndexTable<Table::references, std::uint64_t>;

model::Digest reference_digest(const ReadTxn& txn, std::string_view reference) {
    return txn.digest(DigestKind::reference, reference);
}

void forget_reference(WriteTxn& txn, const std::string& reference, std::uint64_t number) {
    if (OutboxTable::find(txn, reference) == number) {
        References::erase(txn, reference_digest(txn, reference));
    }
}

void write(WriteTxn& txn, const Key& key, const OutboxEntry& message, Bytes content, Bytes stored) {
    const base::SecureBytes record = encode(message, stored);
    txn.put(Table::outbox, key, join_message({is_final(message.state) ? Bytes{} : content, record}));
}

} // namespace

std::uint64_t OutboxTable::add(WriteTxn& txn, const OutboxEntry& message, const model::MessageContent& content) {
    const std::uint64_t number = MetaTable::number(txn, newest_key).value_or(0) + 1;
    MetaTable::put_number(txn, newest_key, number);
    count_pending(txn, false, !is_final(message.state));
    const base::SecureBytes bytes = encode(content);
    write(txn, Key(number), message, bytes, {});
    if (!is_final(message.state)) {
        References::put(txn, reference_digest(txn, message.reference), number);
    }
    return number;
}

void OutboxTable::put(WriteTxn& txn, std::uint64_t number, const OutboxEntry& message) {
    const Key key(number);
    const auto stored = txn.get(Table::outbox, key);
    if (!stored) {
        throw Error(Error::Kind::not_found, "there is no message " + std::to_string(number));
    }
    const StoredMessage parts = split_message(*stored);
    if (is_final(decode_outbox_entry(parts.record).state)) {
        throw Error(Error::Kind::conflict, "the message " + std::to_string(number) + " has its final state");
    }
    count_pending(txn, true, !is_final(message.state));
    write(txn, key, message, parts.content, parts.record);
}

void OutboxTable::put_receipt(WriteTxn& txn, std::uint64_t number, const OutboxEntry& message) {
    const Key key(number);
    const auto stored = txn.get(Table::outbox, key);
    if (!stored) {
        throw Error(Error::Kind::not_found, "there is no message " + std::to_string(number));
    }
    const Bytes record = split_message(*stored).record;
    if (decode_outbox_entry(record).state != MessageState::sent
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

std::optional<OutboxEntry> OutboxTable::get(const ReadTxn& txn, std::uint64_t number) {
    const auto stored = txn.get(Table::outbox, Key(number));
    return stored ? std::optional(decode_outbox_entry(split_message(*stored).record)) : std::nullopt;
}

std::optional<model::MessageContent> OutboxTable::content(const ReadTxn& txn, std::uint64_t number) {
    const auto stored = txn.get(Table::outbox, Key(number));
    if (!stored) {
        return std::nullopt;
    }
    const StoredMessage parts = split_message(*stored);
    return parts.content.empty() ? std::nullopt : std::optional(decode_content(parts.content));
}

std::optional<std::uint64_t> OutboxTable::find(const ReadTxn& txn, std::string_view reference) {
    return References::get(txn, reference_digest(txn, reference));
}

std::uint64_t OutboxTable::pending(const ReadTxn& txn) {
    return MetaTable::number(txn, pending_key).value_or(0);
}

void OutboxTable::each(const ReadTxn& txn, std::uint64_t from, const Visit& visit) {
    txn.each(Table::outbox, Key(from), [&](auto key, auto value) {
        const auto number = key_from<std::uint64_t>(key);
        if (!number) {
            throw Error(Error::Kind::corrupt, "the number of a message cannot be read");
        }
        return visit(*number, decode_outbox_entry(split_message(value).record));
    });
}

namespace {

using Budgets = TypedTable<Table::budgets, model::Digest, Usage, decode_usage, encode>;

constexpr EvictionBucket budgets(limits::counted_budgets / limits::bucket_slots);

Key use_key(model::Medium medium) {
    return Key("code-use-" + std::string(to_text(medium)));
}

/// In the terms of model::matters_less: the later hour first, then the greater use.
model::Counter weight_of_spending(Bytes record) {
    const Usage usage = decode_usage(record);
    const auto all = [](const model::DayCount& count) {
        return std::accumulate(count.by_hour.begin(), count.by_hour.end(), 0U);
    };
    model::Counter weight;
    weight.locked_until = std::max(usage.unproven.hour, usage.proven.hour);
    weight.consecutive = all(usage.unproven) + all(usage.proven);
    return weight;
}

} // namespace

Usage BudgetsTable::usage(const ReadTxn& txn, const model::Digest& budget) {
    return Budgets::get(txn, budget).value_or(Usage{});
}

void BudgetsTable::put(WriteTxn& txn, const model::Digest& budget, const Usage& usage) {
    budgets.make_room(txn, Table::budgets, budget, weight_of_spending);
    Budgets::put(txn, budget, usage);
}

model::CodeUse BudgetsTable::code_use(const ReadTxn& txn, model::Medium medium) {
    const auto record = txn.get(Table::meta, use_key(medium));
    return record ? decode_code_use(*record) : model::CodeUse{};
}

void BudgetsTable::put_code_use(WriteTxn& txn, model::Medium medium, const model::CodeUse& use) {
    const Key key = use_key(medium);
    txn.put(Table::meta, key, encode(use, txn.stored(Table::meta, key)));
}

} // namespace loquet::store
