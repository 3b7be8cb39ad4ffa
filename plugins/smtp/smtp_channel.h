// SPDX-License-Identifier: LGPL-2.1-or-later
// The channel: each message becomes a mail, which a relay takes over.
#pragma once

#include "lib/delivery/transfer_threads.h"
#include "plugins/smtp/bounce_mailbox.h"
#include "plugins/smtp/relay.h"

#include <loquet/channel.hpp>

#include <optional>
#include <string>

namespace loquet::plugins_smtp {

class SmtpChannel {
public:
    static const loquet_manifest& manifest();

    SmtpChannel(sdk::Host host, const sdk::Options& options);

    void submit(std::uint64_t id, const sdk::Delivery& delivery);
    void work(int wake, std::uint32_t timeout_ms, sdk::ChannelOutput& output);
    /// Reads the mailbox of reports, where there is one.
    void receipts(const sdk::ReceiptsRequest& request);

private:
    void report(const std::string& sentence);

    sdk::Host host_;
    Relay relay_;
    std::optional<BounceMailbox> bounces_; ///< where reports come back; may be none
    std::optional<Mails> came_back_;       ///< what the next work() tells
    std::string reported_;                 ///< the last complaint: said once, until it is another
    delivery::TransferThreads transfers_;  ///< after what its transfers refer to
};

} // namespace loquet::plugins_smtp
