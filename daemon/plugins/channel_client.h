// SPDX-License-Identifier: LGPL-2.1-or-later
// A channel as the outbox's courier asks it; Registry has one for each instance, tests may bring their own. Loop
// thread.
#pragma once

#include "lib/base/task.h"
#include "lib/protocol/plugin_messages.h"

namespace loquet::plugins {

class ChannelClient {
public:
    ChannelClient() = default;
    ChannelClient(const ChannelClient&) = delete;
    ChannelClient& operator=(const ChannelClient&) = delete;
    virtual ~ChannelClient() = default;

    /// What became of the message, within the instance's deadline. Throws Error::invalid or Error::limited for one that
    /// may not be sent, and Error::unavailable or Error::busy where nothing is known: it may have been delivered, and
    /// trying again under the same reference is what a channel expects. At most limits::deliveries_in_flight are with
    /// the plugin at a time; what is beyond that waits here, and its deadline runs.
    [[nodiscard]] virtual base::Task<protocol::DeliverResponse> deliver(protocol::DeliverRequest request) = 0;

    /// What the channel has learned of messages that were sent, within the instance's deadline; one question at a time.
    /// What is told may be anything: a reference that nobody has, or that of another channel's message. The channel
    /// forgets none of it before a later request says that it is kept. Throws Error::unavailable or Error::busy where
    /// there is no answer.
    [[nodiscard]] virtual base::Task<protocol::ReceiptsResponse> receipts(protocol::ReceiptsRequest request) = 0;
};

} // namespace loquet::plugins
