// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/config/flow_strength.h"

#include "lib/protocol/names.h"

#include <algorithm>
#include <array>
#include <bit>
#include <bitset>

namespace loquet::config {

namespace {

// A set of kinds of proof is a number below 4 (bit 0 knowledge, bit 1 possession); what the ways through a flow can
// prove is a set of those.
using Ways = std::bitset<4>;

unsigned kinds(Proof proof) {
    switch (proof) {
    case Proof::knowledge:
        return 1;
    case Proof::possession:
        return 2;
    case Proof::challenge:
        return 0;
    }
    return 0;
}

// What can be proved by choosing exactly `at_least` of the steps; 0 is one of who has them.
Ways ways_through(const FlowItem& item, const std::map<std::string, PluginInstance>& plugins, Walker walker) {
    const std::size_t wanted = item.at_least == 0 && walker == Walker::with_factors ? 1 : item.at_least;
    std::vector<Ways> chosen(item.steps.size() + 1); // by number of steps chosen so far
    chosen[0].set(0);
    for (const Step& step : item.steps) {
        const unsigned proved = kinds(proof_of(step, plugins));
        for (std::size_t n = item.steps.size(); n > 0; --n) {
            for (unsigned before = 0; before < 4; ++before) {
                if (chosen[n - 1].test(before)) {
                    chosen[n].set(before | proved);
                }
            }
        }
    }
    return chosen[std::min(wanted, item.steps.size())];
}

/// A password, or a factor.
bool sets_a_secret(const Flow& flow) {
    return std::any_of(flow.items.begin(), flow.items.end(), [](const FlowItem& item) {
        return item.enrols || std::any_of(item.steps.begin(), item.steps.end(), [](const Step& step) {
                   return step.kind == StepKind::new_password;
               });
    });
}

} // namespace

Proof proof_of(const Step& step, const std::map<std::string, PluginInstance>& plugins) {
    if (step.kind == StepKind::password) {
        return Proof::knowledge;
    }
    const auto plugin = plugins.find(step.name);
    return step.kind == StepKind::plugin && plugin != plugins.end() ? plugin->second.proves : Proof::challenge;
}

unsigned strength(const Flow& flow, const std::map<std::string, PluginInstance>& plugins, Walker walker) {
    Ways ways;
    ways.set(0);
    for (const FlowItem& item : flow.items) {
        if (item.enrols) {
            continue; // what is set up just now proves nothing
        }
        const Ways here = ways_through(item, plugins, walker);
        Ways next;
        for (unsigned a = 0; a < 4; ++a) {
            for (unsigned b = 0; b < 4; ++b) {
                next[a | b] = next[a | b] || (ways.test(a) && here.test(b));
            }
        }
        ways = next;
    }
    unsigned weakest = 2;
    for (unsigned set = 0; set < 4; ++set) {
        if (ways.test(set)) {
            weakest = std::min(weakest, static_cast<unsigned>(std::popcount(set)));
        }
    }
    return weakest;
}

std::vector<const Flow*> weaker_than_login(const Config& config) {
    std::vector<const Flow*> weaker;
    const Flow* login = config.flow(protocol::purpose::login, "");
    if (login == nullptr) {
        return weaker;
    }
    const auto asks_less = [&](const Flow& flow, Walker walker) {
        return strength(flow, config.plugins, walker) < strength(*login, config.plugins, walker);
    };
    for (const Flow& flow : config.flows) {
        if (sets_a_secret(flow)
            && (asks_less(flow, Walker::without_factors) || asks_less(flow, Walker::with_factors))) {
            weaker.push_back(&flow);
        }
    }
    return weaker;
}

} // namespace loquet::config
