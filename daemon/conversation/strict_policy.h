// SPDX-License-Identifier: LGPL-2.1-or-later
// The policy that judges while the lockout plugin is dead. Pure.
#pragma once

#include "lib/protocol/plugin_messages.h"

namespace loquet::conversation {

/// Same question and answer as the plugin's `judge`.
[[nodiscard]] protocol::Judgement judge_strictly(const protocol::JudgeRequest& request);

} // namespace loquet::conversation
