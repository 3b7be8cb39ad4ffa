// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugins/sms_http/inquiries.h"

#include <algorithm>
#include <memory>
#include <utility>

namespace loquet::plugins_sms_http {

void Inquiries::begin(const sdk::ReceiptsRequest& request) {
    open_ = true;
    until_ = delivery::milliseconds_now() + longest_ms;
    for (std::size_t n = 0; n < request.sent_count() && !gateway_.report_url.empty(); ++n) {
        if (gateway_.report_url.can_name({request.gateway_reference(n), request.reference(n), {}})) {
            waiting_.push_back({std::string(request.reference(n)), std::string(request.gateway_reference(n))});
        }
    }
}

bool Inquiries::work(const GatewayTransfer::Complain& complain, sdk::ChannelOutput& output) {
    if (!open_) {
        return false;
    }
    if (delivery::milliseconds_now() >= until_) {
        waiting_.clear(); // the daemon asks again
    }
    const auto room = static_cast<std::size_t>(std::max(gateway_.connections / 2, 1L));
    while (asked_ < room && !waiting_.empty()) {
        ask(waiting_.front(), complain);
        waiting_.pop_front();
    }
    if (asked_ > 0) {
        return false;
    }
    open_ = false;
    for (const sdk::Receipt& receipt : std::exchange(receipts_, {})) {
        output.receipt(receipt);
    }
    output.receipts_end(false);
    return true;
}

void Inquiries::ask(const Message& message, const GatewayTransfer::Complain& complain) {
    const auto hear = [this](std::optional<sdk::Receipt> receipt) {
        --asked_;
        if (receipt) {
            receipts_.push_back(*std::move(receipt));
        }
    };
    transfers_.ask(std::make_unique<ReportTransfer>(gateway_, message.reference, message.gateway_reference,
                                                    until_ + 1000, hear, complain));
    ++asked_;
}

} // namespace loquet::plugins_sms_http
