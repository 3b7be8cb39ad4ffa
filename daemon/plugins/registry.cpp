// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/plugins/registry.h"

#include "daemon/plugins/plugin_client.h"
#include "lib/base/error.h"

namespace loquet::plugins {

using base::Error;
using protocol::PluginKind;

/// One client, and the front of each kind before it; find() hands out the one that is configured.
struct Registry::Instance final : LockoutClient, RulesClient, StepClient, ChannelClient {
    Instance(bus::Loop& loop, const base::Clock& clock, const InstanceConfig& config, base::Job changed)
        : client(loop, clock, config, std::move(changed)) {}

    base::Task<protocol::Judgement> judge(protocol::JudgeRequest request) override {
        return client.call<protocol::Judgement>(std::move(request));
    }
    base::Task<protocol::RulesResponse> check(protocol::RulesRequest request) override {
        return client.call<protocol::RulesResponse>(std::move(request));
    }
    base::Task<protocol::StepResponse> run(protocol::StepRequest request) override {
        return client.call<protocol::StepResponse>(std::move(request));
    }
    base::Task<protocol::DeliverResponse> deliver(protocol::DeliverRequest request) override {
        return client.call<protocol::DeliverResponse>(std::move(request));
    }
    base::Task<protocol::ReceiptsResponse> receipts(protocol::ReceiptsRequest request) override {
        return client.call<protocol::ReceiptsResponse>(std::move(request));
    }

    PluginClient client;
};

Registry::Registry(bus::Loop& loop, const base::Clock& clock, const std::vector<InstanceConfig>& instances) {
    for (const InstanceConfig& config : instances) {
        auto& place = instances_[config.name];
        if (place) {
            throw Error(Error::Kind::invalid, "the plugin instance \"" + config.name + "\" is listed twice");
        }
        place = std::make_unique<Instance>(loop, clock, config, [this, &place] {
            if (changed_) {
                changed_(place->client.status());
            }
        });
    }
}

Registry::~Registry() = default;

void Registry::connect() {
    for (const auto& [name, instance] : instances_) {
        instance->client.begin();
    }
}

Registry::Instance& Registry::find(std::string_view name, PluginKind kind) {
    const auto found = instances_.find(name);
    if (found == instances_.end() || found->second->client.status().kind != kind) {
        throw Error(Error::Kind::not_found, "no plugin instance \"" + std::string(name) + "\" of the kind "
                                                + std::string(protocol::to_text(kind)) + " is configured");
    }
    return *found->second;
}

LockoutClient& Registry::lockout(std::string_view instance) {
    return find(instance, PluginKind::lockout);
}

RulesClient& Registry::rules(std::string_view instance) {
    return find(instance, PluginKind::password_rules);
}

StepClient& Registry::step(std::string_view instance) {
    return find(instance, PluginKind::step);
}

ChannelClient& Registry::channel(std::string_view instance) {
    return find(instance, PluginKind::channel);
}

std::vector<PluginStatus> Registry::status() const {
    std::vector<PluginStatus> all;
    all.reserve(instances_.size());
    for (const auto& [name, instance] : instances_) {
        all.push_back(instance->client.status());
    }
    return all;
}

void Registry::on_change(base::Function<void(const PluginStatus&)> changed) {
    changed_ = std::move(changed);
}

} // namespace loquet::plugins
