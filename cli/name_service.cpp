// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/name_service.h"

#include "lib/base/error.h"

#include <pwd.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <vector>

namespace loquet::cli {

namespace {

constexpr std::size_t largest_record = 1024 * 1024;

/// getpwnam(3) lists these as "not found", next to 0.
bool means_not_found(int error) {
    return error == 0 || error == ENOENT || error == ESRCH || error == EBADF || error == EPERM;
}

/// `take` of the record that `look_up(record, buffer, found)` finds.
template <class LookUp, class Take>
auto record_by(LookUp look_up, Take take) -> std::optional<decltype(take(passwd{}))> {
    for (std::vector<char> buffer(4096);;) {
        passwd record{};
        passwd* found = nullptr;
        const int error = look_up(&record, buffer, &found);
        if (found != nullptr) {
            return take(*found);
        }
        if (means_not_found(error)) {
            return std::nullopt;
        }
        if (error == ERANGE && buffer.size() < largest_record) {
            buffer.resize(buffer.size() * 2);
        } else if (error != EINTR) {
            throw base::Error(base::Error::Kind::unavailable,
                              std::string("The sources of names (nsswitch.conf) do not answer: ")
                                  + ::strerrordesc_np(error));
        }
    }
}

} // namespace

std::optional<std::uint32_t> uid_of(const std::string& name) {
    return record_by(
        [&](passwd* record, std::vector<char>& buffer, passwd** found) {
            return ::getpwnam_r(name.c_str(), record, buffer.data(), buffer.size(), found);
        },
        [](const passwd& record) { return std::uint32_t{record.pw_uid}; });
}

std::optional<std::string> own_name() {
    return record_by(
        [](passwd* record, std::vector<char>& buffer, passwd** found) {
            return ::getpwuid_r(::getuid(), record, buffer.data(), buffer.size(), found);
        },
        [](const passwd& record) { return std::string(record.pw_name); });
}

} // namespace loquet::cli
