// SPDX-License-Identifier: LGPL-2.1-or-later
// For tests: does with a policy what the daemon does. Keeps the counters, asks before, waits where told, evaluates,
// tells the outcome. The policy is exchangeable, so that an attack can be shown to work against a naive one.
#pragma once

#include "plugins/lockout/lockout_policy.h"

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace loquet::plugins_lockout {

constexpr std::int64_t minute = 60'000; ///< in the world's milliseconds

struct Harness {
    using Judge = std::function<Decision(loquet_lockout_event, std::int64_t, const Counters&)>;
    enum class Outcome { refused, wrong, right };

    struct Attempt {
        Outcome outcome;
        std::int64_t waited; ///< until it was evaluated
        Decision verdict;    ///< that it met
    };

    static Judge judge_with(const Options& options) {
        return [options](loquet_lockout_event event, std::int64_t at, const Counters& counters) {
            return event == LOQUET_LOCKOUT_BEFORE    ? before(options, at, counters)
                   : event == LOQUET_LOCKOUT_FAILED  ? failed(options, at, counters)
                   : event == LOQUET_LOCKOUT_REFUSED ? refused(options, at, counters)
                   : event == LOQUET_LOCKOUT_LIFTED  ? lifted(options, at, counters)
                                                     : succeeded(options, at, counters);
        };
    }

    explicit Harness(const Options& options = {}) : judge(judge_with(options)) {}
    explicit Harness(Judge policy) : judge(std::move(policy)) {}

    /// One attempt now. `place` empty: the attempt has none. A delay is waited for, on the world's clock.
    Attempt attempt(const std::string& account, const std::string& place, bool right) {
        const Decision met = ask(LOQUET_LOCKOUT_BEFORE, account, place);
        const std::int64_t asked = now;
        if (met.verdict == LOQUET_VERDICT_LOCKED || met.verdict == LOQUET_VERDICT_DISABLED) {
            now = std::max(now, met.hold);
            ask(LOQUET_LOCKOUT_REFUSED, account, place);
            return {Outcome::refused, now - asked, met};
        }
        if (met.verdict == LOQUET_VERDICT_DELAY) {
            now = std::max(now, met.until);
        }
        last = ask(right ? LOQUET_LOCKOUT_SUCCEEDED : LOQUET_LOCKOUT_FAILED, account, place);
        if (right && !place.empty() && !known.contains(account + " at " + place)) {
            known[account + " at " + place] = kept[account + " at " + place];
        }
        if (!last.alert.empty()) {
            alerts.push_back(last.alert);
        }
        return {right ? Outcome::right : Outcome::wrong, now - asked, met};
    }

    Decision ask(loquet_lockout_event event, const std::string& account, const std::string& place) {
        Counters counters;
        counters[LOQUET_SCOPE_ACCOUNT] = kept["account " + account];
        counters[LOQUET_SCOPE_SITE] = kept["site"];
        if (!place.empty()) {
            counters[LOQUET_SCOPE_ACCOUNT_PLACE] = kept[account + " at " + place];
            counters[LOQUET_SCOPE_PLACE] = kept["place " + place];
            if (const auto own = known.find(account + " at " + place); own != known.end()) {
                counters[LOQUET_SCOPE_KNOWN_PLACE] = own->second;
            }
        }
        Decision decision = judge(event, now, counters);
        const auto keep = [&](loquet_lockout_scope scope, const std::string& key) {
            if (decision.changed[scope]) {
                kept[key] = *decision.changed[scope];
            }
        };
        keep(LOQUET_SCOPE_ACCOUNT, "account " + account);
        keep(LOQUET_SCOPE_ACCOUNT_PLACE, account + " at " + place);
        keep(LOQUET_SCOPE_PLACE, "place " + place);
        keep(LOQUET_SCOPE_SITE, "site");
        if (const auto& own = decision.changed[LOQUET_SCOPE_KNOWN_PLACE]) {
            known[account + " at " + place] = *own;
        }
        return decision;
    }

    Judge judge;
    std::int64_t now = 490'000 * hour_ms + 17 * 60'000;
    Decision last; ///< what the policy said after the last evaluation
    std::vector<std::string> alerts;
    std::map<std::string, loquet_counter> kept;
    std::map<std::string, loquet_counter> known; ///< places where somebody succeeded
};

} // namespace loquet::plugins_lockout
