// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugin_host/confinement.h"

#include "lib/base/error.h"

#include <malloc.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>

#include <cerrno>
#include <cstdlib>
#include <ctime>

namespace loquet::plugin_host {

void prepare_c_library() {
    unsigned char drawn = 0;
    if (::getrandom(&drawn, sizeof drawn, 0) != sizeof drawn) {
        throw base::system_error(errno, "the kernel gives no random bytes");
    }
    // Without the variable the zone's file is looked for again each time. NOLINTNEXTLINE(concurrency-mt-unsafe)
    ::setenv("TZ", ":/etc/localtime", 0);
    ::tzset();
    ::mallopt(M_ARENA_MAX, 1);
}

void give_up_privileges() {
    const rlimit none{0, 0};
    if (::setrlimit(RLIMIT_CORE, &none) != 0 || ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0
        || ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
        throw base::system_error(errno, "cannot give up privileges");
    }
}

} // namespace loquet::plugin_host
