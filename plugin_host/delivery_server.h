// SPDX-License-Identifier: LGPL-2.1-or-later
// Where requests for a channel are taken in and their answers given out later: several deliveries are in flight in one
// thread. Each asker gets one answer, before its own patience ends, and gets it while the plugin still works: what the
// plugin does next cannot take a gateway's yes back. A plugin that does not return, breaks its contract or keeps a
// delivery for ever ends the process: what it has taken up is not to be relied on, and the daemon tries again. One
// thread.
#pragma once

#include "lib/base/function.h"
#include "lib/base/secret.h"
#include "lib/protocol/plugin_wire.h"
#include "plugin_host/channel_plugin.h"
#include "plugin_host/deliveries.h"
#include "plugin_host/receipt_server.h"

#include <optional>
#include <utility>

namespace loquet::plugin_host {

class DeliveryServer {
public:
    /// How long submit() may take, and work() longer than it was allowed to wait.
    static constexpr base::Milliseconds call_deadline{2000};

    /// Sends an answer to who asked on that connection, if that is still there; it must not throw.
    using Reply = base::Function<void(std::uint64_t connection, const base::SecureBytes& packet)>;

    DeliveryServer(ChannelPlugin plugin, Reply reply) : plugin_(plugin), reply_(std::move(reply)), receipts_(plugin) {}

    /// What is answered here: a delivery, and the question for receipts.
    [[nodiscard]] static bool serves(protocol::FrameKind kind) noexcept;
    /// Has such a request taken up. An answer at once where that is not possible. Throws Error::invalid for a frame
    /// that cannot be read.
    [[nodiscard]] std::optional<base::SecureBytes> take(std::uint64_t connection, const protocol::Frame& request);

    /// Something is in flight: work() has to be called.
    [[nodiscard]] bool busy() const noexcept { return !deliveries_.empty() || !receipts_.questions().empty(); }
    /// Lets the plugin go on until it has told something or `wake` is readable. Throws Error where it cannot go on.
    void work(int wake);

private:
    [[nodiscard]] std::optional<base::SecureBytes> take_delivery(const Requester& requester,
                                                                 const protocol::Frame& request);
    [[nodiscard]] std::optional<base::SecureBytes> take_question(const Requester& requester,
                                                                 const protocol::Frame& request);
    [[nodiscard]] ChannelPlugin::OutcomeSink outcome_sink();

    ChannelPlugin plugin_;
    Reply reply_;
    Deliveries deliveries_;
    ReceiptServer receipts_;
};

} // namespace loquet::plugin_host
