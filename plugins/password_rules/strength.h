// SPDX-License-Identifier: LGPL-2.1-or-later
// How hard a candidate is to guess, by zxcvbn (libzxcvbn). Any thread.
#pragma once

#include "plugins/password_rules/characters.h"

#include <string>
#include <vector>

namespace loquet::plugins_password_rules {

/// zxcvbn looks at this many characters: its time grows faster than its input, and what follows them adds nothing to
/// the level (which is already the highest for anything that is not a repetition).
constexpr std::size_t characters_weighed = 100;

struct Strength {
    int level = 0;         ///< 0 very weak ... 4 very strong
    bool one_word = false; ///< the whole candidate is one entry of zxcvbn's lists (passwords, words, names)
};

/// `words` are guessed first: what is known of the account, folded. A character outside ASCII counts as one unknown
/// character, whatever its bytes are.
[[nodiscard]] Strength weigh(const Characters& candidate, const std::vector<std::string>& words);

} // namespace loquet::plugins_password_rules
