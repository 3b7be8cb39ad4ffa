// SPDX-License-Identifier: LGPL-2.1-or-later
// The gateway asked about one message after the other, beside the deliveries: a few at a time, and for some seconds, so
// that a gateway that is slow to report keeps no message from being sent. One thread.
#pragma once

#include "lib/delivery/transfers.h"
#include "plugins/sms_http/gateway.h"
#include "plugins/sms_http/gateway_transfer.h"

#include <loquet/channel.hpp>

#include <cstddef>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace loquet::plugins_sms_http {

/// One question to the gateway: what became of this message?
class ReportTransfer : public GatewayTransfer {
public:
    /// Called once: what the gateway knows, or nothing where it knows nothing yet, or could not be asked.
    using Tell = std::function<void(std::optional<sdk::Receipt> receipt)>;

    /// Ends before `expires` (milliseconds since 1970). `gateway` outlives it.
    ReportTransfer(const Gateway& gateway, std::string reference, std::string_view gateway_reference,
                   std::int64_t expires, Tell tell, Complain complain);
    ~ReportTransfer() override;

    /// What it returns means nothing.
    [[nodiscard]] sdk::DeliveryOutcome outcome(CURLcode result) override;

private:
    [[nodiscard]] std::optional<sdk::Receipt> judge(long status) const;

    std::string reference_;
    std::string url_; ///< a secret
    Tell tell_;
};

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
