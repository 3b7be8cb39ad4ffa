// SPDX-License-Identifier: LGPL-2.1-or-later
// Where a channel is asked what became of messages that it sent before, one question at a time, and its answer is put
// together. Each answer has a number, by which the daemon says with its next question that it is stored: only then does
// the channel hear that it may forget. The number is of this process; a later one has others. One thread.
#pragma once

#include "lib/base/clock.h"
#include "lib/protocol/plugin_messages.h"
#include "plugin_host/channel_plugin.h"
#include "plugin_host/deliveries.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace loquet::plugin_host {

class ReceiptServer {
public:
    explicit ReceiptServer(ChannelPlugin plugin);

    /// What is to be answered at once; nothing where the plugin has taken the question up. Throws Error where it could
    /// not, or has one already.
    [[nodiscard]] std::optional<protocol::ReceiptsResponse> take(const Requester& requester,
                                                                 const protocol::ReceiptsRequest& question,
                                                                 base::Milliseconds now, base::Milliseconds deadline);

    /// Which questions are open: at most one.
    [[nodiscard]] Deliveries& questions() noexcept { return questions_; }
    [[nodiscard]] const Deliveries& questions() const noexcept { return questions_; }

    // What the plugin tells; throws Error::invalid where nobody asked, or where it is too much.
    void add(protocol::Receipt receipt);
    struct Answer {
        std::optional<Requester> requester; ///< nobody: its time was over before
        protocol::ReceiptsResponse response;
    };
    [[nodiscard]] Answer end(bool more);

private:
    ChannelPlugin plugin_;
    Deliveries questions_;
    std::uint64_t open_ = 0;  ///< the number of the question
    std::uint64_t batch_ = 0; ///< of the last answer
    std::vector<protocol::Receipt> gathered_;
};

} // namespace loquet::plugin_host
