// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/conversation/flow_parts.h"

#include "daemon/store/accounts_table.h"
#include "lib/base/error.h"
#include "lib/base/text.h"
#include "lib/protocol/names.h"

namespace loquet::conversation {

std::vector<FlowItem> parts_for(const config::Config& settings, const std::string& purpose, const Client& client) {
    using config::StepKind;
    const config::Flow* flow = settings.flow(purpose, client.service);
    if (flow == nullptr) {
        throw base::Error(base::Error::Kind::invalid,
                          "there is no flow for the purpose \"" + base::printable(purpose, 64) + "\"");
    }
    const bool set_by_root = client.acts_for_root() && purpose == protocol::purpose::change_password;
    const auto is_skipped = [&](const config::Step& step) {
        const bool asks = step.kind != StepKind::expiry && step.kind != StepKind::authorisation;
        const bool proves = step.kind != StepKind::new_password;
        return (set_by_root && asks && proves) || (client.account_phase && asks);
    };
    std::vector<FlowItem> parts;
    for (const config::FlowItem& item : flow->items) {
        FlowItem part{{}, item.at_least, item.enrols, item.trust_place};
        for (const config::Step& step : item.steps) {
            if (!is_skipped(step)) {
                part.steps.push_back(step.name);
            }
        }
        if (!part.steps.empty()) {
            parts.push_back(std::move(part));
        }
    }
    return parts;
}

bool is_for_an_owner(const std::string& purpose) {
    namespace purposes = protocol::purpose;
    return purpose == purposes::change_password || purpose == purposes::first_login
           || purpose == purposes::manage_secrets;
}

bool is_first_login(const store::Store& store, const std::string& purpose, const Subject& subject,
                    const Client& client) {
    const auto uid = subject.uid();
    if (purpose != protocol::purpose::change_password || !uid || client.acts_for_root()) {
        return false;
    }
    const auto credential = store.read([&](const store::ReadTxn& txn) { return store::Credentials::get(txn, *uid); });
    return credential && credential->must_change && !credential->own_before;
}

} // namespace loquet::conversation
