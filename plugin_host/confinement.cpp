// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugin_host/confinement.h"

#include "lib/base/error.h"

#include <sys/prctl.h>
#include <sys/resource.h>

#include <cerrno>

namespace loquet::plugin_host {

void give_up_privileges() {
    const rlimit none{0, 0};
    if (::setrlimit(RLIMIT_CORE, &none) != 0 || ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0
        || ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
        throw base::system_error(errno, "cannot give up privileges");
    }
}

} // namespace loquet::plugin_host
