// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/outbox/code_alarm.h"

namespace loquet::outbox {

bool is_alarming(const model::CodeUse& use, const AlarmRule& rule, base::Milliseconds now) {
    const std::uint64_t sent = use.sent.within_day(now);
    return sent >= rule.after && use.used.within_day(now) * 100 < sent * rule.percent;
}

} // namespace loquet::outbox
