// SPDX-License-Identifier: LGPL-2.1-or-later
// The floor of a bus method: a service of plain sd-bus, in a process of its own, that sends back the text it was sent.
#pragma once

#include <sys/types.h>

#include <string>

namespace loquet::bench {

inline constexpr const char* echo_name = "bench.Echo";
inline constexpr const char* echo_path = "/bench/Echo";

/// Ends with the object, or with the process that made it.
class EchoService {
public:
    /// It owns its name on the bus when this returns. Throws base::Error when it does not come up.
    explicit EchoService(const std::string& address);
    ~EchoService();
    EchoService(const EchoService&) = delete;
    EchoService& operator=(const EchoService&) = delete;

    [[nodiscard]] pid_t pid() const noexcept { return pid_; }

private:
    pid_t pid_;
};

} // namespace loquet::bench
