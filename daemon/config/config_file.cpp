// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/config/config_file.h"

#include "daemon/config/table_reader.h"
#include "daemon/model/canonical_form.h"
#include "lib/base/error.h"
#include "lib/base/file.h"
#include "lib/base/limits.h"
#include "lib/base/text.h"
#include "lib/messages/catalogue.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <numeric>
#include <set>
#include <string_view>
#include <system_error>
#include <utility>

namespace loquet::config {

// One file's text

namespace {

// The words that stand for values.

/// As crypt(5) calls the methods, and their prefixes.
constexpr std::array<std::pair<std::string_view, std::string_view>, 5> hashing_methods{
    {{"yescrypt", "$y$"}, {"gost-yescrypt", "$gy$"}, {"scrypt", "$7$"}, {"bcrypt", "$2b$"}, {"sha512crypt", "$6$"}}};

constexpr std::array<std::pair<std::string_view, log::Level>, 5> log_levels{{{"error", log::Level::error},
                                                                             {"warning", log::Level::warning},
                                                                             {"notice", log::Level::notice},
                                                                             {"info", log::Level::info},
                                                                             {"debug", log::Level::debug}}};

constexpr std::array<std::pair<std::string_view, PluginKind>, 4> plugin_kinds{
    {{"step", PluginKind::step},
     {"lockout", PluginKind::lockout},
     {"password-rules", PluginKind::password_rules},
     {"channel", PluginKind::channel}}};

constexpr std::array<std::pair<std::string_view, Proof>, 8> proofs{{{"challenge", Proof::challenge},
                                                                    {"knowledge", Proof::knowledge},
                                                                    {"possession", Proof::possession},
                                                                    {"question", Proof::of(Method::question)},
                                                                    {"device", Proof::of(Method::device)},
                                                                    {"saved-code", Proof::of(Method::saved_code)},
                                                                    {"mailbox", Proof::of(Method::mailbox)},
                                                                    {"telephone", Proof::of(Method::telephone)}}};

/// What is said to everybody anyway (busy, unavailable) and what only its owner learns (not_authorised) is no matter of
/// disclosure.
constexpr std::array<std::pair<std::string_view, protocol::Reason>, 2> disclosable{
    {{"locked", protocol::Reason::locked}, {"disabled", protocol::Reason::disabled}}};

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
constexpr std::string_view a_module = "the name of a plugin: 1 to 64 of a-z, 0-9, '_' and '-'";

bool is_instance_or_empty(std::string_view name) {
    return name.empty() || is_instance(name);
}
bool is_module(std::string_view name) {
    return !name.empty() && name.size() <= limits::plugin_name_bytes
           && name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_-") == name.npos;
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
/// Members of these groups read or rule the machine; on Debian 12 and 13, and where software of the name is
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
    constexpr std::int64_t highest_cost = 999'999'999; // sha512crypt's rounds; config.cpp has each method's own
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

/// The whole table takes the place of the one before.
void read_self_service_names(TableReader& table, const toml::node& node, std::map<std::string, std::string>& names) {
    constexpr std::size_t most_names = 8;
    constexpr std::string_view accepted = "at most 8 names that an account could have, each with a language: { aide = "
                                          "\"fr\", help = \"en\" }";
    const toml::table* const entries = node.as_table();
    if (entries == nullptr || entries->size() > most_names) {
        return table.refuse("names", node, accepted);
    }
    std::map<std::string, std::string> read;
    for (const auto& [name, language] : *entries) {
        const auto* text = language.as_string();
        if (model::canonical_name(name.str()) != name.str() || text == nullptr
            || messages::canonical_language(text->get()).empty()) {
            table.refuse("names", language, accepted);
            continue;
        }
        read[std::string(name.str())] = text->get();
    }
    names = std::move(read);
}

void read_self_service(TableReader& table, SelfServiceConfig& self_service) {
    const auto is_service = [](std::string_view name) {
        return !name.empty() && name.size() <= limits::client_field_bytes && base::is_printable(name);
    };
    table.texts("services", self_service.services, is_service, "the name of a PAM service");
    if (const toml::node* names = table.find("names")) {
        read_self_service_names(table, *names, self_service.names);
    }
    table.boolean("shared_addresses", self_service.shared_addresses);
    table.boolean("recover_privileged", self_service.recover_privileged);
}

void read_helpdesk(TableReader& table, HelpdeskConfig& helpdesk) {
    const auto is_group = [](std::string_view name) {
        return !name.empty() && name.size() <= limits::client_field_bytes && base::is_printable(name);
    };
    table.boolean("accept_unverified_callers", helpdesk.accept_unverified_callers);
    constexpr std::int64_t a_month = 720;
    table.duration("hold_hours", helpdesk.hold, 0, a_month);
    table.texts("privileged_groups", helpdesk.privileged_groups, is_group, "the name of a group");
}

void read_support(TableReader& table, SupportConfig& support) {
    const auto is_contact = [](std::string_view text) {
        return text.size() <= limits::support_contact_bytes && base::is_printable(text);
    };
    table.text("contact", support.contact, is_contact, "one line of at most 160 bytes");
}

void read_log(TableReader& table, LogConfig& log) {
    table.word("level", log.level, TableReader::Words<log::Level>(log_levels));
}

/// One word, or a list of those of which the person takes one.
void read_proof(TableReader& plugin, Proof& proof) {
    const TableReader::Words<Proof> words(proofs);
    const toml::node* node = plugin.find("proves");
    if (node == nullptr || !node->is_array()) {
        return plugin.word("proves", proof, words);
    }
    const auto methods = words.subspan(1); // a challenge beside them would let anybody pass
    if (node->as_array()->empty()) {
        return plugin.refuse("proves", *node, "a list of " + TableReader::list(methods));
    }
    std::vector<Proof> ways;
    plugin.words("proves", ways, methods);
    proof = std::accumulate(ways.begin(), ways.end(), Proof::challenge, [](Proof a, Proof b) { return a | b; });
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
        reader.text("plugin", plugin.plugin, is_module, a_module);
        if (plugin.plugin == name) {
            plugin.plugin.clear();
        }
        read_proof(reader, plugin.proves);
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
    read_part(file, "self_service", config.self_service, read_self_service);
    read_part(file, "helpdesk", config.helpdesk, read_helpdesk);
    read_part(file, "support", config.support, read_support);
    read_part(file, "outbox", config.outbox, read_outbox);
    read_part(file, "log", config.log, read_log);
    read_part(file, "plugins", config.plugins, read_plugins);
    read_part(file, "flow", config.flows, read_flows);
    file.finish();
}

} // namespace

void apply(std::string_view text, const std::string& file, Config& config, Complaints& complaints) {
    complaints.begin_file();
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

// Profiles

bool is_profile_name(std::string_view name) noexcept {
    const auto is_letter = [](char c) { return c >= 'a' && c <= 'z'; };
    return !name.empty() && name.size() <= 32 && is_letter(name.front())
           && std::all_of(name.begin(), name.end(),
                          [&](char c) { return is_letter(c) || (c >= '0' && c <= '9') || c == '-'; });
}

std::optional<std::string> find_profile(std::string_view name, const std::vector<std::string>& folders) {
    if (!is_profile_name(name)) {
        return std::nullopt;
    }
    for (const std::string& folder : folders) {
        std::string path = folder + '/' + std::string(name) + ".toml";
        std::error_code ignored; // a folder that cannot be searched has no profile
        if (std::filesystem::exists(path, ignored)) {
            return path;
        }
    }
    return std::nullopt;
}

// Files

namespace {

constexpr std::string_view readable = "; accepted is a file that the user of the daemon may read (mode 0644, in a "
                                      "folder of mode 0755)";

std::string why(const std::error_code& failed) {
    return "it cannot be read: " + failed.message();
}

/// Adds the file's text, or a complaint: a file that cannot be read is not taken for an empty one. What is no file of
/// the disk (a pipe) could keep the daemon waiting; a link to /dev/null is how a drop-in is switched off.
void read(const std::string& path, std::vector<SourceFile>& files, Complaints& complaints) {
    namespace fs = std::filesystem;
    std::error_code failed;
    const fs::file_status status = fs::status(path, failed);
    if (failed) {
        complaints.add(path, why(failed) + std::string(readable));
        return;
    }
    if (!fs::is_regular_file(status) && !fs::is_character_file(status)) {
        complaints.add(path, "it is no file" + std::string(readable));
        return;
    }
    try {
        files.push_back({path, base::read_file(path, limits::configuration_file_bytes)});
    } catch (const base::Error& error) {
        complaints.add(path, error.what() + std::string(readable));
    }
}

std::vector<std::string> drop_ins(const std::string& folder, Complaints& complaints) {
    std::vector<std::string> paths;
    std::error_code failed;
    for (std::filesystem::directory_iterator at(folder, failed), end; !failed && at != end; at.increment(failed)) {
        if (at->path().extension() == ".toml") {
            paths.push_back(at->path().string());
        }
    }
    if (failed && failed != std::errc::no_such_file_or_directory) {
        complaints.add(folder, why(failed) + "; accepted is a folder that the user of the daemon may read (mode 0755)");
    }
    std::sort(paths.begin(), paths.end());
    return paths;
}

/// Also a link that leads nowhere is there.
bool exists(const std::string& path) {
    std::error_code failed;
    return std::filesystem::symlink_status(path, failed).type() != std::filesystem::file_type::not_found;
}

std::vector<SourceFile> administrators_files(const std::string& path, Complaints& complaints) {
    std::vector<SourceFile> files;
    if (exists(path)) {
        read(path, files, complaints);
    }
    for (const std::string& drop_in : drop_ins(path + ".d", complaints)) {
        read(drop_in, files, complaints);
    }
    return files;
}

/// ": apart, default"; nothing where there are none.
std::string list_profiles(const std::vector<std::string>& folders) {
    std::set<std::string> names;
    for (const std::string& folder : folders) {
        std::error_code failed; // a folder that cannot be read has no profile
        for (std::filesystem::directory_iterator at(folder, failed), end; !failed && at != end; at.increment(failed)) {
            const std::filesystem::path& file = at->path();
            if (file.extension() == ".toml" && is_profile_name(file.stem().string())) {
                names.insert(file.stem().string());
            }
        }
    }
    std::string list;
    for (const std::string& name : names) {
        list += (list.empty() ? ": " : ", ") + name;
    }
    return list;
}

SourceFile read_profile(const NamedProfile& named, const std::vector<std::string>& folders, Complaints& complaints) {
    const auto path = find_profile(named.name, folders);
    std::vector<SourceFile> found;
    if (path) {
        read(*path, found, complaints);
    } else {
        std::string where;
        for (const std::string& folder : folders) {
            where += (where.empty() ? "" : " or ") + folder;
        }
        complaints.add(named.position, "there is no profile \"" + named.name
                                           + "\"; accepted is one with a file NAME.toml in " + where
                                           + list_profiles(folders));
    }
    return found.empty() ? SourceFile{} : std::move(found.front());
}

} // namespace

const std::vector<std::string>& profile_folders() {
    static const std::vector<std::string> folders{"/etc/loquet/profiles", "/usr/share/loquet/profiles"};
    return folders;
}

Sources read_sources(const std::string& path, const std::vector<std::string>& profiles, Complaints& complaints) {
    Sources sources;
    sources.files = administrators_files(path, complaints);
    NamedProfile named{Config().profile, "(default of profile)"};
    for (const SourceFile& file : sources.files) {
        named = profile_in(file.text, file.path).value_or(named);
    }
    sources.profile = read_profile(named, profiles, complaints);
    return sources;
}

Config assemble(const Sources& sources, Complaints& complaints) {
    Config config;
    if (const auto other = profile_in(sources.profile.text, sources.profile.path)) {
        complaints.add(other->position, "a profile names no other profile; accepted is every key but \"profile\"");
    }
    apply(sources.profile.text, sources.profile.path, config, complaints);
    for (Flow& flow : config.flows) {
        flow.of_profile = true;
    }
    for (const SourceFile& file : sources.files) {
        apply(file.text, file.path, config, complaints);
    }
    if (complaints.lines().empty()) { // what was refused is not there to be compared
        config.withholds_recovery = withhold_weaker_flows(config);
        check(config, complaints);
    }
    return config;
}

Config load(const std::string& path, const std::vector<std::string>& profiles) {
    Complaints complaints;
    const Sources sources = read_sources(path, profiles, complaints);
    Config config = assemble(sources, complaints);
    complaints.throw_if_any();
    return config;
}

} // namespace loquet::config
