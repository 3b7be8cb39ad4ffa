// SPDX-License-Identifier: LGPL-2.1-or-later
// Randomness from the kernel, or an Error: never a weaker source. Any thread.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace loquet::base {

void fill_random(std::span<std::uint8_t> bytes);
/// `bytes` random bytes as lower-case hexadecimal digits.
[[nodiscard]] std::string random_hex(std::size_t bytes);

} // namespace loquet::base
