// SPDX-License-Identifier: LGPL-2.1-or-later
// The plugin hosts of a private Loquet, started again when they die, as systemd would do it. A thread watches them;
// the functions can be called by any one thread.
#pragma once

#include "lib/base/clock.h"
#include "tests/support/process.h"

#include <sys/types.h>

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

namespace loquet::tests {

class PluginHosts {
public:
    /// Hosts run PROGRAM --listen SOCKETS/NAME.sock --plugin-dir MODULES --config-dir OPTIONS NAME.
    struct Places {
        std::string program;
        std::string sockets;
        std::string modules;
        std::string options;
    };

    explicit PluginHosts(Places places);
    ~PluginHosts();
    PluginHosts(const PluginHosts&) = delete;
    PluginHosts& operator=(const PluginHosts&) = delete;

    /// Returns when the host listens. Throws Error (unavailable) with what it wrote when it ends instead.
    void start(const std::string& name);
    /// SIGKILL, and it stays dead until start().
    void stop(const std::string& name);
    /// To the running process, which is started again when it dies of it. Nothing when there is none at the moment.
    void signal(const std::string& name, int number);
    [[nodiscard]] std::optional<pid_t> pid(const std::string& name);
    /// How often it was started again.
    [[nodiscard]] int restarts(const std::string& name);

private:
    struct Host {
        std::unique_ptr<Process> process;
        bool wanted = true;
        int starts = 0;
    };

    void watch();
    [[nodiscard]] std::unique_ptr<Process> launch(const std::string& name) const;
    [[nodiscard]] std::string socket(const std::string& name) const { return places_.sockets + "/" + name + ".sock"; }

    Places places_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::map<std::string, Host> hosts_; ///< guarded by mutex_
    bool stopping_ = false;             ///< guarded by mutex_
    std::thread watcher_;
};

} // namespace loquet::tests
