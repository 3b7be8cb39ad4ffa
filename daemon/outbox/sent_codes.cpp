// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/outbox/sent_codes.h"

namespace loquet::outbox {

void SentCodes::note(model::Uid account, const std::string& step, model::Medium medium) {
    const Key key{account.value, step};
    media_.insert_or_assign(key, Noted{medium, ++next_});
    order_.emplace_back(next_, key);
    while (order_.size() > kept) { // so that `media_` has no more either
        const auto& [at, oldest] = order_.front();
        const auto found = media_.find(oldest);
        if (found != media_.end() && found->second.at == at) {
            media_.erase(found);
        }
        order_.pop_front();
    }
}

std::optional<model::Medium> SentCodes::take(model::Uid account, const std::string& step) {
    const auto found = media_.find({account.value, step});
    if (found == media_.end()) {
        return std::nullopt;
    }
    const model::Medium medium = found->second.medium;
    media_.erase(found);
    return medium;
}

bool is_alarming(const model::CodeUse& use, const AlarmRule& rule, base::Milliseconds now) {
    const std::uint64_t sent = use.sent.within_day(now);
    return sent >= rule.after && use.used.within_day(now) * 100 < sent * rule.percent;
}

} // namespace loquet::outbox
