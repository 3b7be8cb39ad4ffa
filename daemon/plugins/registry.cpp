// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/plugins/registry.h"

#include "daemon/plugins/plugin_client.h"
#include "lib/base/error.h"

#include <algorithm>
#include <utility>

namespace loquet::plugins {

using base::Error;
using protocol::PluginKind;

/// One client, and the front of each kind before it; find() hands out the one that is configured.
struct Registry::Instance final : LockoutClient, RulesClient, StepClient, ChannelClient {
    Instance(bus::Loop& loop, const base::Clock& clock, const InstanceConfig& config, Registry& registry)
        : client(loop, clock, config, [this, &registry] { registry.tell(this); }) {}

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

Registry::Registry(bus::Loop& loop, const base::Clock& clock, const std::vector<InstanceConfig>& instances)
    : Registry(loop, clock) {
    in_use_ = select(instances);
}

Registry::~Registry() {
    changed_ = {};
}

std::shared_ptr<Registry::Instance> Registry::known(const InstanceConfig& config) const {
    const auto is_the_same = [&](const Instance& instance) {
        const InstanceConfig& has = instance.client.config();
        return has.name == config.name && has.kind == config.kind && has.plugin == config.plugin
               && has.socket_path == config.socket_path;
    };
    const auto found = in_use_.instances_.find(config.name);
    if (found != in_use_.instances_.end() && is_the_same(*found->second)) {
        return found->second;
    }
    const auto old = std::ranges::find_if(retired_, [&](const auto& instance) { return is_the_same(*instance); });
    return old == retired_.end() ? nullptr : *old;
}

Registry::Selection Registry::select(const std::vector<InstanceConfig>& instances) {
    Selection selection;
    selection.configs_ = instances;
    for (const InstanceConfig& config : instances) {
        auto& instance = selection.instances_[config.name];
        if (instance) {
            throw Error(Error::Kind::invalid, "the plugin instance \"" + config.name + "\" is listed twice");
        }
        instance = known(config);
        if (!instance) {
            instance = std::make_shared<Instance>(loop_, clock_, config, *this);
        }
    }
    return selection;
}

void Registry::use(Selection selection) {
    Selection old = std::exchange(in_use_, std::move(selection));
    for (const InstanceConfig& config : in_use_.configs_) {
        const auto& instance = in_use_.instances_.at(config.name);
        std::erase(retired_, instance);
        const bool waited = instance->client.config().on_demand;
        instance->client.set(config);
        const auto before = old.instances_.find(config.name);
        if (waited || before == old.instances_.end() || before->second != instance) {
            instance->client.begin();
        }
    }
    for (auto& [name, instance] : old.instances_) {
        const auto now = in_use_.instances_.find(name);
        if (now == in_use_.instances_.end() || now->second != instance) {
            InstanceConfig retired = instance->client.config();
            retired.on_demand = true; // only who holds it needs it: a host that is stopped stays so
            instance->client.set(retired);
            retired_.push_back(std::move(instance));
        }
    }
    old = {};
    sweep();
}

bool Registry::uses(const Selection& selection, std::string_view instance) const {
    const auto here = in_use_.instances_.find(instance);
    const auto there = selection.instances_.find(instance);
    return here != in_use_.instances_.end() && there != selection.instances_.end() && here->second == there->second;
}

base::Task<std::map<std::string, std::string>> Registry::introduce(const Selection& selection,
                                                                   std::set<std::string> instances) {
    std::map<std::string, base::Future<std::string>> answers;
    for (const std::string& name : instances) {
        answers.emplace(name, selection.instances_.at(name)->client.introduce());
    }
    std::map<std::string, std::string> failed;
    for (auto& [name, answer] : answers) {
        std::string why = co_await answer;
        if (!why.empty()) {
            failed.emplace(name, std::move(why));
        }
    }
    co_return failed;
}

void Registry::sweep() {
    std::erase_if(retired_, [](const auto& instance) { return instance.use_count() == 1; });
    sweeping_ = retired_.empty() ? bus::Source() : loop_.after(between_sweeps, [this] { sweep(); });
}

void Registry::connect() {
    for (const auto& [name, instance] : in_use_.instances_) {
        instance->client.begin();
    }
}

void Registry::tell(const Instance* instance) {
    const PluginStatus status = instance->client.status();
    const auto found = in_use_.instances_.find(status.instance);
    if (changed_ && found != in_use_.instances_.end() && found->second.get() == instance) {
        changed_(status);
    }
}

std::shared_ptr<Registry::Instance> Registry::Selection::find(std::string_view name, PluginKind kind) const {
    const auto found = instances_.find(name);
    if (found == instances_.end() || found->second->client.config().kind != kind) {
        throw Error(Error::Kind::not_found, "no plugin instance \"" + std::string(name) + "\" of the kind "
                                                + std::string(protocol::to_text(kind)) + " is configured");
    }
    return found->second;
}

std::shared_ptr<LockoutClient> Registry::Selection::lockout(std::string_view instance) const {
    return find(instance, PluginKind::lockout);
}

std::shared_ptr<RulesClient> Registry::Selection::rules(std::string_view instance) const {
    return find(instance, PluginKind::password_rules);
}

std::shared_ptr<StepClient> Registry::Selection::step(std::string_view instance) const {
    return find(instance, PluginKind::step);
}

std::shared_ptr<ChannelClient> Registry::Selection::channel(std::string_view instance) const {
    return find(instance, PluginKind::channel);
}

std::vector<PluginStatus> Registry::status() const {
    std::vector<PluginStatus> all;
    all.reserve(in_use_.instances_.size());
    for (const auto& [name, instance] : in_use_.instances_) {
        all.push_back(instance->client.status());
    }
    return all;
}

void Registry::on_change(base::Function<void(const PluginStatus&)> changed) {
    changed_ = std::move(changed);
}

} // namespace loquet::plugins
