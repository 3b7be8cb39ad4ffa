// SPDX-License-Identifier: LGPL-2.1-or-later
// Counts the system calls of a piece of work, in a child that this process traces. One thread.
#pragma once

#include "lib/base/function.h"

#include <cstdint>

namespace loquet::bench {

/// Of `work` alone: `before` runs in the same child and does not count. Throws std::runtime_error where the child
/// fails.
std::uint64_t system_calls_of(base::Job before, base::Job work);

} // namespace loquet::bench
