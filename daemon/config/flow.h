// SPDX-License-Identifier: LGPL-2.1-or-later
// What a dialog walks through: a purpose names a flow, a flow is an ordered list of items, an item is a step or a group
// of steps. Plain values.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace loquet::config {

enum class StepKind {
    password,      ///< built in: the account's password
    new_password,  ///< built in: asks a new one twice and keeps it
    expiry,        ///< built in: asks nothing; notes that the password must be changed, or warns that it soon must
    authorisation, ///< built in: asks nothing; may this account use this PAM service?
    plugin,        ///< an instance of a step plugin
};

struct Step {
    StepKind kind = StepKind::password;
    std::string name; ///< as it stands in the file: "password", or the plugin instance
    friend bool operator==(const Step&, const Step&) = default;
};

/// `at_least` of `steps` must be granted, of those that the person has set up: one step and 1 is a required step; 0 is
/// one step for who has set one up, and none for others ("optional"). Where it `enrols`, the person sets so many of
/// `steps` up; 0 is one, or none where they would rather not.
struct FlowItem {
    std::vector<Step> steps; ///< never empty
    std::size_t at_least = 1;
    std::string position; ///< "file:line:column" for complaints; empty: built in
    bool enrols = false;
    /// For so long it is not asked again where it was granted; 0: always.
    std::chrono::days trust_place{0};

    [[nodiscard]] bool required() const noexcept { return steps.size() == 1 && at_least == 1 && !enrols; }
    /// Where it was written does not make it another one.
    friend bool operator==(const FlowItem& a, const FlowItem& b) {
        return a.steps == b.steps && a.at_least == b.at_least && a.enrols == b.enrols && a.trust_place == b.trust_place;
    }
};

struct Flow {
    std::string purpose; ///< protocol::purpose
    std::string service; ///< the PAM service it is for; empty: every service without a flow of its own
    std::vector<FlowItem> items;
    bool accept_weaker_than_login = false; ///< the administrator knows; audited at every start
    std::string position;                  ///< "file:line:column" for complaints; empty: built in

    /// Where it was written does not make it another flow.
    friend bool operator==(const Flow& a, const Flow& b) {
        return a.purpose == b.purpose && a.service == b.service && a.items == b.items
               && a.accept_weaker_than_login == b.accept_weaker_than_login;
    }
};

/// The built-in step of that name, else StepKind::plugin.
[[nodiscard]] Step step_named(std::string name);

[[nodiscard]] FlowItem required_step(std::string name, std::string position = {});

/// Required steps in that order.
[[nodiscard]] Flow flow_of_steps(std::string purpose, const std::vector<std::string>& steps);

} // namespace loquet::config
