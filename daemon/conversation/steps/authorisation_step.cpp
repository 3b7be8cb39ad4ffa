// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/conversation/steps/authorisation_step.h"

#include <algorithm>

namespace loquet::conversation {

namespace {

bool may_use(const model::PrivateAccount& account, const std::string& service) {
    const auto& may = account.authorisations;
    return std::any_of(may.begin(), may.end(), [&](const std::string& one) { return one == "*" || one == service; });
}

} // namespace

base::Task<StepResult> AuthorisationStep::begin(Dialog& dialog) {
    const auto& account = dialog.subject.account;
    if (account && !may_use(account->private_part, dialog.client.service)) {
        dialog.reason = protocol::Reason::not_authorised;
        dialog.messages.push_back(texts_.render(dialog.client.locale, "not_authorised", {}));
    }
    StepResult result;
    result.turn = protocol::Granted{};
    co_return result;
}

} // namespace loquet::conversation
