// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugins/sms_http/report_transfer.h"

#include <algorithm>
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

} // namespace loquet::plugins_sms_http
