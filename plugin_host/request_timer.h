// SPDX-License-Identifier: LGPL-2.1-or-later
// Ends the process when a plugin overstays: SIGALRM with its default action. The service manager starts it
// anew, and the daemon has long stopped waiting. One thread.
#pragma once

#include "lib/base/clock.h"

namespace loquet::plugin_host {

class RequestTimer {
public:
    /// How much later than the daemon's deadline the end comes.
    static constexpr base::Milliseconds grace{250};

    explicit RequestTimer(base::Milliseconds deadline);
    RequestTimer(const RequestTimer&) = delete;
    RequestTimer& operator=(const RequestTimer&) = delete;
    ~RequestTimer();

    /// Makes SIGALRM deadly again, whatever the plugin did in create().
    static void prepare();
};

} // namespace loquet::plugin_host
