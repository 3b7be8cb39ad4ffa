// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/accounts/machine_groups.h"

#include "lib/base/error.h"
#include "lib/base/file.h"
#include "lib/base/handle.h"
#include "lib/base/text.h"

#include <grp.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <map>

namespace loquet::accounts {

namespace {

using File = base::Handle<std::FILE, std::fclose>;

constexpr std::uint32_t first_ordinary = 100; ///< Debian policy 9.2.2: below are the groups that every Debian has
/// dialout, cdrom, floppy, audio, dip, video, plugdev: devices, and nothing else.
constexpr std::array<std::uint32_t, 7> of_devices{20, 24, 25, 29, 30, 44, 46};

std::map<std::string, std::uint32_t> read_groups(const std::string& file) {
    const File opened(std::fopen(file.c_str(), "re"));
    if (!opened) {
        throw base::system_error(errno, "cannot read " + file);
    }
    std::map<std::string, std::uint32_t> groups;
    std::vector<char> buffer(std::size_t{1} << 20U); // a line with many members is long
    ::group line{};
    ::group* found = nullptr;
    while (::fgetgrent_r(opened.get(), &line, buffer.data(), buffer.size(), &found) == 0 && found != nullptr) {
        groups.emplace(line.gr_name, line.gr_gid);
    }
    return groups;
}

std::string why_not(std::uint32_t gid, const store::UidRange& accounts) {
    if (gid < first_ordinary && std::find(of_devices.begin(), of_devices.end(), gid) == of_devices.end()) {
        return "it gives rights over the machine (GID " + std::to_string(gid) + ")";
    }
    if (gid >= accounts.first && gid <= accounts.last) {
        return "its GID " + std::to_string(gid) + " is one of those that accounts get";
    }
    return {};
}

} // namespace

MachineGroups machine_groups(const std::vector<std::string>& names, const store::UidRange& accounts,
                             const std::string& file) {
    MachineGroups groups;
    if (names.empty()) {
        return groups;
    }
    const auto known = read_groups(file);
    for (const std::string& name : names) {
        const auto found = known.find(name);
        const std::string refusal =
            found == known.end() ? "there is none of this name in " + file : why_not(found->second, accounts);
        if (refusal.empty()) {
            groups.gids.push_back(found->second);
        } else {
            groups.complaints.push_back("accounts.groups: no account gets \"" + base::printable(name)
                                        + "\": " + refusal);
        }
    }
    std::sort(groups.gids.begin(), groups.gids.end());
    groups.gids.erase(std::unique(groups.gids.begin(), groups.gids.end()), groups.gids.end());
    return groups;
}

} // namespace loquet::accounts
