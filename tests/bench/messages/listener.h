// SPDX-License-Identifier: LGPL-2.1-or-later
// What a gateway that says yes hears and says, one object a connection. Pure.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace loquet::bench {

struct Reply {
    std::string said;           ///< to be sent
    std::uint64_t messages = 0; ///< that came to their end
    bool end = false;           ///< of the connection
};

class Listener {
public:
    Listener() = default;
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;
    virtual ~Listener() = default;

    [[nodiscard]] virtual std::string_view greeting() const { return {}; }
    /// What follows from some more bytes.
    [[nodiscard]] virtual Reply hear(std::string_view bytes) = 0;
};

/// RFC 5321, as far as a client that is told yes speaks it.
[[nodiscard]] std::unique_ptr<Listener> listen_to_smtp();
/// RFC 9112: requests with a Content-Length, or without a body.
[[nodiscard]] std::unique_ptr<Listener> listen_to_http();

} // namespace loquet::bench
