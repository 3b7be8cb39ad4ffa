// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/wiring.h"

#include "daemon/accounts/name_service.h"
#include "daemon/audit/audit_log.h"
#include "lib/base/limits.h"
#include "lib/base/log.h"
#include "lib/base/text.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <climits>
#include <string>
#include <utility>

namespace loquet {

namespace {

protocol::PluginKind kind_of(config::PluginKind kind) {
    switch (kind) {
    case config::PluginKind::step:
        return protocol::PluginKind::step;
    case config::PluginKind::lockout:
        return protocol::PluginKind::lockout;
    case config::PluginKind::password_rules:
        return protocol::PluginKind::password_rules;
    case config::PluginKind::channel:
        return protocol::PluginKind::channel;
    }
    return protocol::PluginKind::step;
}

std::string machine_name() {
    std::array<char, HOST_NAME_MAX + 1> name{};
    return ::gethostname(name.data(), name.size() - 1) == 0 && name.front() != '\0' ? name.data() : "localhost";
}

outbox::Budget budget_of(const config::BudgetConfig& settings) {
    return {.account = settings.account,
            .destination = settings.destination,
            .country = settings.country,
            .place = settings.place,
            .site = settings.site,
            .unproven_percent = settings.unproven_percent};
}

std::uint64_t machine_memory() {
    return static_cast<std::uint64_t>(::sysconf(_SC_PHYS_PAGES)) * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

/// Keyed by the store's own key: a copy of another store has another shape, also of one that stood here before.
std::uint32_t shape_of(const accounts::DirectorySettings& directory, const store::Store& store) {
    std::string text = "the directory " + directory.organisation_prefix;
    for (const std::uint32_t gid : directory.machine_groups) {
        text += ' ' + std::to_string(gid);
    }
    const auto& digest = store.digest(store::DigestKind::identity, text).bytes;
    return std::uint32_t{digest[0]} | std::uint32_t{digest[1]} << 8U | std::uint32_t{digest[2]} << 16U
           | 1U; // never 0, so that no label is
}

} // namespace

work::HashingOptions hashing_options(const config::HashingConfig& settings) {
    const std::uint64_t memory = std::max<std::uint64_t>(settings.memory.of(machine_memory()), 1); // 0 would be any
    return {settings.prefix, settings.cost, settings.workers, memory};
}

accounts::Settings account_settings(const config::Config& settings) {
    accounts::Settings accounts;
    accounts.uids = {settings.accounts.uid_first, settings.accounts.uid_last};
    accounts.defaults = {settings.accounts.home, settings.accounts.shell, settings.accounts.authorisations};
    accounts.defaults.organisation_prefix = settings.directory.organisation_prefix;
    for (const auto& [name, language] : settings.self_service.names) {
        accounts.defaults.reserved.push_back(name);
    }
    accounts.history = settings.password.history;
    return accounts;
}

accounts::ImportRules import_rules(const config::Config& settings) {
    const accounts::Settings accounts = account_settings(settings);
    accounts::ImportRules rules;
    rules.defaults = accounts.defaults;
    rules.uids = accounts.uids;
    return rules;
}

accounts::DirectorySettings directory_settings(const config::Config& settings, const store::Store& store) {
    accounts::DirectorySettings directory;
    directory.folder = settings.directory.folder;
    directory.organisation_prefix = settings.directory.organisation_prefix;
    auto groups = accounts::machine_groups(settings.accounts.groups, account_settings(settings).uids);
    for (const std::string& complaint : groups.complaints) {
        log::warning(log::id::configuration_refused, complaint);
    }
    directory.machine_groups = std::move(groups.gids);
    directory.shape = shape_of(directory, store);
    return directory;
}

outbox::Settings outbox_settings(const config::Config& site) {
    const config::OutboxConfig& settings = site.outbox;
    outbox::Settings outbox;
    if (!settings.mail.empty()) {
        outbox.media.push_back(model::Medium::mail);
    }
    if (!settings.sms.empty()) {
        outbox.media.push_back(model::Medium::sms);
    }
    outbox.machine = machine_name();
    outbox.organisation = settings.organisation.empty()
                              ? base::printable(outbox.machine, limits::notice_organisation_characters)
                              : settings.organisation;
    outbox.shared_addresses = site.self_service.shared_addresses;
    outbox.contact = site.support.contact.empty() ? outbox.organisation : site.support.contact;
    outbox.budgets = {budget_of(settings.mail_budget), budget_of(settings.sms_budget)};
    outbox.alarm = {settings.alarm_after, settings.alarm_percent};
    outbox.keep = settings.keep;
    outbox.receipts = settings.receipts;
    return outbox;
}

std::vector<outbox::ChannelBinding> channel_bindings(const config::OutboxConfig& settings,
                                                     const plugins::Registry::Selection& plugins) {
    std::vector<outbox::ChannelBinding> bindings;
    bindings.reserve(settings.mail.size() + settings.sms.size());
    for (const std::string& name : settings.mail) {
        bindings.push_back({model::Medium::mail, name, plugins.channel(name)});
    }
    for (const std::string& name : settings.sms) {
        bindings.push_back({model::Medium::sms, name, plugins.channel(name)});
    }
    return bindings;
}

std::vector<plugins::InstanceConfig> plugin_instances(const config::Config& settings) {
    std::vector<plugins::InstanceConfig> instances;
    instances.reserve(settings.plugins.size());
    for (const auto& [name, instance] : settings.plugins) {
        plugins::InstanceConfig& config = instances.emplace_back();
        config.name = name;
        config.kind = kind_of(instance.kind);
        config.socket_path = settings.runtime.folder + "/plugins/" + name + ".sock";
        config.deadline = instance.deadline;
        config.on_demand = instance.enrolled_only;
        config.plugin = instance.plugin;
    }
    return instances;
}

conversation::PluginClients plugin_clients(const config::Config& settings,
                                           const plugins::Registry::Selection& plugins) {
    conversation::PluginClients clients;
    clients.lockout = plugins.lockout(settings.lockout.plugin);
    clients.rules = settings.password.rules.empty() ? nullptr : plugins.rules(settings.password.rules);
    for (const auto& [name, instance] : settings.plugins) {
        if (instance.kind == config::PluginKind::step) {
            clients.steps[name] = plugins.step(name);
        }
    }
    return clients;
}

base::Task<void> record(store::Store& store, model::AuditEvent event) {
    auto writing =
        store.write([event = std::move(event)](store::WriteTxn& txn) { audit::AuditLog::append(txn, event); });
    co_await writing;
}

} // namespace loquet
