// SPDX-License-Identifier: LGPL-2.1-or-later
// Serves one plugin to the daemon on a socket that the service manager hands over, or that is made here: a few
// connections, one call of the plugin at a time, each under its timer. A request is answered before the next is read,
// except by a channel, which answers when it is done. One thread.
#pragma once

#include "lib/base/file.h"
#include "lib/base/secret.h"
#include "plugin_host/delivery_server.h"
#include "plugin_host/plugin_instance.h"

#include <sys/types.h>

#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <vector>

namespace loquet::plugin_host {

/// The one SOCK_SEQPACKET socket of socket activation (sd_listen_fds(3)), non-blocking. Throws Error::invalid where
/// there is none or it is of another type.
[[nodiscard]] base::Fd inherited_listener();

/// A new one at `path`; what a predecessor left there is removed, anything but a socket is not.
[[nodiscard]] base::Fd make_listener(const std::string& path);

/// Answers those that connected already, and may, that the plugin cannot work, and why: the daemon then names the cause
/// and not only the end of the process.
void refuse_waiting(const base::Fd& listener, const std::vector<uid_t>& permitted, const std::string& why);

class Server {
public:
    /// Peers that are neither root, nor this process's own user, nor in `permitted` are sent away.
    Server(base::Fd listener, PluginInstance& plugin, std::vector<uid_t> permitted);

    /// Until the process is ended.
    [[noreturn]] void serve();

private:
    struct Connection {
        std::uint64_t number = 0; ///< none has it again
        base::Fd socket;
    };

    void serve_ready(int timeout_ms);
    void accept_one();
    /// False where the connection is over: the peer left, or spoke what is no frame.
    [[nodiscard]] bool serve_one(const Connection& connection);
    /// The packet that answers `request`; empty where it will be answered later.
    [[nodiscard]] base::SecureBytes answer(const Connection& connection, const protocol::Frame& request);
    void give(std::uint64_t connection, const base::SecureBytes& packet) noexcept;
    [[nodiscard]] std::list<Connection>::iterator find(std::uint64_t connection);

    base::Fd listener_;
    base::Fd watched_; ///< an epoll: the listener under number 0, and the connections under theirs
    PluginInstance& plugin_;
    std::optional<DeliveryServer> deliveries_; ///< of a channel
    std::vector<uid_t> permitted_;
    std::list<Connection> connections_; ///< the one that was silent for the longest time first
    std::uint64_t last_number_ = 0;
    base::SecureBytes buffer_;
};

} // namespace loquet::plugin_host
