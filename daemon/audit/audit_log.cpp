// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/audit/audit_log.h"

#include "daemon/audit/chain.h"
#include "daemon/store/audit_codec.h"
#include "lib/base/error.h"
#include "lib/base/limits.h"

#include <algorithm>

namespace loquet::audit {

using base::Error;
using store::ChainHead;
using store::Key;
using store::Table;

namespace {

/// Outsiders can make records, so their number is bounded; what is left is proved from where it begins.
void give_up_oldest(store::WriteTxn& txn, std::uint64_t newest, std::uint64_t keep) {
    const ChainHead before = store::MetaTable::chain_start(txn);
    ChainHead start = before;
    while (newest - start.sequence > keep) {
        const Key oldest(start.sequence + 1);
        const auto value = txn.get(Table::audit, oldest);
        const auto linked = value ? split(*value) : std::nullopt;
        if (!linked) {
            throw Error(Error::Kind::corrupt, "the oldest record of the audit log cannot be read");
        }
        start = {start.sequence + 1, linked->link};
        txn.erase(Table::audit, oldest);
    }
    if (start != before) {
        store::MetaTable::put_chain_start(txn, start);
    }
}

} // namespace

std::uint64_t AuditLog::append(store::WriteTxn& txn, const model::AuditEvent& event, std::uint64_t keep) {
    return append_all(txn, {&event, 1}, keep);
}

std::uint64_t AuditLog::append_all(store::WriteTxn& txn, std::span<const model::AuditEvent> events,
                                   std::uint64_t keep) {
    ChainHead head = require_head(txn);
    for (const model::AuditEvent& event : events) {
        const base::SecureBytes record = store::encode(event);
        head = {head.sequence + 1, link_after(txn, head, record)};
        txn.put(Table::audit, Key(head.sequence), join({head.link, record}));
    }
    store::MetaTable::put_chain_head(txn, head);
    give_up_oldest(txn, head.sequence, keep);
    return head.sequence;
}

std::vector<Entry> AuditLog::read(const store::ReadTxn& txn, std::uint64_t after, std::size_t limit) {
    std::vector<Entry> out;
    const std::size_t most = std::min(limit, limits::audit_records_per_page);
    if (most == 0 || after == UINT64_MAX) {
        return out;
    }
    txn.each(Table::audit, Key(after + 1), [&](auto key, auto value) {
        const auto linked = split(value);
        const auto sequence = store::key_from<std::uint64_t>(key);
        if (!linked || !sequence) {
            throw Error(Error::Kind::corrupt, "a record of the audit log cannot be read");
        }
        out.push_back({*sequence, store::decode_audit(linked->record)});
        return out.size() < most;
    });
    return out;
}

std::uint64_t AuditLog::newest(const store::ReadTxn& txn) {
    return require_head(txn).sequence;
}

Verdict AuditLog::verify(const store::ReadTxn& txn) {
    ChainCheck check;
    while (!check.advance(txn, limits::audit_records_per_page)) {
    }
    return check.verdict();
}

} // namespace loquet::audit
