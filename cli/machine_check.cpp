// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/machine_check.h"

#include "cli/name_service.h"
#include "cli/name_sources.h"
#include "lib/base/error.h"
#include "lib/base/file.h"
#include "lib/base/limits.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>

namespace loquet::cli {

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
