// SPDX-License-Identifier: LGPL-2.1-or-later
// The lockout policy as the engine asks it; Registry has one for each instance, tests may bring their own. Loop thread.
#pragma once

#include "lib/base/task.h"
#include "lib/protocol/plugin_messages.h"

namespace loquet::plugins {

class LockoutClient {
public:
    LockoutClient() = default;
    LockoutClient(const LockoutClient&) = delete;
    LockoutClient& operator=(const LockoutClient&) = delete;
    virtual ~LockoutClient() = default;

    /// Answers within the instance's deadline, or throws Error::unavailable (dead, late, lying or quarantined plugin)
    /// or Error::busy (too many calls are waiting): the caller then falls back to its own strict policy.
    [[nodiscard]] virtual base::Task<protocol::Judgement> judge(protocol::JudgeRequest request) = 0;
};

} // namespace loquet::plugins
