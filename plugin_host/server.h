// SPDX-License-Identifier: LGPL-2.1-or-later
// Serves one plugin to the daemon: a few connections, one request at a time, each under its timer. One thread.
#pragma once

#include "lib/base/file.h"
#include "lib/base/secret.h"
#include "plugin_host/plugin_instance.h"

#include <sys/types.h>

#include <list>
#include <vector>

namespace loquet::plugin_host {

class Server {
public:
    /// Peers that are neither root, nor this process's own user, nor in `permitted` are sent away.
    Server(base::Fd listener, PluginInstance& plugin, std::vector<uid_t> permitted);

    /// Until the process is ended.
    [[noreturn]] void serve();

private:
    void accept_one();
    [[nodiscard]] bool is_permitted(int connection) const;
    /// False where the connection is over: the peer left, or spoke what is no frame.
    [[nodiscard]] bool serve_one(int connection);

    base::Fd listener_;
    PluginInstance& plugin_;
    std::vector<uid_t> permitted_;
    std::list<base::Fd> connections_; ///< the one that was silent for the longest time first
    base::SecureBytes buffer_;
};

} // namespace loquet::plugin_host
