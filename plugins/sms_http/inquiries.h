// SPDX-License-Identifier: LGPL-2.1-or-later
// The gateway asked about one message after the other, beside the deliveries: a few at a time, and for some seconds, so
// that a gateway that is slow to report keeps no message from being sent. One thread.
#pragma once

#include "lib/delivery/transfers.h"
#include "plugins/sms_http/gateway.h"
#include "plugins/sms_http/report_transfer.h"

#include <loquet/channel.hpp>

#include <cstddef>
#include <deque>
#include <string>
#include <vector>

namespace loquet::plugins_sms_http {

class Inquiries {
public:
    static constexpr std::int64_t longest_ms = 20'000; ///< for all messages of one question together

    /// Both outlive it.
    Inquiries(const Gateway& gateway, delivery::Transfers& transfers) : gateway_(gateway), transfers_(transfers) {}
    Inquiries(const Inquiries&) = delete;
    Inquiries& operator=(const Inquiries&) = delete;

    /// Takes up a question for receipts, as loquet_channel::receipts().
    void begin(const sdk::ReceiptsRequest& request);
    /// Asks what is still to be asked, as far as there is room for it. True where nothing is left, and was told.
    [[nodiscard]] bool work(const GatewayTransfer::Complain& complain, sdk::ChannelOutput& output);

private:
    struct Message {
        std::string reference;
        std::string gateway_reference;
    };
    void ask(const Message& message, const GatewayTransfer::Complain& complain);

    const Gateway& gateway_;
    delivery::Transfers& transfers_;
    bool open_ = false;
    std::int64_t until_ = 0; ///< milliseconds since 1970
    std::deque<Message> waiting_;
    std::size_t asked_ = 0; ///< in flight
    std::vector<sdk::Receipt> receipts_;
};

} // namespace loquet::plugins_sms_http
