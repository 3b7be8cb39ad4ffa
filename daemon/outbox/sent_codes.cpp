// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/outbox/sent_codes.h"

namespace loquet::outbox {

void SentCodes::note(model::Uid account, const std::string& step, const SentCode& code) {
    const Key key{account.value, step};
    const auto before = noted_.find(key);
    const bool alone = before == noted_.end() || (before->second.used.alone && before->second.used.last == code);
    noted_.insert_or_assign(key, Noted{{code, alone}, ++next_});
    order_.emplace_back(next_, key);
    while (order_.size() > kept) { // so that `noted_` has no more either
        const auto& [at, oldest] = order_.front();
        const auto found = noted_.find(oldest);
        if (found != noted_.end() && found->second.at == at) {
            noted_.erase(found);
        }
        order_.pop_front();
    }
}

std::optional<SentCodes::Used> SentCodes::take(model::Uid account, const std::string& step) {
    const auto found = noted_.find({account.value, step});
    if (found == noted_.end()) {
        return std::nullopt;
    }
    const Used used = found->second.used;
    noted_.erase(found);
    return used;
}

bool is_alarming(const model::CodeUse& use, const AlarmRule& rule, base::Milliseconds now) {
    const std::uint64_t sent = use.sent.within_day(now);
    return sent >= rule.after && use.used.within_day(now) * 100 < sent * rule.percent;
}

} // namespace loquet::outbox
