// SPDX-License-Identifier: LGPL-2.1-or-later
// A site's own list of passwords to refuse: one a line, UTF-8, compared without regard to case. Any thread.
#pragma once

#include "plugins/password_rules/characters.h"

#include <sys/types.h>

#include <set>
#include <string>

namespace loquet::plugins_password_rules {

class CommonPasswords {
public:
    static constexpr std::size_t most_bytes = 16 * 1024 * 1024;
    static constexpr std::size_t most_lines = 1'000'000;

    CommonPasswords() = default; ///< an empty list

    /// Reads `path`, a plain file that belongs to `owner` and that nobody else may write. Throws std::runtime_error
    /// with a sentence for the administrator.
    CommonPasswords(const std::string& path, const Alphabet& alphabet, uid_t owner = 0);

    [[nodiscard]] bool contains(const Characters& folded) const { return folded_.contains(folded); }
    [[nodiscard]] std::size_t size() const { return folded_.size(); }

private:
    std::set<Characters> folded_;
};

} // namespace loquet::plugins_password_rules
