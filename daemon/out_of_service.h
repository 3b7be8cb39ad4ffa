// SPDX-License-Identifier: LGPL-2.1-or-later
// What answers on the bus while the daemon cannot start: the configuration is broken and there is no last good one, the
// key is missing, the store cannot be opened. Every call is refused at once, with the reason for root, so that no login
// waits for a daemon that ends as often as it is started. Main thread, which is the loop's.
#pragma once

#include "lib/bus/call.h"
#include "lib/bus/connection.h"
#include "lib/bus/loop.h"

#include <string>
#include <vector>

namespace loquet {

class OutOfService {
public:
    /// Owns the bus name; throws Error where that cannot be, as where another daemon runs.
    OutOfService();
    OutOfService(const OutOfService&) = delete;
    OutOfService& operator=(const OutOfService&) = delete;
    ~OutOfService(); ///< every call that came is answered, those of ReloadConfiguration with success

    /// The service can start. False where it was told to end meanwhile.
    [[nodiscard]] bool hand_over();

    /// What a start said, a finding a line. Logged, and told to systemd, where it differs from what was said before.
    void refuse_because(const std::string& reason);

    /// Serves until it is time for another start (true): SIGHUP, root's ReloadConfiguration, or later by itself,
    /// because a disk may have room again: after 2 seconds, then less and less often, at most 32 seconds later. False
    /// after SIGTERM and SIGINT. Throws Error where the bus closes the connection.
    [[nodiscard]] bool wait();

private:
    static int handle(sd_bus_message* message, void* self, sd_bus_error* error) noexcept;
    void answer(sd_bus_message* message, bus::Call& call);
    /// What the calls of ReloadConfiguration wait for.
    void tell_reloads(const std::vector<std::string>& mistakes) noexcept;
    [[nodiscard]] std::string sentence_for(bool root) const;
    void end_wait(bool try_again);

    bus::Loop loop_;
    bus::Connection connection_;
    bus::Source signals_[3]; // NOLINT: SIGTERM, SIGINT, SIGHUP
    std::string reason_;
    base::Milliseconds pause_;       ///< until the next start
    std::vector<bus::Call> reloads_; ///< the next start answers them
    bool told_to_end_ = false;
    bool ending_ = false; ///< the service has started
    bool bus_lost_ = false;
};

} // namespace loquet
