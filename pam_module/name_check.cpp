// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pam_module/name_check.h"

#include "lib/base/handle.h"
#include "lib/base/limits.h"
#include "lib/base/text.h"
#include "lib/protocol/names.h"

#include <dlfcn.h>
#include <nss.h>
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

Publishes loquet_publishes(const std::string& name, uid_t uid) {
    const base::Handle<void, ::dlclose> module(::dlopen("libnss_loquet.so.2", RTLD_NOW | RTLD_LOCAL));
    if (!module) {
        return Publishes::unknown;
    }
    using ByName = nss_status(const char*, passwd*, char*, std::size_t, int*);
    auto* look_up = reinterpret_cast<ByName*>(::dlsym(module.get(), "_nss_loquet_getpwnam_r"));
    if (look_up == nullptr) {
        return Publishes::unknown;
    }
    passwd record{};
    std::vector<char> buffer(limits::person_text_bytes + 1024);
    int reason = 0;
    switch (look_up(name.c_str(), &record, buffer.data(), buffer.size(), &reason)) {
    case NSS_STATUS_SUCCESS:
        return record.pw_uid == uid ? Publishes::yes : Publishes::no;
    case NSS_STATUS_NOTFOUND:
        return Publishes::no;
    default:
        return Publishes::unknown;
    }
}

bool lets_in_the_right_one(const std::string& granted, const std::string& began, std::optional<uid_t> owner,
                           const std::string& service) {
    if (granted.empty() || granted == began) {
        return !granted.empty();
    }
    const bool other_spelling = granted == base::lower_ascii(began);
    const auto uid = uid_of(granted);
    if (owner) {
        return other_spelling && uid == owner;
    }
    return (other_spelling || protocol::takes_name_back(service)) && uid != uid_t{0}
           && !(uid && loquet_publishes(granted, *uid) == Publishes::no);
}

std::string name_for_bus(const std::string& name) {
    if (name.size() <= limits::typed_name_bytes && base::is_utf8(name)) {
        return name;
    }
    return base::printable(name, limits::client_field_bytes);
}

} // namespace loquet::pam
