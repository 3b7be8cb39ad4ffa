// SPDX-License-Identifier: LGPL-2.1-or-later
// libnss_deaf.so.2, a source of names that cannot be reached: what a directory's client answers while its daemon is
// dead.
#include <nss.h>
#include <pwd.h>
#include <stddef.h>

int nss_deaf_errno;

// NOLINTNEXTLINE(readability-identifier-naming): glibc looks for this name
enum nss_status _nss_deaf_getpwnam_r(const char* name, struct passwd* record, char* buffer, size_t size, int* reason);
enum nss_status _nss_deaf_getpwnam_r(const char* name, struct passwd* record, char* buffer, size_t size, int* reason) {
    (void)name;
    (void)record;
    (void)buffer;
    (void)size;
    *reason = nss_deaf_errno;
    return NSS_STATUS_UNAVAIL;
}
