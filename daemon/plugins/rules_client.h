// SPDX-License-Identifier: LGPL-2.1-or-later
// The password rules as the engine asks them; Registry has one for each instance, tests may bring their own. Loop
// thread.
#pragma once

#include "lib/base/task.h"
#include "lib/protocol/plugin_messages.h"

namespace loquet::plugins {

class RulesClient {
public:
    RulesClient() = default;
    RulesClient(const RulesClient&) = delete;
    RulesClient& operator=(const RulesClient&) = delete;
    virtual ~RulesClient() = default;

    /// Answers within the instance's deadline, or throws Error::unavailable, Error::busy, or Error::invalid for a
    /// candidate that is not UTF-8.
    [[nodiscard]] virtual base::Task<protocol::RulesResponse> check(protocol::RulesRequest request) = 0;
};

} // namespace loquet::plugins
