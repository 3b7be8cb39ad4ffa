// SPDX-License-Identifier: LGPL-2.1-or-later
// What became of deliveries, until the host is told. One thread.
#pragma once

#include <loquet/channel.hpp>

#include <cstdint>
#include <utility>
#include <vector>

namespace loquet::delivery {

class Outcomes {
public:
    void add(std::uint64_t id, sdk::DeliveryOutcome outcome) { untold_.emplace_back(id, std::move(outcome)); }
    /// True where there was something to tell.
    bool tell(sdk::ChannelOutput& output) {
        for (const auto& [id, outcome] : untold_) {
            outcome.tell(id, output);
        }
        return !std::exchange(untold_, {}).empty();
    }

private:
    std::vector<std::pair<std::uint64_t, sdk::DeliveryOutcome>> untold_;
};

} // namespace loquet::delivery
