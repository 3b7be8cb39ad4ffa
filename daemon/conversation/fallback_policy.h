// SPDX-License-Identifier: LGPL-2.1-or-later
// The strict lockout policy that the daemon falls back to while its policy plugin is dead. A killed plugin must neither
// keep people out nor open the door: 3 failures lock the name for 20 minutes at every place, a lock that stands is
// kept, and nothing is forgiven but by a success. Pure.
#pragma once

#include "lib/protocol/plugin_wire.h"

namespace loquet::conversation {

/// Same question and answer as the plugin's `judge`.
[[nodiscard]] protocol::Judgement judge_strictly(const protocol::JudgeRequest& request);

} // namespace loquet::conversation
