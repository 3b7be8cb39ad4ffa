// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/outbox/budgets.h"

#include "daemon/model/canonical_form.h"
#include "daemon/store/outbox_table.h"
#include "daemon/store/sealing.h"
#include "lib/base/text.h"

#include <algorithm>
#include <array>
#include <vector>

namespace loquet::outbox {

using model::Digest;
using model::Medium;
using model::Usage;
using store::BudgetsTable;

namespace {

/// One of the budgets that a message is charged to.
struct Quota {
    std::string_view name;
    std::uint32_t most;
    Digest key;
    Usage usage{};
};

std::vector<Quota> quotas_of(const store::ReadTxn& txn, const Budget& budget, const QuotaKey& whose) {
    const std::string medium(to_text(whose.medium));
    const auto quota = [&](std::string_view name, std::uint32_t most, const std::string& of) {
        const std::string text = medium + ' ' + std::string(name) + ' ' + of;
        const Digest key = txn.digest(store::DigestKind::budget, text);
        return Quota{name, most, key, BudgetsTable::usage(txn, key)};
    };
    std::vector<Quota> all{quota("account", budget.account, std::to_string(whose.account.value)),
                           quota("destination", budget.destination, whose.destination),
                           quota("place", budget.place, base::to_hex(whose.place.bytes)),
                           quota("site", budget.site, "")};
    if (whose.medium == Medium::sms) {
        all.push_back(quota("country", budget.country, std::string(model::calling_code(whose.destination))));
    }
    return all;
}

} // namespace

bool has_room(const Usage& usage, std::uint32_t budget, std::uint32_t unproven_percent, bool proven,
              base::Milliseconds now) {
    const std::uint64_t unproven = usage.unproven.within_day(now);
    const std::uint64_t all = unproven + usage.proven.within_day(now);
    const std::uint64_t share = std::uint64_t{budget} * unproven_percent / 100;
    return all < budget && (proven || unproven < share);
}

std::string_view charge(store::WriteTxn& txn, const Budgets& budgets, const QuotaKey& whose, base::Milliseconds now) {
    const Budget& budget = whose.medium == Medium::sms ? budgets.sms : budgets.mail;
    std::vector<Quota> quotas = quotas_of(txn, budget, whose);
    for (const Quota& quota : quotas) {
        if (!has_room(quota.usage, quota.most, budget.unproven_percent, whose.proven, now)) {
            return quota.name;
        }
    }
    for (Quota& quota : quotas) {
        (whose.proven ? quota.usage.proven : quota.usage.unproven).add(now);
        BudgetsTable::put(txn, quota.key, quota.usage);
    }
    return {};
}

} // namespace loquet::outbox
