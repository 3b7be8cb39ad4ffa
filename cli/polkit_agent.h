// SPDX-License-Identifier: LGPL-2.1-or-later
// Lets polkit ask the person at this terminal for a password. An agent that the shell registered serves the shell only,
// so, as systemctl does, one is started for this very process. One thread.
#pragma once

#include "cli/process.h"

#include <memory>

namespace loquet::cli {

class PolkitAgent {
public:
    /// Returns when the agent is registered. Does nothing for root, without a terminal, and where polkit's agent is not
    /// installed: then the service answers that permission is needed, which says enough.
    PolkitAgent();
    PolkitAgent(const PolkitAgent&) = delete;
    PolkitAgent& operator=(const PolkitAgent&) = delete;
    ~PolkitAgent();

private:
    std::unique_ptr<Process> process_;
};

} // namespace loquet::cli
