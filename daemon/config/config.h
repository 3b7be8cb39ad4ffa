// SPDX-License-Identifier: LGPL-2.1-or-later
// Everything an administrator can set, with the values that hold where nothing is set. Plain values, made once by
// config_file.h and then read-only. etc/loquet.toml shows every key; a test compares it with this file.
#pragma once

#include "daemon/config/flow.h"
#include "daemon/config/outbox_config.h"
#include "lib/base/log.h"
#include "lib/protocol/turn.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace loquet::config {

/// An amount of memory, absolute or relative to what the machine has: "256 MiB", "25%".
struct Size {
    std::uint64_t bytes = 0;   ///< absolute, where percent is 0
    std::uint32_t percent = 0; ///< 1..100 of the whole

    /// Bytes, where `whole` bytes are what "100%" means.
    [[nodiscard]] std::uint64_t of(std::uint64_t whole) const noexcept {
        return percent == 0 ? bytes : whole / 100 * percent;
    }
    friend bool operator==(const Size&, const Size&) = default;
};

/// "268435456", "256 KiB", "256 MiB", "1 GiB" (the space may be left out), "25%". Nothing otherwise.
[[nodiscard]] std::optional<Size> parse_size(std::string_view text) noexcept;

/// The name of an instance of a plugin: also the name of its file and of its socket.
inline constexpr std::string_view an_instance = "a name of 1 to 32 of a-z, 0-9 and '_', beginning with a letter";

[[nodiscard]] constexpr bool is_instance(std::string_view name) {
    const auto is_letter = [](char c) { return c >= 'a' && c <= 'z'; };
    return !name.empty() && name.size() <= 32 && is_letter(name.front())
           && std::all_of(name.begin(), name.end(),
                          [&](char c) { return is_letter(c) || c == '_' || (c >= '0' && c <= '9'); });
}

struct StoreConfig {
    std::string folder = "/var/lib/loquet/store"; ///< 0700, made when it is not there
    std::string master_key; ///< file with the master key; empty: the systemd credential "master-key"
    friend bool operator==(const StoreConfig&, const StoreConfig&) = default;
};

struct DirectoryConfig {
    std::string folder = "/var/lib/loquet/directory"; ///< 0755, made when it is not there
    std::string organisation_prefix = "org-"; ///< of the names of organisations' groups; accounts may not have it
    friend bool operator==(const DirectoryConfig&, const DirectoryConfig&) = default;
};

struct RuntimeConfig {
    std::string folder = "/run/loquet"; ///< plugin hosts listen at <folder>/plugins/NAME.sock
    friend bool operator==(const RuntimeConfig&, const RuntimeConfig&) = default;
};

struct AccountsConfig {
    std::uint32_t uid_first = 30000; ///< both ends included
    std::uint32_t uid_last = 59999;
    bool allow_overlapping_uids = false;             ///< with ranges that others give from; config.cpp has the list
    std::string home = "/home/{name}";               ///< of new accounts; {name} is the account's
    std::string shell = "/bin/bash";                 ///< of new accounts
    std::vector<std::string> authorisations = {"*"}; ///< of new accounts: PAM services; "*" is all of them
    std::vector<std::string> groups; ///< of the machine's own, which every account is in: "audio", "plugdev"
    friend bool operator==(const AccountsConfig&, const AccountsConfig&) = default;
};

struct HashingConfig {
    std::string prefix = "$y$"; ///< crypt(5): "$y$" "$gy$" "$7$" "$2b$" "$6$"; in the file by name: "yescrypt"
    std::uint64_t cost = 0;     ///< crypt_gensalt(3)'s count; 0: libxcrypt's default for the method
    std::uint32_t workers = 0;  ///< threads that hash; 0: one for each CPU
    Size memory{.percent = 25}; ///< what all workers together may use; fewer of them run where it is not enough
    friend bool operator==(const HashingConfig&, const HashingConfig&) = default;
};

struct PasswordConfig {
    std::string rules = "password_rules"; ///< instance of a password rules plugin; empty: no rule but not being empty
    std::uint32_t history = 5;            ///< former passwords that are not taken again, 0..24
    std::chrono::days expires_after{0};   ///< 0: never
    std::chrono::days warn{14};           ///< before it expires
    friend bool operator==(const PasswordConfig&, const PasswordConfig&) = default;
};

struct LockoutConfig {
    std::string plugin =
        "lockout"; ///< instance of a lockout plugin; the strict built-in policy while it does not answer
    friend bool operator==(const LockoutConfig&, const LockoutConfig&) = default;
};

struct ConversationConfig {
    std::chrono::seconds timeout{300}; ///< a dialog that nobody answers for so long is over
    friend bool operator==(const ConversationConfig&, const ConversationConfig&) = default;
};

