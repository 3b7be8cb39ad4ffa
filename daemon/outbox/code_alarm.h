// SPDX-License-Identifier: LGPL-2.1-or-later
// The sign of SMS pumping: codes are asked for, and nobody types them. Whoever earns by the message wants it sent, not
// read. Pure.
#pragma once

#include "daemon/model/day_count.h"
#include "lib/base/clock.h"

#include <cstdint>

namespace loquet::outbox {

struct AlarmRule {
    std::uint32_t after = 50;   ///< codes within a day, before anything is said of their share
    std::uint32_t percent = 30; ///< of them that are used at least, where all is well; 0: no alarm
};

[[nodiscard]] bool is_alarming(const model::CodeUse& use, const AlarmRule& rule, base::Milliseconds now);

} // namespace loquet::outbox
