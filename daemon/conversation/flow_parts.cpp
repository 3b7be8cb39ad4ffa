// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/conversation/flow_parts.h"

#include "daemon/store/accounts_table.h"
#include "lib/base/error.h"
#include "lib/base/text.h"

namespace loquet::conversation {

std::vector<FlowPart> parts_for(const config::Config& settings, const std::string& purpose, const Client& client) {
    using config::StepKind;
    const config::Flow* flow = settings.flow(purpose, client.service);
    if (flow == nullptr) {
        throw base::Error(base::Error::Kind::invalid,
                          "there is no flow for the purpose \"" + base::printable(purpose, 64) + "\"");
    }
    const config::PurposeSpec* spec = config::find_purpose(purpose);
    const bool vouched_for = client.acts_for_root() && spec != nullptr && spec->root_vouches;
    const auto is_skipped = [&](const config::Step& step) {
        const bool asks = step.kind == StepKind::plugin || config::spec_of(step.kind).asks;
        return asks && (client.account_phase || (vouched_for && step.kind != StepKind::new_password));
    };
    std::vector<FlowPart> parts;
    for (const config::FlowItem& item : flow->items) {
        FlowPart part{{}, item.at_least, item.enrols, item.trust_place};
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
    const config::PurposeSpec* spec = config::find_purpose(purpose);
    return spec != nullptr && spec->owner_only;
}

std::optional<std::string> purpose_of_first_time(const store::Store& store, const std::string& purpose,
                                                 const Subject& subject, const Client& client) {
    const config::PurposeSpec* spec = config::find_purpose(purpose);
    const auto uid = subject.uid();
    if (spec == nullptr || !spec->first_time || !uid || client.acts_for_root()) {
        return std::nullopt;
    }
    const auto credential = store.read([&](const store::ReadTxn& txn) { return store::Credentials::get(txn, *uid); });
    const bool first_time = credential && credential->must_change && !credential->own_before;
    return first_time ? std::optional<std::string>(config::spec_of(*spec->first_time).name) : std::nullopt;
}

} // namespace loquet::conversation
