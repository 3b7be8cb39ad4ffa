// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/conversation/steps/silent_steps.h"

#include "daemon/store/accounts_table.h"

#include <algorithm>

namespace loquet::conversation {

namespace {

bool may_use(const model::PrivateAccount& account, const std::string& service) {
    const auto& may = account.authorisations;
    return std::any_of(may.begin(), may.end(), [&](const std::string& one) { return one == "*" || one == service; });
}

} // namespace

base::Task<Effects> AuthorisationStep::begin(Dialog& dialog, const Subject& /*subject*/) {
    const auto& account = dialog.subject.account;
    if (account && !may_use(account->private_part, dialog.client.service)) {
        dialog.reason = protocol::Reason::not_authorised;
        dialog.messages.push_back(texts_.render(dialog.client.locale, "not_authorised", {}));
    }
    Effects result;
    result.turn = protocol::Granted{};
    co_return result;
}

namespace {

Effects granted() {
    Effects result;
    result.turn = protocol::Granted{};
    return result;
}

} // namespace

base::Task<Effects> ExpiryStep::begin(Dialog& dialog, const Subject& /*subject*/) {
    const auto uid = dialog.subject.uid();
    const auto credential =
        store_.read([&](const store::ReadTxn& txn) { return uid ? store::Credentials::get(txn, *uid) : std::nullopt; });
    if (!credential || dialog.recovered) { // a new password was chosen in this dialog, and may not be written yet
        co_return granted();
    }
    const auto demand = [&](const char* id, const messages::Variables& variables) {
        if (dialog.reason != protocol::Reason::not_authorised) { // which no new password mends
            dialog.reason = protocol::Reason::new_password_required;
        }
        dialog.messages.push_back(texts_.render(dialog.client.locale, id, variables));
    };
    if (credential->must_change) {
        demand(credential->own_before ? "password.reset_by_helpdesk" : "password.first_login", {});
        co_return granted();
    }
    if (rules_.expires_after.count() == 0) {
        co_return granted();
    }
    const base::Milliseconds left = credential->password_changed + rules_.expires_after - clock_.wall();
    if (left.count() <= 0) {
        demand("password.expired", {{"days", std::to_string(rules_.expires_after.count())}});
    } else if (left <= rules_.warn) {
        const auto days = std::chrono::ceil<std::chrono::days>(left).count();
        dialog.messages.push_back(
            texts_.render(dialog.client.locale, "password.expires_soon", {{"days", std::to_string(days)}}));
    }
    co_return granted();
}

} // namespace loquet::conversation
