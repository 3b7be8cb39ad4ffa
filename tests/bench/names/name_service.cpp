// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tests/bench/names/name_service.h"

#include <dlfcn.h>

#include <cerrno>
#include <stdexcept>

namespace loquet::bench {

namespace {

nss_status status_of(int failure, const void* entry, int* error) {
    if (failure == 0 || failure == ENOENT) {
        return entry != nullptr ? NSS_STATUS_SUCCESS : NSS_STATUS_NOTFOUND;
    }
    *error = failure;
    return failure == ERANGE ? NSS_STATUS_TRYAGAIN : NSS_STATUS_UNAVAIL;
}

NameService glibc() {
    NameService service{.library = "glibc"};
    service.getpwnam = [](const char* name, passwd* person, char* buffer, std::size_t room, int* error) {
        passwd* found = nullptr;
        const int failure = ::getpwnam_r(name, person, buffer, room, &found);
        return status_of(failure, found, error);
    };
    service.getpwuid = [](uid_t uid, passwd* person, char* buffer, std::size_t room, int* error) {
        passwd* found = nullptr;
        const int failure = ::getpwuid_r(uid, person, buffer, room, &found);
        return status_of(failure, found, error);
    };
    service.getgrnam = [](const char* name, group* result, char* buffer, std::size_t room, int* error) {
        group* found = nullptr;
        const int failure = ::getgrnam_r(name, result, buffer, room, &found);
        return status_of(failure, found, error);
    };
    service.initgroups = [](const char* name, gid_t primary, long* count, long* size, gid_t** groups, long /*limit*/,
                            int* /*error*/) {
        int room = static_cast<int>(*size);
        const bool fits = ::getgrouplist(name, primary, *groups, &room) >= 0;
        *count = room;
        return fits ? NSS_STATUS_SUCCESS : NSS_STATUS_TRYAGAIN;
    };
    return service;
}

template <class Function>
void take(Function& function, void* library, const std::string& symbol) {
    void* found = ::dlsym(library, symbol.c_str());
    if (found == nullptr) {
        found = ::dlvsym(library, symbol.c_str(), "GLIBC_PRIVATE"); // as those inside glibc are
    }
    function = reinterpret_cast<Function>(found);
}

/// The NAME of libnss_NAME.so.2.
std::string module_name(const std::string& library) {
    const std::string prefix = "libnss_";
    const auto begin = library.rfind(prefix);
    const auto end = library.rfind(".so");
    if (begin == std::string::npos || end == std::string::npos || end < begin + prefix.size()) {
        throw std::runtime_error(library + " is not called as an NSS module is");
    }
    return library.substr(begin + prefix.size(), end - begin - prefix.size());
}

} // namespace

NameService load_name_service(const std::string& library) {
    if (library == "glibc") {
        return glibc();
    }
    const bool inside = library == "files";
    void* const handle = inside ? RTLD_DEFAULT : ::dlopen(library.c_str(), RTLD_NOW);
    if (!inside && handle == nullptr) {
        throw std::runtime_error(::dlerror());
    }
    const std::string begin = "_nss_" + (inside ? library : module_name(library)) + "_";
    NameService service{.library = library};
    take(service.getpwnam, handle, begin + "getpwnam_r");
    take(service.getpwuid, handle, begin + "getpwuid_r");
    take(service.getgrnam, handle, begin + "getgrnam_r");
    take(service.initgroups, handle, begin + "initgroups_dyn");
    take(service.setpwent, handle, begin + "setpwent");
    take(service.getpwent, handle, begin + "getpwent_r");
    take(service.endpwent, handle, begin + "endpwent");
    return service;
}

} // namespace loquet::bench
