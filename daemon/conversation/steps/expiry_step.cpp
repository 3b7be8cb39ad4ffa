// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/conversation/steps/expiry_step.h"

#include "daemon/store/accounts_table.h"

namespace loquet::conversation {

namespace {

StepResult granted() {
    StepResult result;
    result.turn = protocol::Granted{};
    return result;
}

} // namespace

base::Task<StepResult> ExpiryStep::begin(Dialog& dialog) {
    const auto uid = dialog.subject.uid();
    const auto credential =
        store_.read([&](const store::ReadTxn& txn) { return uid ? store::Credentials::get(txn, *uid) : std::nullopt; });
    if (!credential) {
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
