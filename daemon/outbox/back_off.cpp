// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/outbox/back_off.h"

#include "lib/base/random.h"

#include <algorithm>
#include <array>
#include <bit>

namespace loquet::outbox {

base::Milliseconds delay_after(const BackOff& rule, std::uint32_t failures, std::uint32_t random) {
    base::Milliseconds delay = rule.first;
    for (std::uint32_t i = 1; i < failures && delay < rule.longest; ++i) {
        delay *= 2;
    }
    delay = std::min(delay, rule.longest);
    const std::int64_t spread = delay.count() / 2 + 1;
    return delay - delay / 4 + base::Milliseconds(random % spread);
}

std::uint32_t random_number() {
    std::array<std::uint8_t, sizeof(std::uint32_t)> bytes{};
    base::fill_random(bytes);
    return std::bit_cast<std::uint32_t>(bytes);
}

} // namespace loquet::outbox
