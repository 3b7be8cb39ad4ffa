// SPDX-License-Identifier: LGPL-2.1-or-later
// The machine's own groups that every account is put into: by the file, not by nsswitch.conf, so that no other source
// of names can say which number "audio" has, and none can keep the daemon from starting. Any thread.
#pragma once

#include "daemon/store/accounts_table.h"

#include <cstdint>
#include <string>
#include <vector>

namespace loquet::accounts {

struct MachineGroups {
    std::vector<std::uint32_t> gids;     ///< ascending
    std::vector<std::string> complaints; ///< a sentence for each group that is left out
};

/// `names` in `file`, which has the shape of group(5). Left out are a name that is not there, a GID below 100 that
/// gives more than devices (the NSS module would not pass it on), and one of the numbers that accounts get. Throws
/// Error where the file cannot be read.
[[nodiscard]] MachineGroups machine_groups(const std::vector<std::string>& names, const store::UidRange& accounts,
                                           const std::string& file = "/etc/group");

} // namespace loquet::accounts
