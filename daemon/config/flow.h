// SPDX-License-Identifier: LGPL-2.1-or-later
// The steps of a dialog: a purpose names a flow, a flow is an ordered list of items, an item is a step or a group
// of steps. How flows are read, which are refused, and how much each proves. Plain values, pure functions.
#pragma once

#include "daemon/config/flow_tables.h"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace loquet::config {

class Complaints;
class TableReader;
struct Config;
struct PluginInstance;

struct Step {
    StepKind kind = StepKind::password;
    std::string name; ///< as it stands in the file: "password", or the plugin instance
    friend bool operator==(const Step&, const Step&) = default;
};

/// What "identify" takes for somebody's.
enum class IdentifiedBy : std::uint8_t { name, mail };
inline constexpr std::array by_name_or_mail{IdentifiedBy::name, IdentifiedBy::mail};

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
    std::vector<IdentifiedBy> by{}; ///< of "identify" alone: each at most once

    [[nodiscard]] bool required() const noexcept { return steps.size() == 1 && at_least == 1 && !enrols; }
    /// Where it was written does not make it another one.
    friend bool operator==(const FlowItem& a, const FlowItem& b) {
        return a.steps == b.steps && a.at_least == b.at_least && a.enrols == b.enrols && a.trust_place == b.trust_place
               && a.by == b.by;
    }
};

struct Flow {
    std::string purpose; ///< protocol::purpose
    std::string service; ///< the PAM service it is for; empty: every service without a flow of its own
    std::vector<FlowItem> items;
    bool accept_weaker_than_login = false; ///< the administrator knows; audited at every start and reload
    std::string position;                  ///< "file:line:column" for complaints; empty: built in
    bool of_profile = false;               ///< no file of the site has one for this purpose and service

    /// Where it was written does not make it another flow.
    friend bool operator==(const Flow& a, const Flow& b) {
        return a.purpose == b.purpose && a.service == b.service && a.items == b.items
               && a.accept_weaker_than_login == b.accept_weaker_than_login;
    }
};

/// "flow.login", "flow.login.service.sudo"
[[nodiscard]] std::string name_of(const Flow& flow);

/// The built-in step of that name, else StepKind::plugin.
[[nodiscard]] Step step_named(std::string name);

/// "identify" takes names and mail addresses.
[[nodiscard]] FlowItem required_step(std::string name, std::string position = {});

/// Required steps in that order.
[[nodiscard]] Flow flow_of_steps(std::string purpose, const std::vector<std::string>& steps);

/// Those that hold where no file has others.
[[nodiscard]] std::vector<Flow> default_flows();

/// Reads the table [flow]; each flow that it finds takes the place of the one for the same purpose and service:
///     [flow.login]
///     steps = ["arithmetic", "password", { any = ["totp", "codes"], at_least = 1 }, { optional = "survey" }]
///     [flow.login.service.sudo]
///     steps = ["password"]
///     [flow.recover-name]
///     steps = [{ identify = ["mail"] }, "send_names"]
void read_flows(TableReader& table, std::vector<Flow>& flows);

/// Complains about
/// - a step that is neither built in nor a [plugins.NAME] of kind "step", and a step that stands twice in a flow;
/// - a flow that grants without a proof, and a step that says something of the account before there is one;
/// - a step in a flow of a purpose that it is not for, and a flow that does not end as its purpose wants;
/// - a flow that sets a secret and proves less than login, unless it accepts that;
/// - "identify" anywhere but at the beginning, and names that would not be sent to an address that was typed;
/// - a group ("optional", "any") before there is a proof, or with a built-in step in it.
void validate_flows(const Config& config, Complaints& complaints);

/// What one step proves. Asking nothing, like a sum that anybody can do, proves nothing.
[[nodiscard]] Proof proof_of(const Step& step, const std::map<std::string, PluginInstance>& plugins);

/// The owner of an account: optional steps are asked only of one who has set them up.
enum class Owner : std::uint8_t { without_factors, with_factors };

/// How much has been proved by these methods: 0 nothing, 1 one, 2 two or more. A question adds nothing to another
/// method (NIST SP 800-63B-4, 4.2.2.2), and two proofs by one method are one.
[[nodiscard]] unsigned strength(Proof proved);

/// The methods that somebody has proved after the flow, for each way through it; each set of them once.
[[nodiscard]] std::vector<Proof> ways_through(const Flow& flow, const std::map<std::string, PluginInstance>& plugins,
                                              Owner owner);

/// What somebody who takes the weakest way through the flow has proved.
[[nodiscard]] unsigned strength(const Flow& flow, const std::map<std::string, PluginInstance>& plugins,
                                Owner owner = Owner::without_factors);

/// It asks less of that owner, or of any, than the login that does not name a service.
[[nodiscard]] bool is_weaker_than_login(const Flow& flow, const Config& config, Owner owner);
[[nodiscard]] bool is_weaker_than_login(const Flow& flow, const Config& config);

/// It ends in what opens the account from then on: a new password, a new factor or a new address.
[[nodiscard]] bool sets_a_secret(const Flow& flow);

/// The flows that set a secret and ask less, with or without factors, than the login that it
/// opens. Each is refused, unless it accepts that; then it is logged and audited at every start and reload.
[[nodiscard]] std::vector<const Flow*> weaker_than_login(const Config& config);

/// A profile's way back for those who forgot, and its way to a new address, where the site's own login asks for more
/// than the profile's: they are not offered, rather than the site's configuration refused. Says whether there was a way
/// back among them.
bool withhold_weaker_flows(Config& config);

} // namespace loquet::config
