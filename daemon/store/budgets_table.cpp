// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/store/budgets_table.h"

#include "daemon/store/neighbourhood.h"
#include "daemon/store/outbox_codec.h"
#include "lib/base/limits.h"

#include <algorithm>
#include <numeric>

namespace loquet::store {

using model::Spending;

namespace {

constexpr Neighbourhood budgets(limits::counted_budgets / limits::neighbours);

Key use_key(model::Medium medium) {
    return Key("code-use-" + std::string(to_text(medium)));
}

/// In the terms of model::matters_less: the later hour first, then the greater use.
model::Counter weight_of_spending(Bytes record) {
    const Spending spending = decode_spending(record);
    const auto all = [](const model::DayCount& count) {
        return std::accumulate(count.by_hour.begin(), count.by_hour.end(), 0U);
    };
    model::Counter weight;
    weight.locked_until = std::max(spending.stranger.hour, spending.proven.hour);
    weight.consecutive = all(spending.stranger) + all(spending.proven);
    return weight;
}

} // namespace

Spending BudgetsTable::spending(const ReadTxn& txn, const model::Digest& budget) {
    const auto record = txn.get(Table::budgets, Key(budget));
    return record ? decode_spending(*record) : Spending{};
}

void BudgetsTable::put(WriteTxn& txn, const model::Digest& budget, const Spending& spending) {
    const Key key(budget);
    budgets.make_room(txn, Table::budgets, budget, weight_of_spending);
    txn.put(Table::budgets, key, encode(spending, txn.stored(Table::budgets, key)));
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
