// SPDX-License-Identifier: LGPL-2.1-or-later
// The audit log: append-only, without gaps, each record bound to all before it by a keyed hash, so that removing,
// changing, reordering or cutting off records shows. Stateless; the rules of the transaction (store/transaction.h) say
// which thread.
#pragma once

#include "daemon/model/audit_event.h"
#include "daemon/store/transaction.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace loquet::audit {

struct Entry {
    std::uint64_t sequence = 0; ///< from 1, without gaps
    model::AuditEvent event;
};

struct Verdict {
    bool intact = false;
    std::uint64_t records = 0; ///< that were read and found in order
    std::string problem;       ///< a sentence for the operator; empty when intact
};

class AuditLog {
public:
    /// In the transaction of the act itself: an act without its record cannot be. Returns the sequence number.
    static std::uint64_t append(store::WriteTxn& txn, const model::AuditEvent& event);
    /// Records with a number above `after`, oldest first, at most `limit` (and limits::audit_records_per_page).
    [[nodiscard]] static std::vector<Entry> read(const store::ReadTxn& txn, std::uint64_t after, std::size_t limit);
    /// The number of the newest record; 0: none.
    [[nodiscard]] static std::uint64_t newest(const store::ReadTxn& txn);
    /// Walks the whole chain.
    [[nodiscard]] static Verdict verify(const store::ReadTxn& txn);
};

} // namespace loquet::audit
