// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/audit/audit_log.h"

#include "daemon/audit/chain_link.h"
#include "daemon/store/codec.h"
#include "lib/base/error.h"
#include "lib/base/limits.h"

#include <algorithm>

namespace loquet::audit {

using base::Error;
using store::ChainHead;
using store::Key;
using store::Table;

std::uint64_t AuditLog::append(store::WriteTxn& txn, const model::AuditEvent& event) {
    const ChainHead before = require_head(txn);
    const base::SecureBytes record = store::encode(event);
    const ChainHead after{before.sequence + 1, link_after(txn, before, record)};
    txn.put(Table::audit, Key(after.sequence), join({after.link, record}));
    store::MetaTable::put_chain_head(txn, after);
    return after.sequence;
}

std::vector<Entry> AuditLog::read(const store::ReadTxn& txn, std::uint64_t after, std::size_t limit) {
    std::vector<Entry> out;
    const std::size_t most = std::min(limit, limits::audit_records_per_page);
    if (most == 0 || after == UINT64_MAX) {
        return out;
    }
    txn.each(Table::audit, Key(after + 1), [&](auto key, auto value) {
        const auto linked = split(value);
        const auto sequence = store::number_of(key);
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
