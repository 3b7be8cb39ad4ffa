// SPDX-License-Identifier: LGPL-2.1-or-later
// How much a call may carry. The bus lets 32 MiB and 16 descriptors through; no method of ours takes more than some kB
// and one descriptor. Loop thread.
#pragma once

#include "lib/bus/connection.h"

#include <cstddef>

namespace loquet::bus {

/// False for arguments of more than so many bytes, or with more descriptors; it stops counting there. False also for
/// what cannot be read. The message can be read from its beginning afterwards.
[[nodiscard]] bool carries_at_most(sd_bus_message* message, std::size_t bytes, std::size_t descriptors) noexcept;

/// Answers a call that carries more than limits::call_bytes or limits::call_descriptors with an error of kind
/// `invalid`, before anything else looks at it. To be called after every Connection::add_filter().
void refuse_large_calls(Connection& connection);

} // namespace loquet::bus
