// SPDX-License-Identifier: LGPL-2.1-or-later
// The functions of one name service, as glibc calls them: an NSS module's own, loaded here, or glibc's (which asks nscd
// and then nsswitch.conf). They are plain pointers, so that nothing stands between a measurement and the module.
#pragma once

#include <grp.h>
#include <nss.h>
#include <pwd.h>
#include <sys/types.h>

#include <cstddef>
#include <string>

namespace loquet::bench {

struct NameService {
    std::string library;
    nss_status (*getpwnam)(const char*, passwd*, char*, std::size_t, int*) = nullptr;
    nss_status (*getpwuid)(uid_t, passwd*, char*, std::size_t, int*) = nullptr;
    nss_status (*getgrnam)(const char*, group*, char*, std::size_t, int*) = nullptr;
    nss_status (*initgroups)(const char*, gid_t, long*, long*, gid_t**, long, int*) = nullptr;
    nss_status (*setpwent)(int) = nullptr;
    nss_status (*getpwent)(passwd*, char*, std::size_t, int*) = nullptr;
    nss_status (*endpwent)() = nullptr;
};

/// `library` is "glibc", or "files" (the module inside glibc), or the path of a libnss_NAME.so.2, which stays loaded.
/// A function that it does not offer is null. Throws std::runtime_error where it cannot be loaded.
NameService load_name_service(const std::string& library);

} // namespace loquet::bench
