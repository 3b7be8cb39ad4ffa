// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/base/limits.h"
#include "plugin_host/calls.h"
#include "plugin_host/collector.h"
#include "plugin_host/sdk_values.h"

#include <utility>

namespace loquet::plugin_host {

namespace {

struct Checklist : Collector {
    protocol::RulesResponse response;
    bool levelled = false;
};

void rule(void* context, int met, const loquet_message* message) noexcept {
    Checklist& list = Collector::of<Checklist>(context);
    list.take([&] {
        if (list.response.rules.size() >= limits::plugin_rules) {
            Collector::refuse("it lists more than 64 rules");
        }
        list.response.rules.push_back({met != 0, copy(message)});
    });
}

void level(void* context, int level) noexcept {
    Checklist& list = Collector::of<Checklist>(context);
    list.take([&] {
        if (std::exchange(list.levelled, true) || level < 0 || level > 4) {
            Collector::refuse("it gave two levels, or one that is not 0 to 4");
        }
        list.response.level = static_cast<std::uint8_t>(level);
    });
}

} // namespace

protocol::RulesResponse check(const loquet_password_rules& plugin, void* self, const protocol::RulesRequest& request) {
    Checklist list;
    const auto facts = lend(request.facts);
    loquet_rules_request lent{};
    lent.size = sizeof lent;
    lent.candidate = lend(request.candidate.reveal());
    lent.facts = facts.data();
    lent.fact_count = facts.size();
    lent.in_history = request.in_history ? 1 : 0;
    lent.history_length = static_cast<int>(request.history_length);
    lent.second_factor = request.second_factor ? 1 : 0;
    const loquet_rules_output output{sizeof output, &list, &rule, &level};
    list.run([&] { return plugin.check(self, &lent, &output); });
    if (!list.levelled) {
        Collector::refuse("the plugin broke its contract: it gave no level");
    }
    return std::move(list.response);
}

} // namespace loquet::plugin_host
