// SPDX-License-Identifier: LGPL-2.1-or-later
// The exam of each kind of plugin.
#pragma once

#include "sdk/conformance/manifest_exam.h"

namespace loquet::sdk_conformance {

void examine_step(Examination& exam, const Paper& paper);
void examine_lockout(Examination& exam, const Paper& paper);
void examine_password_rules(Examination& exam, const Paper& paper);
/// Delivers to whatever the options say: an exam wants options that reach nobody.
void examine_channel(Examination& exam, const Paper& paper);

} // namespace loquet::sdk_conformance
