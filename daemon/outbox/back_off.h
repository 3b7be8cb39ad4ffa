// SPDX-License-Identifier: LGPL-2.1-or-later
// How long to wait before the next attempt. Pure.
#pragma once

#include "lib/base/clock.h"

#include <cstdint>

namespace loquet::outbox {

struct BackOff {
    base::Milliseconds first;
    base::Milliseconds longest;
};
/// Of one message; of one with a code, for which somebody waits at a prompt; and of a channel that does its work for
/// none. The last two are at most a minute with the quarter more that delay_after() may add.
inline constexpr BackOff message_back_off{base::Milliseconds(2'000), base::Milliseconds(600'000)};
inline constexpr BackOff code_back_off{base::Milliseconds(2'000), base::Milliseconds(48'000)};
inline constexpr BackOff channel_back_off{base::Milliseconds(1'000), base::Milliseconds(48'000)};

/// Doubles with each failure (1: the first), up to the longest; then a quarter more or less by `random`, which is any
/// number, so that what failed together is not tried again together.
[[nodiscard]] base::Milliseconds delay_after(const BackOff& rule, std::uint32_t failures, std::uint32_t random);

/// From the kernel.
[[nodiscard]] std::uint32_t random_number();

} // namespace loquet::outbox