struct SelfServiceConfig {
    /// PAM services whose people may begin it: they show whole prompts, and take a rewritten name back.
    std::vector<std::string> services = {"login", "lightdm", "greetd"};
    /// Typed as a name there, these open the menu, each in its language: { aide = "fr", help = "en" }. No account may
    /// be made with one.
    std::map<std::string, std::string> names;
    /// A code is sent where several accounts have confirmed the address. Else who asks is sent there, in place of it,
    /// why not: who reads the mailbox would get into each of them.
    bool shared_addresses = false;
    /// Who has rights over the machine ([helpdesk] privileged_groups) replaces a forgotten password like everybody.
    /// Else it takes the helpdesk's code, for which two people are needed.
    bool recover_privileged = false;
    friend bool operator==(const SelfServiceConfig&, const SelfServiceConfig&) = default;
};

struct HelpdeskConfig {
    bool accept_unverified_callers = false; ///< the administrator knows; audited at every start and reload
    /// Until an address that was confirmed for a caller whom nobody verified is a way to a new password.
    std::chrono::hours hold{24};
    /// Whose members have rights over the machine, or may act as its second person.
    std::vector<std::string> privileged_groups = {"root", "sudo", "wheel", "adm", "docker", "lxd", "disk", "helpdesk"};
    friend bool operator==(const HelpdeskConfig&, const HelpdeskConfig&) = default;
};

struct SupportConfig {
    std::string contact; ///< whom to call, in one line: shown where somebody cannot go on; empty: nobody is named
    friend bool operator==(const SupportConfig&, const SupportConfig&) = default;
};

struct LogConfig {
    log::Level level = log::Level::info;
    friend bool operator==(const LogConfig&, const LogConfig&) = default;
};

enum class PluginKind { step, lockout, password_rules, channel };

/// How long a person waits for an answer; what a channel waits for is a gateway, and nobody waits for that.
constexpr std::chrono::milliseconds deadline_of_answer{2000};
constexpr std::chrono::milliseconds deadline_of_delivery{60'000};
[[nodiscard]] constexpr std::chrono::milliseconds usual_deadline(PluginKind kind) noexcept {
    return kind == PluginKind::channel ? deadline_of_delivery : deadline_of_answer;
}

struct PluginInstance {
    std::string plugin{}; ///< the module, and what it has to call itself; empty: as the instance
    PluginKind kind = PluginKind::step;
    Proof proves = Proof::challenge; ///< steps only: nothing, unless the administrator says otherwise
    bool enrolled_only = false;      ///< steps only: a choice in a group only for accounts that have set it up
    std::chrono::milliseconds deadline = usual_deadline(PluginKind::step); ///< of one call, or of one delivery
    friend bool operator==(const PluginInstance&, const PluginInstance&) = default;
};

struct Config {
    std::string profile = "default";
    /// Reasons of a refusal that the person at the screen is told; every other one is `refused`.
    std::vector<protocol::Reason> disclose;
    StoreConfig store;
    DirectoryConfig directory;
    RuntimeConfig runtime;
    AccountsConfig accounts;
    HashingConfig hashing;
    PasswordConfig password;
    LockoutConfig lockout;
    ConversationConfig conversation;
    SelfServiceConfig self_service;
    HelpdeskConfig helpdesk;
    SupportConfig support;
    OutboxConfig outbox;
    LogConfig log;
    std::map<std::string, PluginInstance> plugins = default_plugins(); ///< by instance
    std::vector<Flow> flows = default_flows();
    /// The profile has a flow for those who forgot that is weaker than the site's own login: it is not among `flows`.
    bool withholds_recovery = false;

    [[nodiscard]] bool discloses(protocol::Reason reason) const noexcept;

    /// The flow of that purpose for that PAM service, else the purpose's own; nullptr where there is none (an unknown
    /// purpose: a caller's mistake).
    [[nodiscard]] const Flow* flow(std::string_view purpose, std::string_view service) const noexcept;

    friend bool operator==(const Config&, const Config&) = default;

private:
    static std::map<std::string, PluginInstance> default_plugins();
};

/// Complains about keys that contradict each other, name something that is not there, or are out of the range that
/// another key gives them; and everything of validate_flows().
void check(const Config& config, Complaints& complaints);

/// Each account is put into one of [helpdesk] privileged_groups ([accounts] groups).
[[nodiscard]] bool everybody_is_privileged(const Config& settings);

/// What a reload does not change: the store, the directory and the threads were opened with it. Takes the values of
/// `in_force` over into `next`, and returns the keys that are different there: "hashing.cost". Nothing that a flow, a
/// plugin or a channel depends on is among them.
[[nodiscard]] std::vector<std::string> keep_until_restart(const Config& in_force, Config& next);

} // namespace loquet::config
