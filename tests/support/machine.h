// SPDX-License-Identifier: LGPL-2.1-or-later
// A whole private Loquet, made of the built programs: a folder, a bus, plugin hosts and loquetd, with accounts made
// through the bus. Everything it starts ends with it. One thread; needs to run as root, because nobody else may make
// accounts where there is no polkit.
#pragma once

#include "lib/bus/connection.h"
#include "tests/support/plugin_hosts.h"
#include "tests/support/private_bus.h"
#include "tests/support/process.h"
#include "tests/support/temp_folder.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace loquet::tests {

struct MachineOptions {
    /// Laid over the machine's own configuration file as a drop-in: "[flow.login]\nsteps = [...]".
    std::string configuration{};
    /// Instances to run, with the options of each ("" for those that ship).
    std::map<std::string, std::string> plugins{{"lockout", ""}, {"password_rules", ""}};
    std::string modules{}; ///< folder of the plugins' .so files; empty: those that ship
    std::vector<std::string> environment{};
};

struct MachineAccount {
    std::string path; ///< of the bus object
    std::uint32_t uid = 0;
};

class Machine {
public:
    /// Everything runs and answers when this returns.
    explicit Machine(MachineOptions options = {});
    ~Machine();
    Machine(const Machine&) = delete;
    Machine& operator=(const Machine&) = delete;

    [[nodiscard]] const std::string& folder() const noexcept { return folder_.path(); }
    [[nodiscard]] std::string store_folder() const { return folder_ / "store"; }
    [[nodiscard]] std::string configuration_file() const { return folder_ / "loquet.toml"; }
    /// Of the site's own texts, which come above the shipped ones; SIGHUP makes a change hold.
    [[nodiscard]] std::string messages_folder() const { return folder_ / "messages"; }
    [[nodiscard]] PrivateBus& bus() noexcept { return bus_; }
    [[nodiscard]] PluginHosts& plugins() noexcept { return *plugins_; }
    [[nodiscard]] Process& daemon() noexcept { return *daemon_; }

    /// Replaces the drop-in; restart() or SIGHUP makes it hold.
    void configure(const std::string& configuration);

    /// Returns when the daemon has its bus name. Throws Error (unavailable) with what it wrote when it ends instead.
    void start();
    /// SIGTERM, and how it ended.
    Outcome stop();
    /// SIGKILL: what was durable is all that is left.
    void kill();
    void restart() {
        (void)stop();
        start();
    }
    /// Returns when the daemon says of every plugin that it answers. After a plugin's death it says so only once it has
    /// had something to ask.
    void wait_for_plugins();
    /// What all daemons of this machine wrote to standard error.
    [[nodiscard]] std::string log() const { return earlier_log_ + (daemon_ ? daemon_->errors() : ""); }

    /// A connection of its own, as root.
    [[nodiscard]] bus::Connection connect() const { return bus::Connection::at(bus_.address()); }
    /// An account that may use every service; with an empty password none is set. With a mail address it is confirmed.
    MachineAccount create_account(const std::string& name, std::string_view password, bool must_change = false,
                                  const std::string& mail = {});

private:
    /// The store and the log, for the search that follows the last test (lint.canaries).
    void keep_traces(const std::filesystem::path& place) const;
    [[nodiscard]] bool owns_name(bus::Connection& connection) const;

    MachineOptions options_;
    TempFolder folder_;
    PrivateBus bus_;
    std::unique_ptr<PluginHosts> plugins_;
    std::unique_ptr<Process> daemon_;
    std::string earlier_log_;
};

} // namespace loquet::tests
