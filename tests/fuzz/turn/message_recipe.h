// SPDX-License-Identifier: LGPL-2.1-or-later
// A bus message made as the fuzzer's bytes say: a turn with anything in it that its signature allows, and some that it
// does not. One thread.
#pragma once

#include "lib/bus/message.h"

#include <cstdint>
#include <span>
#include <string>

namespace loquet::fuzz {

/// Fills `message` up to where the recipe ends; an empty recipe is as good as any other, missing bytes count as 0.
/// Throws base::Error (internal) where sd-bus itself refuses what the recipe wants.
void write_turn_like(sd_bus_message* message, std::span<const std::uint8_t> recipe);

} // namespace loquet::fuzz
