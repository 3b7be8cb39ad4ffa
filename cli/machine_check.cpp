// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/machine_check.h"

#include "cli/name_service.h"
#include "lib/base/error.h"
#include "lib/base/file.h"
#include "lib/base/limits.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>

namespace loquet::cli {

namespace {

constexpr std::size_t deepest_include = 16; ///< a file that includes itself has an end, too
constexpr std::string_view blanks_between_words = " \t";
constexpr std::string_view module_file = "pam_loquet.so";
constexpr std::string_view other = "other"; ///< the service that stands in for what another one lacks

/// The text without comments, each logical line by itself: a backslash at the end of a line joins the next one to it.
std::vector<std::string> logical_lines(std::string_view text) {
    std::vector<std::string> lines;
    bool goes_on = false;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        std::string_view line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        line = line.substr(0, line.find('#'));
        const std::size_t last = line.find_last_not_of(" \t\r");
        line = last == std::string_view::npos ? "" : line.substr(0, last + 1);
        const bool continued = line.ends_with('\\');
        line.remove_suffix(continued ? 1 : 0);
        if (goes_on) {
            lines.back() += ' ';
            lines.back() += line;
        } else {
            lines.emplace_back(line);
        }
        goes_on = continued;
    }
    return lines;
}

/// The next word, or all that stands in brackets.
std::string take_word(std::string_view& line) {
    line.remove_prefix(std::min(line.find_first_not_of(blanks_between_words), line.size()));
    const bool bracket = line.starts_with('[');
    const std::size_t end = std::min(bracket ? line.find(']') : line.find_first_of(blanks_between_words), line.size());
    std::string word(line.substr(bracket ? 1 : 0, end - (bracket && end > 0 ? 1 : 0)));
    line.remove_prefix(std::min(end + (bracket ? 1 : 0), line.size()));
    return word;
}

std::string lower(std::string word) {
    std::transform(word.begin(), word.end(), word.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return word;
}

bool is_type(std::string_view word) {
    constexpr std::array<std::string_view, 4> types{"auth", "account", "password", "session"};
    return std::find(types.begin(), types.end(), word) != types.end();
}

std::string_view file_name(std::string_view path) {
    return path.substr(path.rfind('/') + 1);
}

/// All lines of one type, with what they include, in order.
void flatten(const std::string& service, std::string_view type, const ReadService& read, std::size_t depth,
             std::vector<PamLine>& out) {
    const auto text = depth < deepest_include ? read(service) : std::nullopt;
    for (const PamLine& line : text ? parse_pam(*text) : std::vector<PamLine>{}) {
        const bool everything = line.type == "@include";
        if (!everything && line.type != type) {
            continue;
        }
        if (everything || line.control == "include" || line.control == "substack") {
            flatten(line.module, type, read, depth + 1, out);
        } else {
            out.push_back(line);
        }
    }
}

/// What libpam does after a module that said yes, or no (pam.conf(5)): "ok", "bad", "ignore", "die", "done", or a
/// number of lines to jump over.
std::string action_of(const PamLine& line, bool yes) {
    struct Word {
        std::string_view word;
        const char* after_yes;
        const char* after_no;
    };
    constexpr std::array words{Word{"required", "ok", "bad"}, Word{"requisite", "ok", "die"},
                               Word{"sufficient", "done", "ignore"}, Word{"optional", "ok", "ignore"}};
    for (const Word& word : words) {
        if (line.control == word.word) {
            return yes ? word.after_yes : word.after_no;
        }
    }
    std::string action = "bad"; // of a result that is not named
    std::string_view rest = line.control;
    for (std::string entry = take_word(rest); !entry.empty(); entry = take_word(rest)) {
        const std::size_t equals = std::min(entry.find('='), entry.size());
        const std::string result = entry.substr(0, equals);
        const std::string named = entry.substr(std::min(equals + 1, entry.size()));
        if (result == (yes ? "success" : "auth_err")) {
            return named;
        }
        if (result == "default") {
            action = named;
        }
    }
    return action;
}

/// Where libpam is after this line, for somebody whom no other module knows; nothing where it does not go on. What
/// modules other than these two say is not known here.
std::optional<std::size_t> after(const std::vector<PamLine>& stack, std::size_t at) {
    const std::string_view module = file_name(stack[at].module);
    if (module != "pam_permit.so" && module != "pam_deny.so") {
        return at + 1;
    }
    const std::string action = action_of(stack[at], module == "pam_permit.so");
    if (action == "die" || action == "done") {
        return std::nullopt;
    }
    std::size_t jump = 0;
    std::from_chars(action.data(), action.data() + action.size(), jump);
    return at + 1 + std::min(jump, stack.size());
}

/// "a", "a and b", "a, b and c"
std::string list(const std::vector<std::string>& words) {
    std::string text;
    for (std::size_t i = 0; i < words.size(); ++i) {
        text += (i == 0 ? "" : i + 1 == words.size() ? " and " : ", ") + words[i];
    }
    return text;
}

constexpr std::string_view what_to_do =
    "'pam-auth-update' puts the line where it belongs; where it says 'Local modifications, not updating', look at "
    "/etc/pam.d/common-*, and 'pam-auth-update --force' replaces what was changed there.";

} // namespace

std::vector<PamLine> parse_pam(std::string_view text) {
    std::vector<PamLine> lines;
    for (const std::string& logical : logical_lines(text)) {
        std::string_view rest = logical;
        std::string type = lower(take_word(rest));
        if (type == "@include") {
            lines.push_back({type, "", take_word(rest)});
            continue;
        }
        type.erase(0, type.starts_with('-') ? 1 : 0); // "-auth": no complaint where the module is not installed
        std::string control = lower(take_word(rest));
        std::string module = take_word(rest);
        if (is_type(type) && !module.empty()) {
            lines.push_back({std::move(type), std::move(control), std::move(module)});
        }
    }
    return lines;
}

Reach reach_of(std::string_view module, const std::string& service, std::string_view type, const ReadService& read) {
    std::vector<PamLine> stack;
    flatten(service, type, read, 0, stack);
    if (stack.empty() && service != other) {
        flatten(std::string(other), type, read, 0, stack);
    }
    const auto found =
        std::find_if(stack.begin(), stack.end(), [&](const PamLine& line) { return file_name(line.module) == module; });
    if (found == stack.end()) {
        return Reach::absent;
    }
    for (std::optional<std::size_t> at = 0; at && *at < stack.size(); at = after(stack, *at)) {
        if (file_name(stack[*at].module) == module) {
            return Reach::reached;
        }
    }
    return Reach::blocked;
}

const std::vector<PamService>& login_services() {
    static const std::vector<std::string> all{"auth", "account", "password", "session"};
    static const std::vector<PamService> services{{"login", all},
                                                  {"sshd", all},
                                                  {"su", all},
                                                  {"sudo", {"auth", "account"}},
                                                  {"systemd-user", {"account"}},
                                                  {"gdm-password", all},
                                                  {"lightdm", all},
                                                  {"sddm", all}};
    return services;
}

std::vector<std::string> pam_findings(const std::vector<PamService>& services, const ReadService& read) {
    std::map<std::vector<std::string>, std::vector<std::string>> lacking; ///< services by the stacks that they lack
    std::map<std::vector<std::string>, std::vector<std::string>> blocked;
    for (const PamService& service : services) {
        std::vector<std::string> absent_types;
        std::vector<std::string> blocked_types;
        for (const std::string& type : service.types) {
            const Reach reach = reach_of(module_file, service.name, type, read);
            if (reach != Reach::reached) {
                (reach == Reach::absent ? absent_types : blocked_types).push_back(type);
            }
        }
        if (!absent_types.empty()) {
            lacking[absent_types].push_back(service.name);
        }
        if (!blocked_types.empty()) {
            blocked[blocked_types].push_back(service.name);
        }
    }
    std::vector<std::string> findings;
    findings.reserve(lacking.size() + blocked.size());
    for (const auto& [types, names] : lacking) {
        findings.push_back(
            fmt::format("PAM does not ask Loquet for {} of {}: no line of their files in /etc/pam.d names "
                        "{}. {}",
                        list(types), list(names), module_file, what_to_do));
    }
    for (const auto& [types, names] : blocked) {
        findings.push_back(
            fmt::format("PAM does not come to Loquet for {} of {}: a line above {} ends every login that "
                        "pam_unix does not know. {}",
                        list(types), list(names), module_file, what_to_do));
    }
    return findings;
}

namespace {

struct FileRule {
    const char* path;
    mode_t forbidden; ///< bits of the mode
    const char* what; ///< somebody else can do
    const char* mend;
    bool of_root;
};

constexpr mode_t writable = S_IWGRP | S_IWOTH;
constexpr mode_t anything = S_IRWXG | S_IRWXO;
constexpr std::array rules{
    FileRule{"/etc/loquet", writable, "written", "chown root:root and chmod 755", true},
    FileRule{"/etc/loquet/loquet.toml", writable, "written", "chown root:root and chmod 644", true},
    FileRule{"/etc/loquet/loquet.toml.d", writable, "written", "chown root:root and chmod 755", true},
    FileRule{"/etc/loquet/plugins", writable, "written", "chown root:root and chmod 755", true},
    FileRule{"/etc/loquet/master.key", anything, "read or written", "chown root:root and chmod 600", true},
    FileRule{"/var/lib/loquet/store", anything, "read or written", "chown loquet:loquet and chmod 700", false},
};

std::optional<std::string> finding(const FileRule& rule, const struct stat& status) {
    if ((status.st_mode & rule.forbidden) == 0 && (!rule.of_root || status.st_uid == 0)) {
        return std::nullopt;
    }
    return fmt::format("{} can be {} by others than it should (mode {:04o}, owner {}): {} it.", rule.path, rule.what,
                       static_cast<unsigned>(status.st_mode & 07777U), status.st_uid, rule.mend);
}

} // namespace

std::optional<std::string> MachineCheck::read(const std::string& path) const {
    try {
        return base::read_file(root_ + path, limits::configuration_file_bytes);
    } catch (const base::Error&) {
        return std::nullopt;
    }
}

/// An absolute path where a line includes one; else /etc before what packages bring (pam.d(5)).
std::optional<std::string> MachineCheck::read_service(const std::string& service) const {
    if (service.starts_with('/')) {
        return read(service);
    }
    if (service.empty() || service.find('/') != std::string::npos) {
        return std::nullopt;
    }
    auto text = read("/etc/pam.d/" + service);
    return text ? text : read("/usr/lib/pam.d/" + service);
}

std::vector<std::string> MachineCheck::pam() const {
    std::vector<PamService> installed;
    std::copy_if(login_services().begin(), login_services().end(), std::back_inserter(installed),
                 [this](const PamService& service) { return read_service(service.name).has_value(); });
    return pam_findings(installed, [this](const std::string& name) { return read_service(name); });
}

std::vector<std::string> MachineCheck::pam(const std::string& service) const {
    return pam_findings({{service, {"auth", "account"}}},
                        [this](const std::string& name) { return read_service(name); });
}

std::vector<std::string> MachineCheck::name_sources() const {
    return name_source_findings(read("/etc/nsswitch.conf").value_or(""));
}

std::vector<std::string> MachineCheck::name(const std::string& name, std::optional<std::uint32_t> uid) const {
    std::optional<std::uint32_t> found;
    try {
        found = uid_of(name);
    } catch (const base::Error& error) {
        return {error.what()};
    }
    if (!found) {
        return {
            fmt::format("Programs do not know {0}, who is one of Loquet's people ('getent passwd {0}' finds nobody). "
                        "'getent -s loquet passwd {0}' asks Loquet's module alone: where that finds them, look at "
                        "/etc/nsswitch.conf; else at libnss_loquet.so.2 and /var/lib/loquet/directory.",
                        name)};
    }
    if (uid && *found != *uid) {
        return {
            fmt::format("{0} is another user for programs: number {1}, and {2} for Loquet. A source of names that "
                        "stands before loquet in /etc/nsswitch.conf has the same name; one of the two needs another.",
                        name, *found, *uid)};
    }
    return {};
}

std::vector<std::string> MachineCheck::permissions() const {
    std::vector<std::string> findings;
    for (const FileRule& rule : rules) {
        struct stat status{};
        if (::stat((root_ + rule.path).c_str(), &status) != 0) {
            continue; // what is not there is read and written by nobody
        }
        if (auto sentence = finding(rule, status)) {
            findings.push_back(*std::move(sentence));
        }
    }
    return findings;
}

} // namespace loquet::cli
