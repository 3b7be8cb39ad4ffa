// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugin_host/request_timer.h"

#include <sys/time.h>

#include <csignal>

namespace loquet::plugin_host {

namespace {

void arm(base::Milliseconds delay) {
    itimerval timer{};
    timer.it_value.tv_sec = delay.count() / 1000;
    timer.it_value.tv_usec = delay.count() % 1000 * 1000;
    ::setitimer(ITIMER_REAL, &timer, nullptr);
}

} // namespace

RequestTimer::RequestTimer(base::Milliseconds deadline) {
    arm(deadline + grace);
}

RequestTimer::~RequestTimer() {
    arm(base::Milliseconds(0));
}

void RequestTimer::prepare() {
    ::signal(SIGALRM, SIG_DFL);
    sigset_t alarm;
    ::sigemptyset(&alarm);
    ::sigaddset(&alarm, SIGALRM);
    ::sigprocmask(SIG_UNBLOCK, &alarm, nullptr);
}

} // namespace loquet::plugin_host
