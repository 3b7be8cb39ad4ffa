// SPDX-License-Identifier: LGPL-2.1-or-later
// How easily a candidate is guessed: by what is known of the account, by a list of common passwords, and by zxcvbn
// (libzxcvbn). Any thread.
#pragma once

#include "plugins/password_rules/characters.h"

#include <sys/types.h>

#include <set>
#include <string>
#include <vector>

namespace loquet::plugins_password_rules {

struct Fact;

/// The words by which an account is known (names, address, number, organisation), which make bad passwords.
class AccountWords {
public:
    /// Shorter words are in too many passwords by chance.
    static constexpr std::size_t shortest = 4;
    static constexpr std::size_t most = 64; ///< the host bounds facts already; zxcvbn's time grows with this

    /// Each fact whole, and each run of letters and digits in it: "Anne Le Gall" gives "anne le gall", "anne", "gall".
    AccountWords(const Alphabet& alphabet, const std::vector<Fact>& facts);

    /// True where one of the words, or its reverse, is in `folded`.
    [[nodiscard]] bool in(const Characters& folded) const;
    /// Those that zxcvbn can read.
    [[nodiscard]] std::vector<std::string> ascii() const;

private:
    void add(Characters word);

    std::vector<Characters> words_;
};

/// A site's own list of passwords to refuse: one a line, UTF-8, compared without regard to case.
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
