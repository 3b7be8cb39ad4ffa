// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/outbox/budgets.h"

#include "daemon/outbox/calling_code.h"
#include "daemon/store/outbox_table.h"
#include "daemon/store/sealing.h"
#include "lib/base/text.h"

#include <vector>

namespace loquet::outbox {

using model::Digest;
using model::Medium;
using model::Spending;
using store::BudgetsTable;

namespace {

/// One of the budgets that a message is charged to.
struct Purse {
    std::string_view name;
    std::uint32_t most;
    Digest key;
    Spending spending{};
};

std::vector<Purse> purses_of(const store::ReadTxn& txn, const Budget& budget, const Spender& spender) {
    const std::string medium(to_text(spender.medium));
    const auto purse = [&](std::string_view name, std::uint32_t most, const std::string& whose) {
        const std::string text = medium + ' ' + std::string(name) + ' ' + whose;
        const Digest key = txn.digest(store::DigestKind::budget, text);
        return Purse{name, most, key, BudgetsTable::spending(txn, key)};
    };
    std::vector<Purse> all{purse("account", budget.account, std::to_string(spender.account.value)),
                           purse("destination", budget.destination, spender.destination),
                           purse("seat", budget.seat, base::to_hex(spender.seat.bytes)),
                           purse("site", budget.site, "")};
    if (spender.medium == Medium::sms) {
        all.push_back(purse("country", budget.country, std::string(calling_code(spender.destination))));
    }
    return all;
}

} // namespace

bool has_room(const Spending& spending, std::uint32_t budget, std::uint32_t stranger_percent, bool proven,
              base::Milliseconds now) {
    const std::uint64_t strangers = spending.stranger.within_day(now);
    const std::uint64_t all = strangers + spending.proven.within_day(now);
    const std::uint64_t share = std::uint64_t{budget} * stranger_percent / 100;
    return all < budget && (proven || strangers < share);
}

std::string_view charge(store::WriteTxn& txn, const Budgets& budgets, const Spender& spender, base::Milliseconds now) {
    const Budget& budget = spender.medium == Medium::sms ? budgets.sms : budgets.mail;
    std::vector<Purse> purses = purses_of(txn, budget, spender);
    for (const Purse& purse : purses) {
        if (!has_room(purse.spending, purse.most, budget.stranger_percent, spender.proven, now)) {
            return purse.name;
        }
    }
    for (Purse& purse : purses) {
        (spender.proven ? purse.spending.proven : purse.spending.stranger).add(now);
        BudgetsTable::put(txn, purse.key, purse.spending);
    }
    return {};
}

} // namespace loquet::outbox
