// SPDX-License-Identifier: LGPL-2.1-or-later
// What the courier tells the operator: codes that nobody uses, codes that were refused, channels that take nothing.
#include "daemon/outbox/courier.h"
#include "daemon/store/outbox_table.h"

#include <algorithm>
#include <utility>

namespace loquet::outbox {

using model::Medium;
using model::MessageState;
using store::ReadTxn;

void Courier::tell_if_refused(const model::OutboxEntry& message) {
    if (!message.code) {
        return;
    }
    if (message.state == MessageState::sent) {
        refused_codes_.sent(message.account);
    } else if (message.state == MessageState::refused && refused_codes_.refused(message.account) && refused_) {
        refused_(message);
    }
}

std::vector<std::pair<std::string, std::string>> Courier::failing_channels() const {
    std::vector<std::pair<std::string, std::string>> failing;
    for (const auto& channel : channels_) {
        if (channel->health().fails()) {
            failing.emplace_back(channel->name(), channel->health().said());
        }
    }
    return failing;
}

bool Courier::alarming(Medium medium) const {
    return std::find(alarming_.begin(), alarming_.end(), medium) != alarming_.end();
}

void Courier::judge_codes(Medium medium) {
    const auto use = deps_.store.read([&](const ReadTxn& txn) { return store::BudgetsTable::code_use(txn, medium); });
    const bool now_alarming = is_alarming(use, deps_.outbox.settings().alarm, deps_.outbox.now());
    if (now_alarming == alarming(medium)) {
        return;
    }
    if (now_alarming) {
        alarming_.push_back(medium);
    } else {
        std::erase(alarming_, medium);
    }
    if (alarm_) {
        alarm_(medium, now_alarming);
    }
}

} // namespace loquet::outbox
