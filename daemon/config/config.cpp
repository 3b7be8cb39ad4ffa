// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/config/config.h"

#include "daemon/config/complaints.h"
#include "lib/base/limits.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <string_view>
#include <utility>

namespace loquet::config {

std::map<std::string, PluginInstance> Config::default_plugins() {
    const auto factor = [](Method method) {
        return PluginInstance{.kind = PluginKind::step, .proves = Proof::of(method), .enrolled_only = true};
    };
    return {{"lockout", {.kind = PluginKind::lockout}},
            {"password_rules", {.kind = PluginKind::password_rules}},
            {"totp", factor(Method::device)},
            {"recovery_codes", factor(Method::saved_code)}};
}

bool Config::discloses(protocol::Reason reason) const noexcept {
    return std::find(disclose.begin(), disclose.end(), reason) != disclose.end();
}

const Flow* Config::flow(std::string_view purpose, std::string_view service) const noexcept {
    const Flow* general = nullptr;
    for (const Flow& flow : flows) {
        if (flow.purpose == purpose && flow.service == service) {
            return &flow;
        }
        if (flow.purpose == purpose && flow.service.empty()) {
            general = &flow;
        }
    }
    return general;
}

namespace {

constexpr std::array<std::pair<std::string_view, unsigned>, 5> units{
    {{"", 0}, {"B", 0}, {"KiB", 10}, {"MiB", 20}, {"GiB", 30}}};

} // namespace

std::optional<Size> parse_size(std::string_view text) noexcept {
    std::uint64_t number = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (failed != std::errc()) {
        return std::nullopt;
    }
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    if (text == "%") {
        return number >= 1 && number <= 100 ? std::optional(Size{.percent = static_cast<std::uint32_t>(number)})
                                            : std::nullopt;
    }
    if (text.starts_with(' ')) {
        text.remove_prefix(1);
    }
    for (const auto& [unit, shift] : units) {
        if (text == unit && number <= std::numeric_limits<std::uint64_t>::max() >> shift) {
            return Size{.bytes = number << shift};
        }
    }
    return std::nullopt;
}

namespace {

struct UidRange {
    std::uint32_t first;
    std::uint32_t last;
    std::string_view whose;
};

// Debian policy 9.2.2, systemd's UIDS-GIDS page, login.defs(5) (SUB_UID_MIN, SUB_UID_MAX).
constexpr std::array<UidRange, 4> taken{{{0, 999, "system users"},
                                         {60000, 65533, "Debian's own and systemd's dynamic users"},
                                         {100000, 600'100'000, "subordinate ids of rootless containers"},
                                         {524'288, 1'879'048'191, "systemd's containers"}}};
constexpr UidRange nobody{65534, 65535, "\"nobody\" and \"no id\""};

struct CostRange {
    std::string_view prefix;
    std::uint64_t least;
    std::uint64_t most;
};

// crypt(5)
constexpr std::array<CostRange, 5> costs{
    {{"$y$", 1, 11}, {"$gy$", 1, 11}, {"$7$", 6, 11}, {"$2b$", 4, 31}, {"$6$", 1000, 999'999'999}}};

bool overlaps(const AccountsConfig& accounts, const UidRange& range) {
    return accounts.uid_first <= range.last && range.first <= accounts.uid_last;
}

std::string text_of(const UidRange& range) {
    return std::to_string(range.first) + " to " + std::to_string(range.last) + " (" + std::string(range.whose) + ')';
}

void check_uids(const AccountsConfig& accounts, Complaints& complaints) {
    const std::string position = complaints.position_of("accounts.uid_last", {"accounts.uid_first"});
    if (accounts.uid_first > accounts.uid_last) {
        complaints.add(position,
                       "accounts.uid_last: accepted is not less than uid_first, " + std::to_string(accounts.uid_first));
        return;
    }
    if (overlaps(accounts, nobody)) {
        complaints.add(position, "accounts.uid_last: accepted is a range without " + text_of(nobody));
    }
    for (const UidRange& range : taken) {
        if (!accounts.allow_overlapping_uids && overlaps(accounts, range)) {
            complaints.add(position, "accounts.uid_last: the range overlaps " + text_of(range)
                                         + "; accepted is 1000 to 59999, or allow_overlapping_uids = true");
        }
    }
}

void check_groups(const AccountsConfig& accounts, Complaints& complaints) {
    if (accounts.groups.size() > limits::machine_groups) {
        complaints.add(complaints.position_of("accounts.groups"),
                       "accounts.groups: accepted are at most " + std::to_string(limits::machine_groups) + " groups");
    }
}

void check_helpdesk(const HelpdeskConfig& helpdesk, Complaints& complaints) {
    if (helpdesk.privileged_groups.size() > limits::machine_groups) {
        complaints.add(complaints.position_of("helpdesk.privileged_groups"),
                       "helpdesk.privileged_groups: accepted are at most " + std::to_string(limits::machine_groups)
                           + " groups");
    }
}

void check_hashing(const HashingConfig& hashing, Complaints& complaints) {
    for (const CostRange& cost : costs) {
        const bool fits = hashing.cost == 0 || (hashing.cost >= cost.least && hashing.cost <= cost.most);
        if (hashing.prefix == cost.prefix && !fits) {
            complaints.add(complaints.position_of("hashing.cost", {"hashing.method"}),
                           "hashing.cost: accepted for this method is 0 (its default) or " + std::to_string(cost.least)
                               + " to " + std::to_string(cost.most));
        }
    }
}

void check_instance(const Config& config, const std::string& name, PluginKind kind, const std::string& key,
                    std::string_view kind_text, Complaints& complaints) {
    const auto plugin = config.plugins.find(name);
    if (plugin == config.plugins.end() || plugin->second.kind != kind) {
        complaints.add(complaints.position_of(key, {"plugins." + name + ".kind"}),
                       key + ": accepted is a [plugins." + name + "] with kind = \"" + std::string(kind_text) + '"');
    }
}

} // namespace

void check(const Config& config, Complaints& complaints) {
    check_uids(config.accounts, complaints);
    check_groups(config.accounts, complaints);
    check_helpdesk(config.helpdesk, complaints);
    check_hashing(config.hashing, complaints);
    if (config.password.expires_after.count() > 0 && config.password.warn >= config.password.expires_after) {
        complaints.add(complaints.position_of("password.warn_days", {"password.expires_after_days"}),
                       "password.warn_days: accepted is less than expires_after_days, "
                           + std::to_string(config.password.expires_after.count()));
    }
    check_instance(config, config.lockout.plugin, PluginKind::lockout, "lockout.plugin", "lockout", complaints);
    if (!config.password.rules.empty()) {
        check_instance(config, config.password.rules, PluginKind::password_rules, "password.rules", "password-rules",
                       complaints);
    }
    for (const auto& [name, plugin] : config.plugins) {
        if (plugin.kind != PluginKind::step && plugin.proves != Proof::challenge) {
            complaints.add(complaints.position_of("plugins." + name + ".proves", {"plugins." + name + ".kind"}),
                           "plugins." + name + ".proves: accepted where kind = \"step\"");
        }
        if (plugin.kind != PluginKind::step && plugin.enrolled_only) {
            complaints.add(complaints.position_of("plugins." + name + ".enrolled_only", {"plugins." + name + ".kind"}),
                           "plugins." + name + ".enrolled_only: accepted where kind = \"step\"");
        }
    }
    for (const auto& [name, language] : config.self_service.names) {
        if (name.starts_with(config.directory.organisation_prefix)) {
            complaints.add(complaints.position_of("self_service.names", {"directory.organisation_prefix"}),
                           "self_service.names: accepted is no name that begins with \""
                               + config.directory.organisation_prefix + "\", as the groups of organisations do");
        }
    }
    check_outbox(config, complaints);
    validate_flows(config, complaints);
}

namespace {

template <class Part, class Value>
void keep(const char* key, Value Part::* member, const Part& in_force, Part& next, std::vector<std::string>& kept) {
    if (next.*member != in_force.*member) {
        kept.emplace_back(key);
        next.*member = in_force.*member;
    }
}

} // namespace

bool everybody_is_privileged(const Config& settings) {
    const auto& of_all = settings.accounts.groups;
    return std::ranges::find_first_of(of_all, settings.helpdesk.privileged_groups) != of_all.end();
}

std::vector<std::string> keep_until_restart(const Config& in_force, Config& next) {
    std::vector<std::string> kept;
    keep("store.folder", &StoreConfig::folder, in_force.store, next.store, kept);
    keep("store.master_key", &StoreConfig::master_key, in_force.store, next.store, kept);
    keep("directory.folder", &DirectoryConfig::folder, in_force.directory, next.directory, kept);
    keep("directory.organisation_prefix", &DirectoryConfig::organisation_prefix, in_force.directory, next.directory,
         kept);
    keep("accounts.uid_first", &AccountsConfig::uid_first, in_force.accounts, next.accounts, kept);
    keep("accounts.uid_last", &AccountsConfig::uid_last, in_force.accounts, next.accounts, kept);
    keep("accounts.home", &AccountsConfig::home, in_force.accounts, next.accounts, kept);
    keep("accounts.shell", &AccountsConfig::shell, in_force.accounts, next.accounts, kept);
    keep("accounts.authorisations", &AccountsConfig::authorisations, in_force.accounts, next.accounts, kept);
    keep("accounts.groups", &AccountsConfig::groups, in_force.accounts, next.accounts, kept);
    keep("self_service.names", &SelfServiceConfig::names, in_force.self_service, next.self_service, kept);
    keep("hashing.method", &HashingConfig::prefix, in_force.hashing, next.hashing, kept);
    keep("hashing.cost", &HashingConfig::cost, in_force.hashing, next.hashing, kept);
    keep("hashing.workers", &HashingConfig::workers, in_force.hashing, next.hashing, kept);
    keep("hashing.memory", &HashingConfig::memory, in_force.hashing, next.hashing, kept);
    return kept;
}

} // namespace loquet::config
