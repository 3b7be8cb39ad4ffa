// SPDX-License-Identifier: LGPL-2.1-or-later
// A step that lives in a plugin as the engine asks it; Registry has one for each instance, tests may bring their own.
// Loop thread.
#pragma once

#include "lib/base/task.h"
#include "lib/protocol/plugin_messages.h"

namespace loquet::plugins {

class StepClient {
public:
    StepClient() = default;
    StepClient(const StepClient&) = delete;
    StepClient& operator=(const StepClient&) = delete;
    virtual ~StepClient() = default;

    /// Answers within the instance's deadline, or throws Error::unavailable or Error::busy: the attempt then counts as
    /// not granted and not failed.
    [[nodiscard]] virtual base::Task<protocol::StepResponse> run(protocol::StepRequest request) = 0;
};

} // namespace loquet::plugins
