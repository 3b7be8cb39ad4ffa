// SPDX-License-Identifier: LGPL-2.1-or-later
// What was spent on messages, by budget, in bounded room: as with failure counters, budgets with the same leading bits
// are neighbours (neighbourhood.h), and of full ones that gives way which was used least and longest ago. And what
// became of codes. Stateless; the rules of the transaction (transaction.h) say which thread.
#pragma once

#include "daemon/model/day_count.h"
#include "daemon/model/outgoing.h"
#include "daemon/store/transaction.h"

namespace loquet::store {

class BudgetsTable {
public:
    /// Nothing spent where there is no record. `budget` is a digest of DigestKind::budget.
    [[nodiscard]] static model::Spending spending(const ReadTxn& txn, const model::Digest& budget);
    static void put(WriteTxn& txn, const model::Digest& budget, const model::Spending& spending);

    [[nodiscard]] static model::CodeUse code_use(const ReadTxn& txn, model::Medium medium);
    static void put_code_use(WriteTxn& txn, model::Medium medium, const model::CodeUse& use);
};

} // namespace loquet::store
