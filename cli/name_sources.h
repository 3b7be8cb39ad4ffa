// SPDX-License-Identifier: LGPL-2.1-or-later
// What nsswitch.conf(5) says about who is asked for a name. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace loquet::cli {

/// A sentence for each database (passwd, group, initgroups) in which Loquet is not asked for a name that no source
/// before it has, with what to do. Empty: it is.
[[nodiscard]] std::vector<std::string> name_source_findings(std::string_view nsswitch);

} // namespace loquet::cli
