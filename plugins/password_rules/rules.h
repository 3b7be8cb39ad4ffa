// SPDX-License-Identifier: LGPL-2.1-or-later
// The rules themselves: candidate and what is known of the account in, a list of rules met or unmet and a level out.
// Pure, any thread. README.md tells which rules there are.
#pragma once

#include "plugins/password_rules/guessability.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace loquet::plugins_password_rules {

struct Options {
    std::int64_t minimum_characters = 15;
    std::int64_t minimum_characters_with_second_factor = 8;
    std::int64_t maximum_characters = 0; ///< 0: none; so for the six below, except where they say otherwise
    std::int64_t minimum_letters = 0;
    std::int64_t minimum_upper = 0;
    std::int64_t minimum_lower = 0;
    std::int64_t minimum_digits = 0;
    std::int64_t minimum_symbols = 0;
    bool only_ascii_alphanumeric = false;
    std::int64_t minimum_level = 2; ///< zxcvbn, 0 to 4
    bool refuse_common = true;
    bool refuse_account_facts = true;
};

/// Why the options make no sense together; empty where they do.
[[nodiscard]] std::string contradiction(const Options& options);

struct Fact {
    std::string_view name;
    std::string_view value;
};

struct Request {
    std::string_view candidate; ///< a secret, UTF-8; empty: every rule is listed as unmet
    std::vector<Fact> facts;
    bool in_history = false;
    int history_length = 0;
    bool second_factor = false;
};

struct Rule {
    bool met;
    std::string message; ///< id of the text that states it as a demand
    std::vector<std::pair<std::string, std::string>> variables;
};

struct Result {
    std::vector<Rule> rules; ///< in the order to be shown; the same ones for every candidate
    int level = 0;
};

[[nodiscard]] Result check(const Options& options, const Alphabet& alphabet, const CommonPasswords& common,
                           const Request& request);

} // namespace loquet::plugins_password_rules
