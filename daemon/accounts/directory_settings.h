// SPDX-License-Identifier: LGPL-2.1-or-later
// What shapes the directory beside the accounts. Plain values.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace loquet::accounts {

struct DirectorySettings {
    std::string folder; ///< made (0755) where it is missing
    /// Of the machine's own groups, which every account gets. Ascending.
    std::vector<std::uint32_t> machine_groups;
    std::string organisation_prefix = "org-"; ///< of the names of organisations' groups
    /// Other settings or another store make another copy: 24 bits that stand in the file beside the generation.
    std::uint32_t shape = 0;
    /// How often somebody looks whether the files still stand as they were written.
    std::chrono::milliseconds look_every{60'000};
};

} // namespace loquet::accounts
