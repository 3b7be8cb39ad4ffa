// SPDX-License-Identifier: LGPL-2.1-or-later
// The entry points that glibc knows, and no more. A process comes here with locks of its own held, from any thread,
// before main, or in a child between fork and exec; what stays behind are the mapped directory and a cursor for each
// thread.
#include "nss_module/cursors.h"
#include "nss_module/lookup.h"

#include <cerrno>
#include <cstddef>

namespace nss = loquet::nss;

namespace {

constinit loquet::directory::Reader reader(LOQUET_DIRECTORY_FOLDER);

/// When the module is unloaded, or the process ends: other threads may be asking then, and keep what they use.
[[gnu::destructor]] void leave_nothing_mapped() noexcept {
    reader.close();
}

} // namespace

#pragma GCC visibility push(default)
extern "C" {

nss_status _nss_loquet_getpwnam_r(const char* name, passwd* result, char* buffer, std::size_t size, int* error) {
    return nss::tell(nss::find_person(reader, name, *result, {buffer, size}), error);
}

nss_status _nss_loquet_getpwuid_r(uid_t uid, passwd* result, char* buffer, std::size_t size, int* error) {
    return nss::tell(nss::find_person(reader, uid, *result, {buffer, size}), error);
}

nss_status _nss_loquet_setpwent(int /*stay_open*/) {
    return nss::tell(nss::begin_list(reader, nss::cursors().persons), &errno);
}

nss_status _nss_loquet_getpwent_r(passwd* result, char* buffer, std::size_t size, int* error) {
    return nss::tell(nss::next_person(reader, nss::cursors().persons, *result, {buffer, size}), error);
}

nss_status _nss_loquet_endpwent() {
    nss::cursors().persons = {};
    return NSS_STATUS_SUCCESS;
}

nss_status _nss_loquet_getgrnam_r(const char* name, group* result, char* buffer, std::size_t size, int* error) {
    return nss::tell(nss::find_group(reader, name, *result, {buffer, size}), error);
}

nss_status _nss_loquet_getgrgid_r(gid_t gid, group* result, char* buffer, std::size_t size, int* error) {
    return nss::tell(nss::find_group(reader, gid, *result, {buffer, size}), error);
}

nss_status _nss_loquet_setgrent(int /*stay_open*/) {
    return nss::tell(nss::begin_list(reader, nss::cursors().groups), &errno);
}

nss_status _nss_loquet_getgrent_r(group* result, char* buffer, std::size_t size, int* error) {
    return nss::tell(nss::next_group(reader, nss::cursors().groups, *result, {buffer, size}), error);
}

nss_status _nss_loquet_endgrent() {
    nss::cursors().groups = {};
    return NSS_STATUS_SUCCESS;
}

nss_status _nss_loquet_initgroups_dyn(const char* name, gid_t skipped, long* used, long* size, gid_t** groups,
                                      long limit, int* error) {
    nss::GroupList list(*used, *size, *groups, limit);
    return nss::tell(nss::groups_of(reader, name, skipped, list), error);
}

} // extern "C"
#pragma GCC visibility pop
