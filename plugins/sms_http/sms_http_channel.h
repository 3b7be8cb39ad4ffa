// SPDX-License-Identifier: LGPL-2.1-or-later
// The channel: each message becomes one request to a gateway.
#pragma once

#include "lib/delivery/transfers.h"
#include "plugins/sms_http/gateway.h"
#include "plugins/sms_http/inquiries.h"

#include <loquet/channel.hpp>

#include <string>

namespace loquet::plugins_sms_http {

class SmsHttpChannel {
public:
    static const loquet_manifest& manifest();

    SmsHttpChannel(sdk::Host host, const sdk::Options& options);

    void submit(std::uint64_t id, const sdk::Delivery& delivery);
    void work(int wake, std::uint32_t timeout_ms, sdk::ChannelOutput& output);
    void receipts(const sdk::ReceiptsRequest& request) { inquiries_.begin(request); }

private:
    [[nodiscard]] std::string objection(const sdk::Delivery& delivery, std::string_view text) const;
    void report(const std::string& sentence);

    sdk::Host host_;
    Gateway gateway_;
    std::string reported_;          ///< the last problem: said once, until it is another
    delivery::Transfers transfers_; ///< after what its transfers refer to
    Inquiries inquiries_{gateway_, transfers_};
};

} // namespace loquet::plugins_sms_http
