// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/polkit_agent.h"

#include "lib/base/error.h"
#include "lib/base/file.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string>

namespace loquet::cli {

namespace {

constexpr int notify_fd = 3; ///< the number that the agent sees
constexpr int registration_milliseconds = 5000;

} // namespace

PolkitAgent::PolkitAgent() {
    if (::geteuid() == 0 || ::isatty(STDIN_FILENO) == 0 || ::isatty(STDERR_FILENO) == 0) {
        return;
    }
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
        throw base::system_error(errno, "opening a pipe to polkit's agent");
    }
    const base::Fd registered(ends[0]);
    base::Fd notify(ends[1]);
    try {
        const Process::Redirection redirection{notify.get(), notify_fd};
        process_ = std::make_unique<Process>(std::vector<std::string>{"/usr/bin/pkttyagent", "--process",
                                                                      std::to_string(::getpid()), "--notify-fd",
                                                                      std::to_string(notify_fd), "--fallback"},
                                             std::vector<std::string>{}, std::span(&redirection, 1));
    } catch (const base::Error&) {
        return;
    }
    notify = base::Fd(); // the agent's copy is the last one: it closes it when it is registered, or by dying
    pollfd closed{registered.get(), POLLIN, 0};
    while (::poll(&closed, 1, registration_milliseconds) < 0 && errno == EINTR) {
    }
}

PolkitAgent::~PolkitAgent() {
    if (process_) {
        process_->terminate();
    }
}

} // namespace loquet::cli
