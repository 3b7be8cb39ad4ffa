// SPDX-License-Identifier: LGPL-2.1-or-later
// All names and numbers that the machine's other sources give, read once for an import: to ask for each of a hundred
// thousand accounts would take minutes. A source that does not enumerate (a directory server, mostly) shows nothing of
// itself here. Plain value; once made any thread may read it.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_set>

namespace loquet::accounts {

struct MachineNames {
    std::unordered_set<std::string> users;
    std::unordered_set<std::string> groups;
    std::unordered_set<std::uint32_t> numbers; ///< UIDs and GIDs
};

} // namespace loquet::accounts
