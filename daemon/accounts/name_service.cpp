// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/accounts/name_service.h"

#include "lib/base/error.h"
#include "lib/base/file.h"
#include "lib/base/handle.h"
#include "lib/base/text.h"

#include <grp.h>
#include <pwd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <map>
#include <string_view>
#include <vector>

namespace loquet::accounts {

using base::Error;

namespace {

constexpr std::size_t first_size = 4096;
constexpr std::size_t largest_size = 16 * 1024 * 1024; // a group's list of members can be long

/// getpwnam(3) lists what implementations use to say "not found" apart from 0.
bool means_not_found(int error) {
    return error == 0 || error == ENOENT || error == ESRCH || error == EBADF || error == EPERM;
}

/// Calls one of the get*_r family with a buffer that grows until the entry fits. What `number_of` says of the entry.
template <class Entry, class Key, class NumberOf>
std::optional<std::uint32_t> look_up(int (*get)(Key, Entry*, char*, std::size_t, Entry**), Key key,
                                     NumberOf number_of) {
    for (std::size_t size = first_size; size <= largest_size; size *= 2) {
        std::vector<char> buffer(size);
        Entry entry{};
        Entry* found = nullptr;
        const int error = get(key, &entry, buffer.data(), buffer.size(), &found);
        if (found != nullptr) {
            return number_of(entry);
        }
        if (means_not_found(error)) {
            return std::nullopt;
        }
        if (error != ERANGE && error != EINTR) {
            throw base::system_error(error,
                                     "another source of names on this machine (see nsswitch.conf) did not answer");
        }
    }
    throw Error(Error::Kind::unavailable, "another source of names on this machine gives an entry that is too long");
}

/// Calls `visit` with each entry that one of the get*ent_r family gives.
template <class Entry, class Visit>
void enumerate(int (*next)(Entry*, char*, std::size_t, Entry**), Visit visit) {
    std::vector<char> buffer(first_size);
    for (;;) {
        Entry entry{};
        Entry* found = nullptr;
        const int error = next(&entry, buffer.data(), buffer.size(), &found);
        if (error == ERANGE && buffer.size() < largest_size) {
            buffer.resize(buffer.size() * 2);
        } else if (error == 0 && found != nullptr) {
            visit(entry);
        } else if (means_not_found(error)) {
            return;
        } else {
            throw base::system_error(error, "another source of names on this machine cannot be read whole");
        }
    }
}

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

std::optional<std::uint32_t> SystemNames::elsewhere(const passwd& entry) const {
    bool ours = false;
    own_.ask([&](const directory::View& view) {
        directory::Person person;
        ours =
            view.person(std::string_view(entry.pw_name), person) == directory::Found::yes && person.uid == entry.pw_uid;
    });
    return ours ? std::nullopt : std::optional(entry.pw_uid);
}

std::optional<std::uint32_t> SystemNames::elsewhere(const ::group& entry) const {
    bool ours = false;
    own_.ask([&](const directory::View& view) {
        directory::Group group;
        ours = view.group(std::string_view(entry.gr_name), group) == directory::Found::yes && group.gid == entry.gr_gid;
    });
    return ours ? std::nullopt : std::optional(entry.gr_gid);
}

std::optional<std::uint32_t> SystemNames::user(const std::string& name) const {
    return look_up<passwd, const char*>(&::getpwnam_r, name.c_str(), [this](const auto& e) { return elsewhere(e); });
}

std::optional<std::uint32_t> SystemNames::group(const std::string& name) const {
    return look_up<::group, const char*>(&::getgrnam_r, name.c_str(), [this](const auto& e) { return elsewhere(e); });
}

bool SystemNames::has_uid(std::uint32_t uid) const {
    return look_up<passwd, uid_t>(&::getpwuid_r, uid, [this](const auto& e) { return elsewhere(e); }).has_value();
}

bool SystemNames::has_gid(std::uint32_t gid) const {
    return look_up<::group, gid_t>(&::getgrgid_r, gid, [this](const auto& e) { return elsewhere(e); }).has_value();
}

std::optional<std::string> SystemNames::name_of(std::uint32_t uid) const {
    std::optional<std::string> name;
    (void)look_up<passwd, uid_t>(&::getpwuid_r, uid, [&](const passwd& entry) {
        name = entry.pw_name;
        return std::optional(entry.pw_uid);
    });
    return name;
}

bool SystemNames::is_in(const std::string& user, const std::string& group) const {
    bool listed = false;
    (void)look_up<::group, const char*>(&::getgrnam_r, group.c_str(), [&](const ::group& entry) {
        for (char** member = entry.gr_mem; member != nullptr && *member != nullptr; ++member) { // NOLINT: libc's list
            listed = listed || user == *member;
        }
        return std::optional(entry.gr_gid);
    });
    return listed;
}

MachineNames SystemNames::everybody() const {
    MachineNames names;
    ::setpwent();
    enumerate<passwd>(&::getpwent_r, [&](const passwd& entry) {
        if (elsewhere(entry)) {
            names.users.emplace(entry.pw_name);
            names.numbers.insert({entry.pw_uid, entry.pw_gid});
        }
    });
    ::endpwent();
    ::setgrent();
    enumerate<::group>(&::getgrent_r, [&](const ::group& entry) {
        if (elsewhere(entry)) {
            names.groups.emplace(entry.gr_name);
            names.numbers.insert(entry.gr_gid);
        }
    });
    ::endgrent();
    return names;
}

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
