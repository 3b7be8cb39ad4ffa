// SPDX-License-Identifier: LGPL-2.1-or-later
// For tests: asks the rules about a candidate and says which ones it does not meet.
#pragma once

#include "plugins/password_rules/rules.h"

#include <algorithm>
#include <string>
#include <vector>

namespace loquet::plugins_password_rules {

struct Site {
    Options options;
    CommonPasswords common;
    Alphabet alphabet;

    [[nodiscard]] Result ask(std::string_view candidate, Request request = {}) const {
        request.candidate = candidate;
        return check(options, alphabet, common, request);
    }
    /// The ids of the rules that `candidate` does not meet, without "rules.", in order; empty: accepted.
    [[nodiscard]] std::vector<std::string> unmet(std::string_view candidate, const Request& request = {}) const {
        std::vector<std::string> ids;
        for (const Rule& rule : ask(candidate, request).rules) {
            if (!rule.met) {
                ids.push_back(rule.message.substr(sizeof "rules." - 1));
            }
        }
        return ids;
    }
    [[nodiscard]] bool accepts(std::string_view candidate, const Request& request = {}) const {
        return unmet(candidate, request).empty();
    }
    [[nodiscard]] std::vector<std::string> listed() const {
        std::vector<std::string> ids;
        for (const Rule& rule : ask("").rules) {
            ids.push_back(rule.message.substr(sizeof "rules." - 1));
        }
        return ids;
    }
};

/// No rule at all, to switch one on.
inline Options nothing_asked() {
    Options options;
    options.minimum_characters = 1;
    options.minimum_characters_with_second_factor = 1;
    options.minimum_level = 0;
    options.refuse_common = false;
    options.refuse_account_facts = false;
    return options;
}

} // namespace loquet::plugins_password_rules
