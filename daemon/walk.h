// SPDX-License-Identifier: LGPL-2.1-or-later
// `loquetd --walk`: what will happen to a person in a flow, shown with a made-up account (loquetctl flow walk). As that
// person, or as strangers who know nothing, of whom each is compared with the others. Main thread.
#pragma once

#include "daemon/options.h"

namespace loquet {

/// The exit status: 0 where the person comes through, or nobody can be told apart; 128 and the signal's number where
/// one ended it. Throws Error for what keeps it from walking: a mistake of the configuration, a plugin, a prompt
/// without an answer.
int walk(const Options& options);

} // namespace loquet
