// SPDX-License-Identifier: LGPL-2.1-or-later
// The words by which an account is known (names, address, number, organisation), which make bad passwords. Any thread.
#pragma once

#include "plugins/password_rules/characters.h"

#include <string>
#include <vector>

namespace loquet::plugins_password_rules {

struct Fact;

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

} // namespace loquet::plugins_password_rules
