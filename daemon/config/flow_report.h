// SPDX-License-Identifier: LGPL-2.1-or-later
// What `loquetctl flow` tells of a flow: how strong it is beside the login, its steps in words, and what standards say
// against it. Pure functions.
#pragma once

#include "daemon/config/flow_findings.h"

#include <cstdint>
#include <string>
#include <vector>

namespace loquet::config {

struct FlowReport {
    struct Item {
        std::vector<std::string> steps;
        std::string words;               ///< "one of totp, recovery_codes, from people who have set one up"
        std::vector<std::string> proves; ///< methods, each once; in the configuration's words
    };
    /// Of the weakest way, by what its owner has set up: 0 nothing, 1 one method, 2 two or more.
    struct Strength {
        unsigned without_factors = 0;
        unsigned with_factors = 0;
    };

    std::string name; ///< "login", "login.service.sudo"
    std::string purpose;
    std::string service; ///< empty: every one without a flow of its own
    std::string verdict; ///< "weaker than login: mailbox alone, accepted by accept_weaker_than_login"
    bool weaker = false; ///< than the login
    bool accepted = false;
    std::string in_short; ///< "password, [totp or recovery_codes], expiry"
    std::vector<Item> items;
    Strength strength;
    Strength login;
    std::vector<FlowRule> against;
    std::vector<std::string> notes; ///< a sentence each
};

/// "password, [totp or recovery_codes], expiry"
[[nodiscard]] std::string steps_in_short(const Flow& flow);

/// `flow` is one of `config`.
[[nodiscard]] FlowReport report_of(const Flow& flow, const Config& config, const CodeLives& lives);

/// As one line of JSON, in ASCII.
[[nodiscard]] std::string json_of(const FlowReport& report);

} // namespace loquet::config
