// SPDX-License-Identifier: LGPL-2.1-or-later
// How much a flow proves, at least. Pure.
#pragma once

#include "daemon/config/config.h"

#include <map>
#include <string>
#include <vector>

namespace loquet::config {

/// What one step proves. Asking nothing, like a sum that anybody can do, proves nothing.
[[nodiscard]] Proof proof_of(const Step& step, const std::map<std::string, PluginInstance>& plugins);

/// Who walks a flow: what is optional is asked of those alone who have set it up.
enum class Walker { without_factors, with_factors };

/// Kinds of proof (knowledge, possession: 0 to 2) that somebody who walks the flow in the weakest way has given. Two
/// passwords are one kind: who knows one may know the other (NIST SP 800-63B, 4.2: "two distinct factors").
[[nodiscard]] unsigned strength(const Flow& flow, const std::map<std::string, PluginInstance>& plugins,
                                Walker walker = Walker::without_factors);

/// The flows that end in a new password or a new factor and ask less, of either walker, than the login that it opens.
/// Each is refused, unless it accepts that; then it is audited at every start.
[[nodiscard]] std::vector<const Flow*> weaker_than_login(const Config& config);

} // namespace loquet::config
