// SPDX-License-Identifier: LGPL-2.1-or-later
// One file's text onto a Config: what the text sets is set, everything else stays. Any thread.
#pragma once

#include "daemon/config/complaints.h"
#include "daemon/config/config.h"

#include <optional>
#include <string>
#include <string_view>

namespace loquet::config {

/// `file` is its name in complaints. Checks each key by itself; check() looks at what must go together.
void apply(std::string_view text, const std::string& file, Config& config, Complaints& complaints);

struct NamedProfile {
    std::string name;
    std::string position; ///< "file:line:column" of the name
};

/// The profile that the text names, if it is TOML and names one: it has to be known before anything is applied.
[[nodiscard]] std::optional<NamedProfile> profile_in(std::string_view text, const std::string& file);

} // namespace loquet::config
