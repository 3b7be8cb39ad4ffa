// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/accounts/factor_removal.h"

#include "daemon/accounts/new_account.h"
#include "daemon/config/flow_tables.h"
#include "daemon/store/accounts_table.h"
#include "daemon/store/steps_table.h"
#include "lib/base/error.h"
#include "lib/base/text.h"

#include <algorithm>
#include <vector>

namespace loquet::accounts {

namespace {

using base::Error;
using store::AccountsTable;
using store::PrivateAccounts;

Error unknown_factor(const std::string& factor, const std::vector<std::string>& factors) {
    std::string known;
    for (const std::string& one : factors) {
        known += (known.empty() ? "" : ", ") + one;
    }
    return {Error::Kind::not_found, "there is no factor \"" + base::printable(factor, 80) + "\"; "
                                        + (known.empty() ? "this account has none" : "this account has: " + known)};
}

} // namespace

void check(const FactorRemoval& removal) {
    if (config::is_step(removal.factor, config::StepKind::password)) {
        throw Error(Error::Kind::invalid, "a password is not removed but replaced: start a reset, and the owner must "
                                          "choose another one at the next login");
    }
    if (removal.reason.empty()) {
        throw Error(Error::Kind::invalid, "the reason is missing: say why the factor is removed");
    }
    check_reason(removal.reason);
}

bool remove_factor(store::WriteTxn& txn, model::Uid uid, const FactorRemoval& removal) {
    auto private_part = PrivateAccounts::get(txn, uid).value_or(model::PrivateAccount{});
    const auto found = std::find(private_part.factors.begin(), private_part.factors.end(), removal.factor);
    if (found == private_part.factors.end()) {
        if (!removal.is_configured) {
            throw unknown_factor(removal.factor, private_part.factors);
        }
        return false;
    }
    private_part.factors.erase(found);
    private_part.trusted_places.clear();
    ++private_part.generation;
    AccountsTable::put(txn, uid, private_part);
    store::StepsTable::erase(txn, uid, removal.factor);
    return true;
}

} // namespace loquet::accounts
