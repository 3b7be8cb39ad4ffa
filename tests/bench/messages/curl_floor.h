// SPDX-License-Identifier: LGPL-2.1-or-later
// What sending a message costs when nothing but libcurl's multi interface does it. One thread.
#pragma once

#include "tests/bench/messages/sink.h"

#include <cstdint>
#include <string>

namespace loquet::bench {

struct Sending {
    Speech speech = Speech::smtp; ///< or http, by POST
    std::uint16_t port = 0;       ///< of 127.0.0.1
    std::string message;          ///< a whole mail, or the body of a request
    int connections = 8;          ///< each with a message at a time, kept open
};

/// Sends it `count` times; messages a second. Throws std::runtime_error for one that is not taken.
[[nodiscard]] double send_by_curl(const Sending& sending, int count);

} // namespace loquet::bench
