// SPDX-License-Identifier: LGPL-2.1-or-later
// The channel: each message becomes one request to a gateway.
#pragma once

#include "lib/delivery/transfers.h"
#include "plugins/sms_http/gateway.h"

#include <loquet/channel.hpp>

#include <string>

namespace loquet::plugins_sms_http {

class SmsHttpChannel {
public:
    static const loquet_manifest& manifest();

    SmsHttpChannel(sdk::Host host, const sdk::Options& options);

    void submit(std::uint64_t id, const sdk::Delivery& delivery);
    void work(int wake, std::uint32_t timeout_ms, sdk::ChannelOutput& output) {
        transfers_.work(wake, timeout_ms, output);
    }

private:
    [[nodiscard]] std::string objection(const sdk::Delivery& delivery, std::string_view text) const;
    void report(const std::string& trouble);

    sdk::Host host_;
    Gateway gateway_;
    std::string reported_;          ///< the last trouble: said once, until it is another
    delivery::Transfers transfers_; ///< after what its transfers refer to
};

} // namespace loquet::plugins_sms_http
