// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugins/sms_http/inquiries.h"

#include <algorithm>
#include <memory>
#include <utility>

namespace loquet::plugins_sms_http {

ReportTransfer::ReportTransfer(const Gateway& gateway, std::string reference, std::string_view gateway_reference,
                               std::int64_t expires, Tell tell, Complain complain)
    : GatewayTransfer(gateway, gateway.report_headers, expires, std::move(complain)), reference_(std::move(reference)),
      url_(gateway.report_url.write({gateway_reference, reference_, gateway.secret.text()})), tell_(std::move(tell)) {
    set(CURLOPT_URL, url_.c_str());
    set(CURLOPT_PATH_AS_IS, 1L); // a reference of ".." is a reference
}

ReportTransfer::~ReportTransfer() {
    sdk::wipe(url_);
}

sdk::DeliveryOutcome ReportTransfer::outcome(CURLcode result) {
    const std::string complain = result == CURLE_OK ? why_unwelcome(status()) : why_unanswered(result);
    if (!complain.empty()) {
        GatewayTransfer::tell(complain);
    }
    tell_(complain.empty() ? judge(status()) : std::nullopt);
    return {};
}

/// What is quoted is what a pattern matched, and no more: an answer may repeat the message.
std::optional<sdk::Receipt> ReportTransfer::judge(long status) const {
    const auto& good = gateway().success_status;
    if (std::ranges::find(good, status) == good.end()) {
        return std::nullopt;
    }
    if (auto said = gateway().report_failed.match(answer())) {
        return sdk::Receipt{reference_, sdk::Receipt::Outcome::failed, *std::move(said)};
    }
    if (auto said = gateway().report_delivered.match(answer())) {
        return sdk::Receipt{reference_, sdk::Receipt::Outcome::delivered, *std::move(said)};
    }
    return std::nullopt;
}

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
