// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/accounts/list_page.h"

#include "daemon/store/counters_table.h"
#include "daemon/store/sealing.h"
#include "lib/base/limits.h"

#include <algorithm>
#include <utility>

namespace loquet::accounts {

namespace {

/// Adds those of `some` that have the wanted state, until the page is full. Answers the last one that was looked at.
model::Uid add_matching(const store::ReadTxn& txn, std::vector<model::PublicAccount> some, std::size_t limit,
                        std::optional<model::AccountState> wanted, base::Milliseconds now, Page& page) {
    model::Uid last;
    for (model::PublicAccount& public_part : some) {
        if (page.entries.size() == limit) {
            break;
        }
        last = public_part.uid;
        const auto private_part = store::PrivateAccounts::get(txn, public_part.uid);
        const auto attempts =
            store::CountersTable::attempts(txn, txn.digest(store::DigestKind::name, public_part.name));
        const auto state = state_of(private_part ? private_part->state : model::AccountState::active, attempts, now);
        if (!wanted || *wanted == state) {
            page.entries.push_back({std::move(public_part), state});
        }
    }
    return last;
}

} // namespace

model::AccountState state_of(model::AccountState own, const model::AttemptCounters& attempts, base::Milliseconds now) {
    if (own != model::AccountState::active) {
        return own;
    }
    const model::FailureLock lock = attempts.lock_at(now.count());
    if (!lock.stands(now.count())) {
        return own;
    }
    return lock.endless ? model::AccountState::disabled : model::AccountState::locked;
}

Page list_page(const store::ReadTxn& txn, model::Uid after, std::size_t limit,
               std::optional<model::AccountState> wanted, base::Milliseconds now) {
    const std::size_t most = std::clamp<std::size_t>(limit, 1, limits::accounts_per_page);
    Page page;
    model::Uid last = after;
    std::size_t looked_at = 0;
    while (page.entries.size() < most && looked_at < limits::accounts_per_search) {
        auto some = store::PublicAccounts::list(txn, last, most);
        if (some.empty()) {
            return page;
        }
        looked_at += some.size();
        last = add_matching(txn, std::move(some), most, wanted, now, page);
    }
    if (!store::PublicAccounts::list(txn, last, 1).empty()) {
        page.next = last;
    }
    return page;
}

} // namespace loquet::accounts
