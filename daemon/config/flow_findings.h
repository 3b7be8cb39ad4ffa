// SPDX-License-Identifier: LGPL-2.1-or-later
// What standards say against a flow: NIST SP 800-63B-4, OWASP ASVS 5.0, the CNIL's deliberation 2022-100 and the
// ANSSI's guide to authentication (ANSSI-PG-078, version 2). A table of rules, each of which looks at what the
// configuration really has. Pure functions.
#pragma once

#include "daemon/config/flow.h"
#include "lib/base/clock.h"

#include <span>
#include <string_view>
#include <vector>

namespace loquet::config {

/// How long a code that a ticket step sends can be typed.
struct CodeLives {
    base::Milliseconds mail{0};
    base::Milliseconds sms{0};
};

struct FlowRule {
    std::string_view id;                       ///< for programs: stable
    std::span<const std::string_view> clauses; ///< "NIST SP 800-63B-4, 4.2.2.2"
    std::string_view finding;                  ///< one sentence
    std::string_view change;                   ///< what an administrator does about it, one sentence
};

/// Every rule, in the order in which they are told.
[[nodiscard]] std::vector<FlowRule> flow_rules();

/// Those that `flow`, which is one of `config`, goes against.
[[nodiscard]] std::vector<FlowRule> findings(const Flow& flow, const Config& config, const CodeLives& lives);

} // namespace loquet::config
