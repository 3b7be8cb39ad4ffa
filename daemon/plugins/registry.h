// SPDX-License-Identifier: LGPL-2.1-or-later
// All plugin instances of the configuration, by name. A reload selects the next ones, which changes nothing yet, and
// then uses them: an instance that stays keeps its process and its connection, and one that is no longer named lives
// until nobody holds it any more. Loop thread; outlives every call that it was asked for.
#pragma once

#include "daemon/plugins/plugin_clients.h"
#include "daemon/plugins/plugin_status.h"
#include "lib/base/clock.h"
#include "lib/base/function.h"
#include "lib/bus/loop.h"

#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace loquet::plugins {

class Registry {
    struct Instance;
    using Instances = std::map<std::string, std::shared_ptr<Instance>, std::less<>>;

public:
    /// Instances by name, and how each is configured from when they are used.
    class Selection {
    public:
        /// The instance of that name. Throws Error::not_found where there is none, or where it is of another kind.
        [[nodiscard]] std::shared_ptr<LockoutClient> lockout(std::string_view instance) const;
        [[nodiscard]] std::shared_ptr<RulesClient> rules(std::string_view instance) const;
        [[nodiscard]] std::shared_ptr<StepClient> step(std::string_view instance) const;
        [[nodiscard]] std::shared_ptr<ChannelClient> channel(std::string_view instance) const;

    private:
        friend class Registry;
        [[nodiscard]] std::shared_ptr<Instance> find(std::string_view name, protocol::PluginKind kind) const;

        std::vector<InstanceConfig> configs_;
        Instances instances_;
    };

    /// How often it looks whether an instance that is no longer named is still held.
    static constexpr base::Milliseconds between_sweeps{1000};

    Registry(bus::Loop& loop, const base::Clock& clock) : loop_(loop), clock_(clock) {}
    /// With `instances` in use; nothing is connected yet.
    Registry(bus::Loop& loop, const base::Clock& clock, const std::vector<InstanceConfig>& instances);
    Registry(const Registry&) = delete;
    Registry& operator=(const Registry&) = delete;
    ~Registry(); ///< calls still waiting end with Error::unavailable

    /// Those that are in use where name, kind, plugin and socket are the same, new ones else. Throws Error::invalid for
    /// an instance that is listed twice.
    [[nodiscard]] Selection select(const std::vector<InstanceConfig>& instances);
    void use(Selection selection);
    /// False where the selection has made a client of its own for the instance.
    [[nodiscard]] bool uses(const Selection& selection, std::string_view instance) const;
    /// Asks these instances of `selection` what they are, all at once. Those that do not say, within
    /// limits::plugin_introduction, that they are what is configured: why, by name. `selection` outlives the task.
    [[nodiscard]] static base::Task<std::map<std::string, std::string>> introduce(const Selection& selection,
                                                                                  std::set<std::string> instances);
    /// What is in use.
    [[nodiscard]] const Selection& selection() const noexcept { return in_use_; }

    /// Connects to all of them in the background, so that their states are known before the first login.
    void connect();

    [[nodiscard]] std::shared_ptr<LockoutClient> lockout(std::string_view name) const { return in_use_.lockout(name); }
    [[nodiscard]] std::shared_ptr<RulesClient> rules(std::string_view name) const { return in_use_.rules(name); }
    [[nodiscard]] std::shared_ptr<StepClient> step(std::string_view name) const { return in_use_.step(name); }
    [[nodiscard]] std::shared_ptr<ChannelClient> channel(std::string_view name) const { return in_use_.channel(name); }

    [[nodiscard]] std::vector<PluginStatus> status() const; ///< of those in use, by name
    /// Instances that are no longer named and still held by a dialog or a delivery.
    [[nodiscard]] std::size_t retired() const noexcept { return retired_.size(); }
    /// `changed` gets the new status each time the state of an instance in use becomes another one. It must not throw,
    /// nor destroy the registry.
    void on_change(base::Function<void(const PluginStatus&)> changed);

private:
    [[nodiscard]] std::shared_ptr<Instance> known(const InstanceConfig& config) const;
    void tell(const Instance* instance);
    /// By a timer, because the last holder may let go in a call of the instance itself.
    void sweep();

    bus::Loop& loop_;
    const base::Clock& clock_;
    base::Function<void(const PluginStatus&)> changed_;
    Selection in_use_;
    std::vector<std::shared_ptr<Instance>> retired_;
    bus::Source sweeping_;
};

} // namespace loquet::plugins
