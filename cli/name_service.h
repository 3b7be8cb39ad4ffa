// SPDX-License-Identifier: LGPL-2.1-or-later
// The machine's sources of names (NSS): what they say, and what nsswitch.conf(5) says about who is asked. One thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace loquet::cli {

/// The UID that programs see for a name. Nothing where nobody knows it; throws base::Error (unavailable) where a source
/// does not answer.
[[nodiscard]] std::optional<std::uint32_t> uid_of(const std::string& name);

/// The name of the calling user; nothing where it has none.
[[nodiscard]] std::optional<std::string> own_name();

/// A sentence for each database (passwd, group, initgroups) in which Loquet is not asked for a name that no source
/// before it has, with what to do. Empty: it is.
[[nodiscard]] std::vector<std::string> name_source_findings(std::string_view nsswitch);

} // namespace loquet::cli
