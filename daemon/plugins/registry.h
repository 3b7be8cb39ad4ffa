// SPDX-License-Identifier: LGPL-2.1-or-later
// All plugin instances of the configuration, by name. Loop thread; outlives every call that it was asked for.
#pragma once

#include "daemon/plugins/channel_client.h"
#include "daemon/plugins/lockout_client.h"
#include "daemon/plugins/plugin_status.h"
#include "daemon/plugins/rules_client.h"
#include "daemon/plugins/step_client.h"
#include "lib/base/clock.h"
#include "lib/base/function.h"
#include "lib/bus/loop.h"

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace loquet::plugins {

class Registry {
public:
    /// Nothing is connected yet. Throws Error::invalid for an instance that is listed twice.
    Registry(bus::Loop& loop, const base::Clock& clock, const std::vector<InstanceConfig>& instances);
    Registry(const Registry&) = delete;
    Registry& operator=(const Registry&) = delete;
    ~Registry(); ///< calls still waiting end with Error::unavailable

    /// Connects to all of them in the background, so that their states are known before the first login.
    void connect();

    /// The instance of that name. Throws Error::not_found where there is none, or where it is of another kind.
    [[nodiscard]] LockoutClient& lockout(std::string_view instance);
    [[nodiscard]] RulesClient& rules(std::string_view instance);
    [[nodiscard]] StepClient& step(std::string_view instance);
    [[nodiscard]] ChannelClient& channel(std::string_view instance);

    [[nodiscard]] std::vector<PluginStatus> status() const; ///< by name
    /// `changed` gets the new status each time an instance's state becomes another one. It must not throw, nor destroy
    /// the registry.
    void on_change(base::Function<void(const PluginStatus&)> changed);

private:
    struct Instance;
    [[nodiscard]] Instance& find(std::string_view name, protocol::PluginKind kind);

    base::Function<void(const PluginStatus&)> changed_;
    std::map<std::string, std::unique_ptr<Instance>, std::less<>> instances_;
};

} // namespace loquet::plugins
