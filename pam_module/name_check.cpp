// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pam_module/name_check.h"

#include "lib/base/limits.h"
#include "lib/base/text.h"

#include <pwd.h>

#include <cerrno>
#include <vector>

namespace loquet::pam {

namespace {

constexpr std::size_t largest_record = 1024 * 1024;

} // namespace

std::optional<uid_t> uid_of(const std::string& name) {
    std::vector<char> buffer(1024);
    for (;;) {
        passwd record{};
        passwd* found = nullptr;
        const int error = ::getpwnam_r(name.c_str(), &record, buffer.data(), buffer.size(), &found);
        if (found != nullptr) {
            return found->pw_uid;
        }
        if (error == ERANGE && buffer.size() < largest_record) {
            buffer.resize(buffer.size() * 2);
        } else if (error != EINTR) {
            return std::nullopt;
        }
    }
}

std::string name_for_bus(const std::string& name) {
    if (name.size() <= limits::typed_name_bytes && base::is_utf8(name)) {
        return name;
    }
    return base::printable(name, limits::client_field_bytes);
}

} // namespace loquet::pam
