// SPDX-License-Identifier: LGPL-2.1-or-later
// Right digests on bytes that are otherwise as a fuzzer made them, as somebody would write them who means harm.
#pragma once

#include <cstddef>
#include <span>

namespace loquet::fuzz {

void seal(std::span<std::byte> file);

} // namespace loquet::fuzz
