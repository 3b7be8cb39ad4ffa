// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/config/config_text.h"

#include "daemon/config/flow_text.h"
#include "daemon/config/instance_name.h"
#include "daemon/config/outbox_text.h"
#include "daemon/config/profile.h"
#include "daemon/config/table_reader.h"
#include "daemon/config/words.h"
#include "lib/base/limits.h"

#include <algorithm>
#include <array>
#include <limits>

namespace loquet::config {

namespace {

constexpr std::size_t longest_path = 255;

bool is_path(std::string_view text) {
    return text.starts_with('/') && text.size() <= longest_path && text.find("/../") == std::string_view::npos
           && !text.ends_with("/..") && text.find('\0') == std::string_view::npos;
}
bool is_path_or_empty(std::string_view text) {
    return text.empty() || is_path(text);
}
// useradd(8) and passwd(5): these become fields of a passwd line.
bool is_field(std::string_view text) {
    return is_path(text) && std::none_of(text.begin(), text.end(), [](char c) { return c == ':' || c == '\n'; });
}
bool is_home_pattern(std::string_view text) {
    const std::size_t at = text.find("{name}");
    return is_field(text) && at != std::string_view::npos && text.find_first_of("{}", at + 6) == std::string_view::npos
           && text.find_first_of("{}") == at;
}
bool is_instance_or_empty(std::string_view name) {
    return name.empty() || is_instance(name);
}
bool is_service(std::string_view name) {
    return !name.empty() && name.size() <= limits::client_field_bytes && name.find_first_of(" /\n") == name.npos;
}

bool is_prefix(std::string_view text) {
    const auto is_letter = [](char c) { return c >= 'a' && c <= 'z'; };
    return !text.empty() && text.size() <= 16 && is_letter(text.front())
           && std::all_of(text.begin(), text.end(),
                          [&](char c) { return is_letter(c) || c == '-' || c == '_' || (c >= '0' && c <= '9'); });
}

constexpr std::string_view a_path = "an absolute path without \"..\"";
/// Whoever is in one of these reads or rules the machine; on Debian 12 and 13, and where software of the name is
/// installed.
constexpr std::array<std::string_view, 22> powerful_groups{
    "root",   "daemon",   "bin",    "sys",   "adm",  "tty",    "disk", "lp",          "mail",    "kmem",
    "sudo",   "wheel",    "shadow", "staff", "utmp", "docker", "lxd",  "incus-admin", "libvirt", "systemd-journal",
    "loquet", "wireshark"};
bool is_harmless_group(std::string_view name) {
    return is_service(name) && name.find(':') == name.npos
           && std::find(powerful_groups.begin(), powerful_groups.end(), name) == powerful_groups.end();
}

void read_store(TableReader& table, StoreConfig& store) {
    table.text("folder", store.folder, is_path, a_path);
    table.text("master_key", store.master_key, is_path_or_empty, "an absolute path, or \"\" for the credential");
}

void read_directory(TableReader& table, DirectoryConfig& directory) {
    table.text("folder", directory.folder, is_path, a_path);
    table.text("organisation_prefix", directory.organisation_prefix, is_prefix,
               "1 to 16 of a-z, 0-9, '-' and '_', beginning with a letter");
}

void read_runtime(TableReader& table, RuntimeConfig& runtime) {
    table.text("folder", runtime.folder, is_path, a_path);
}

void read_accounts(TableReader& table, AccountsConfig& accounts) {
    constexpr std::int64_t last_uid = std::numeric_limits<std::int32_t>::max(); // some file systems stop there
    table.number("uid_first", accounts.uid_first, 1, last_uid);
    table.number("uid_last", accounts.uid_last, 1, last_uid);
    table.boolean("allow_overlapping_uids", accounts.allow_overlapping_uids);
    table.text("home", accounts.home, is_home_pattern, "an absolute path that holds {name} once and no ':'");
    table.text("shell", accounts.shell, is_field, "an absolute path without ':'");
    table.texts("authorisations", accounts.authorisations, is_service, "a list of PAM services, or [\"*\"] for all");
    table.texts("groups", accounts.groups, is_harmless_group,
                "a list of the machine's groups without those that give rights over it (root, sudo, adm, disk, shadow, "
                "docker ...)");
}

void read_hashing(TableReader& table, HashingConfig& hashing) {
    constexpr std::int64_t highest_cost = 999'999'999; // sha512crypt's rounds; config_check.cpp has each method's own
    constexpr std::int64_t most_workers = 256;
    table.word("method", hashing.prefix, TableReader::Words<std::string_view>(hashing_methods));
    table.number("cost", hashing.cost, 0, highest_cost);
    table.number("workers", hashing.workers, 0, most_workers);
    table.size("memory", hashing.memory);
}

void read_password(TableReader& table, PasswordConfig& password) {
    constexpr std::int64_t longest_history = 24; // each costs one more hash at a change
    constexpr std::int64_t ten_years = 3650;
    table.text("rules", password.rules, is_instance_or_empty, an_instance);
    table.number("history", password.history, 0, longest_history);
    table.duration("expires_after_days", password.expires_after, 0, ten_years);
    table.duration("warn_days", password.warn, 0, ten_years);
}

void read_lockout(TableReader& table, LockoutConfig& lockout) {
    table.text("plugin", lockout.plugin, is_instance, an_instance);
}

void read_conversation(TableReader& table, ConversationConfig& conversation) {
    table.duration("timeout_seconds", conversation.timeout, 10, 3600);
}

void read_log(TableReader& table, LogConfig& log) {
    table.word("level", log.level, TableReader::Words<log::Level>(log_levels));
}

void read_plugins(TableReader& table, std::map<std::string, PluginInstance>& plugins) {
    for (auto& [name, reader] : table.tables()) {
        if (!is_instance(name) || step_named(name).kind != StepKind::plugin) {
            reader.complaints().add(reader.position(), "plugins." + name + ": accepted is " + std::string(an_instance)
                                                           + ", and not the name of a built-in step");
            continue;
        }
        PluginInstance& plugin = plugins[name];
        const PluginKind before = plugin.kind;
        reader.word("kind", plugin.kind, TableReader::Words<PluginKind>(plugin_kinds));
        if (plugin.kind != before) {
            plugin.deadline = usual_deadline(plugin.kind);
        }
        reader.word("proves", plugin.proves, TableReader::Words<Proof>(proofs));
        reader.boolean("enrolled_only", plugin.enrolled_only);
        reader.duration("deadline_ms", plugin.deadline, 50, plugin.kind == PluginKind::channel ? 300'000 : 10'000);
        reader.finish();
    }
}

template <class Part>
void read_part(TableReader& file, std::string_view key, Part& part, void (*read)(TableReader&, Part&)) {
    if (auto table = file.table(key)) {
        read(*table, part);
        table->finish();
    }
}

void read_file(TableReader& file, Config& config) {
    file.text("profile", config.profile, is_profile_name, "the name of a profile: \"default\"");
    file.words("disclose", config.disclose, TableReader::Words<protocol::Reason>(disclosable));
    read_part(file, "store", config.store, read_store);
    read_part(file, "directory", config.directory, read_directory);
    read_part(file, "runtime", config.runtime, read_runtime);
    read_part(file, "accounts", config.accounts, read_accounts);
    read_part(file, "hashing", config.hashing, read_hashing);
    read_part(file, "password", config.password, read_password);
    read_part(file, "lockout", config.lockout, read_lockout);
    read_part(file, "conversation", config.conversation, read_conversation);
    read_part(file, "outbox", config.outbox, read_outbox);
    read_part(file, "log", config.log, read_log);
    read_part(file, "plugins", config.plugins, read_plugins);
    read_part(file, "flow", config.flows, read_flows);
    file.finish();
}

} // namespace

void apply(std::string_view text, const std::string& file, Config& config, Complaints& complaints) {
    try {
        const toml::table table = toml::parse(text, file);
        TableReader reader(table, "", file, complaints);
        read_file(reader, config);
    } catch (const toml::parse_error& error) {
        complaints.add(position_in(file, error.source()), error.description());
    }
}

std::optional<NamedProfile> profile_in(std::string_view text, const std::string& file) {
    try {
        const toml::table table = toml::parse(text, file);
        const toml::node* node = table.get("profile");
        const auto* name = node == nullptr ? nullptr : node->as_string();
        return name == nullptr ? std::nullopt
                               : std::optional<NamedProfile>({name->get(), position_in(file, node->source())});
    } catch (const toml::parse_error&) {
        return std::nullopt; // apply() says where
    }
}

} // namespace loquet::config
