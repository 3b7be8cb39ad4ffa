// SPDX-License-Identifier: LGPL-2.1-or-later
// The audit log: append-only, without gaps, each record bound to all before it by a keyed hash, so that removing,
// changing, reordering or cutting off records shows. Stateless; the rules of the transaction (store/transaction.h) say
// which thread.
#pragma once

#include "daemon/audit/chain.h"
#include "daemon/model/audit_event.h"
#include "daemon/store/transaction.h"
#include "lib/base/limits.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace loquet::audit {

struct Entry {
    std::uint64_t sequence = 0; ///< from 1, without gaps
    model::AuditEvent event;
};

class AuditLog {
public:
    /// In the transaction of the act itself: an act without its record cannot be. Returns the sequence number. The
    /// newest `keep` records stay; the oldest gives way for each one more, and the chain then begins behind it.
    static std::uint64_t append(store::WriteTxn& txn, const model::AuditEvent& event,
                                std::uint64_t keep = limits::audit_records);
    /// The same for many, with one look at the chain's ends. There is at least one.
    static std::uint64_t append_all(store::WriteTxn& txn, std::span<const model::AuditEvent> events,
                                    std::uint64_t keep = limits::audit_records);
    /// Records with a number above `after`, oldest first, at most `limit` (and limits::audit_records_per_page).
    [[nodiscard]] static std::vector<Entry> read(const store::ReadTxn& txn, std::uint64_t after, std::size_t limit);
    /// The number of the newest record; 0: none.
    [[nodiscard]] static std::uint64_t newest(const store::ReadTxn& txn);
    /// The whole chain in this one transaction: for a short log and for tests. The daemon takes ChainCheck by slices.
    [[nodiscard]] static Verdict verify(const store::ReadTxn& txn);
};

} // namespace loquet::audit
