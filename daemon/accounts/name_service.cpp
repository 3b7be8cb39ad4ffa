// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/accounts/name_service.h"

#include "lib/base/error.h"

#include <grp.h>
#include <pwd.h>

#include <cerrno>
#include <vector>

namespace loquet::accounts {

namespace {

using base::Error;

/// getpwnam(3) lists what implementations use to say "not found" apart from 0.
bool means_not_found(int error) {
    return error == 0 || error == ENOENT || error == ESRCH || error == EBADF || error == EPERM;
}

/// Calls one of the get*_r family with a buffer that grows until the entry fits.
template <class Entry, class Key>
std::optional<Entry> look_up(int (*get)(Key, Entry*, char*, std::size_t, Entry**), Key key) {
    constexpr std::size_t first_size = 4096;
    constexpr std::size_t largest_size = 16 * 1024 * 1024; // a group's list of members can be long
    for (std::size_t size = first_size; size <= largest_size; size *= 2) {
        std::vector<char> buffer(size);
        Entry entry{};
        Entry* found = nullptr;
        const int error = get(key, &entry, buffer.data(), buffer.size(), &found);
        if (found != nullptr) {
            return entry; // only its numbers are used: the texts end with the buffer
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

} // namespace

std::optional<std::uint32_t> SystemNames::user(const std::string& name) const {
    const auto entry = look_up<passwd, const char*>(&::getpwnam_r, name.c_str());
    return entry ? std::optional(entry->pw_uid) : std::nullopt;
}

std::optional<std::uint32_t> SystemNames::group(const std::string& name) const {
    const auto entry = look_up<::group, const char*>(&::getgrnam_r, name.c_str());
    return entry ? std::optional(entry->gr_gid) : std::nullopt;
}

bool SystemNames::has_uid(std::uint32_t uid) const {
    return look_up<passwd, uid_t>(&::getpwuid_r, uid).has_value();
}

bool SystemNames::has_gid(std::uint32_t gid) const {
    return look_up<::group, gid_t>(&::getgrgid_r, gid).has_value();
}

} // namespace loquet::accounts
