// SPDX-License-Identifier: LGPL-2.1-or-later
// One function for each kind of plugin: a request in values, the plugin's C function, its answer in values. Throws
// Error where the plugin threw, could not, or broke its contract; what it may not return is found here or, at the
// latest, by lib/protocol/plugin_wire when it is encoded. One thread.
#pragma once

#include "lib/protocol/plugin_messages.h"
#include "loquet/lockout.h"
#include "loquet/password_rules.h"
#include "loquet/step.h"

namespace loquet::plugin_host {

[[nodiscard]] protocol::Judgement judge(const loquet_lockout& plugin, void* self,
                                        const protocol::JudgeRequest& request);
[[nodiscard]] protocol::RulesResponse check(const loquet_password_rules& plugin, void* self,
                                            const protocol::RulesRequest& request);
[[nodiscard]] protocol::StepResponse run(const loquet_step& plugin, void* self, const protocol::StepRequest& request);

} // namespace loquet::plugin_host
