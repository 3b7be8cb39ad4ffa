// SPDX-License-Identifier: LGPL-2.1-or-later
// The channel: each message is one run of a program.
#pragma once

#include "plugins/command/program.h"

#include <loquet/channel.hpp>

#include <map>
#include <memory>
#include <utility>
#include <vector>

namespace loquet::plugins_command {

class CommandChannel {
public:
    static const loquet_manifest& manifest();

    CommandChannel(sdk::Host host, const sdk::Options& options);

    void submit(std::uint64_t id, const sdk::Delivery& delivery);
    void work(int wake, std::uint32_t timeout_ms, sdk::ChannelOutput& output);

private:
    bool tell(sdk::ChannelOutput& output);

    Program program_;
    std::map<std::uint64_t, std::unique_ptr<Run>> runs_;
    std::vector<std::pair<std::uint64_t, sdk::DeliveryOutcome>> decided_; ///< what the next work() tells
};

} // namespace loquet::plugins_command
