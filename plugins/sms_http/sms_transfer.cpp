// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugins/sms_http/sms_transfer.h"

#include "lib/delivery/gateway.h"

#include <algorithm>
#include <utility>

namespace loquet::plugins_sms_http {

namespace {

using sdk::DeliveryOutcome;

constexpr std::size_t longest_quoted = 256; ///< bytes of an answer that are told, as the host does

/// What stands before the gateway had no answer of it, or no sound one (RFC 9110, 15.6.3 and 15.6.5).
bool is_of_a_proxy(long status) {
    return status == 502 || status == 504;
}

/// Why a status that is no success speaks of the site and not of the number; empty where it may be either.
std::string why_not_the_number(long status) {
    if (status == 402) {
        return "HTTP 402: the gateway wants to be paid";
    }
    if (status == 404 || status == 405 || status == 410 || status == 415) {
        return "HTTP " + std::to_string(status) + ": the gateway takes no message there: look at url and notation";
    }
    return {};
}

} // namespace

SmsTransfer::SmsTransfer(const Gateway& gateway, const sdk::Delivery& delivery, std::string_view text,
                         Complain complain)
    : GatewayTransfer(gateway, gateway.headers, delivery.expires(), std::move(complain)),
      request_(gateway.form.write({delivery.destination(), text, delivery.reference(), gateway.secret.text()})),
      text_(text) {
    if (gateway.form.notation() == RequestForm::Notation::query) {
        request_.insert(0, gateway.url + (gateway.url.find('?') == std::string::npos ? "?" : "&"));
        set(CURLOPT_URL, request_.c_str());
    } else {
        set(CURLOPT_URL, gateway.url.c_str());
        set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.size()));
        set(CURLOPT_POSTFIELDS, request_.data());
    }
    set(CURLOPT_PREREQFUNCTION, &SmsTransfer::begin);
    set(CURLOPT_PREREQDATA, this);
}

SmsTransfer::~SmsTransfer() {
    sdk::wipe(request_);
    sdk::wipe(text_);
}

/// Where a connection that was kept open ends without an answer, libcurl would send the request again by itself, and
/// the gateway may have taken the first: whether to try again is the daemon's to decide, which counts it.
int SmsTransfer::begin(void* self, char* /*to*/, char* /*from*/, int /*to_port*/, int /*from_port*/) noexcept {
    const bool again = std::exchange(static_cast<SmsTransfer*>(self)->begun_, true);
    return again ? CURL_PREREQFUNC_ABORT : CURL_PREREQFUNC_OK;
}

DeliveryOutcome SmsTransfer::cannot(DeliveryOutcome::Kind kind, const std::string& sentence) {
    tell(sentence);
    return {kind, {}, 0, sentence};
}

DeliveryOutcome SmsTransfer::outcome(CURLcode result) {
    if (result == CURLE_OK) {
        return judge(status());
    }
    const std::string why = result == CURLE_ABORTED_BY_CALLBACK ? "the gateway ended the connection without an answer"
                                                                : why_unanswered(result);
    return cannot(begun_ ? DeliveryOutcome::Kind::lost : DeliveryOutcome::Kind::retry, delivery::quotable(why, text_));
}

DeliveryOutcome SmsTransfer::judge(long status) {
    const std::string quoted =
        delivery::quotable(delivery::one_line(std::string_view(answer()).substr(0, longest_quoted)), text_);
    const std::string said = "HTTP " + std::to_string(status) + " " + (quoted.empty() ? "(an empty answer)" : quoted);
    if (is_of_a_proxy(status)) {
        return {DeliveryOutcome::Kind::lost, {}, 0, said};
    }
    if (status == 429 || status >= 500) {
        curl_off_t seconds = 0;
        curl_easy_getinfo(handle(), CURLINFO_RETRY_AFTER, &seconds);
        constexpr curl_off_t day = 86'400;
        return {DeliveryOutcome::Kind::retry,
                {},
                static_cast<std::uint32_t>(std::clamp<curl_off_t>(seconds, 0, day) * 1000),
                said};
    }
    const bool success = std::ranges::find(gateway().success_status, status) != gateway().success_status.end();
    std::string why = why_unwelcome(status);
    if (why.empty() && !success) {
        why = why_not_the_number(status);
    }
    if (!why.empty()) {
        tell(why); // without the gateway's words, which may speak of the number
        return {DeliveryOutcome::Kind::retry, {}, 0, why + (quoted.empty() ? "" : " (" + quoted + ")")};
    }
    if (!success || gateway().failure.found_in(answer())) {
        return {DeliveryOutcome::Kind::refused, {}, 0, said};
    }
    if (gateway().later.found_in(answer())) {
        return {DeliveryOutcome::Kind::retry, {}, 0, said};
    }
    if (!gateway().success.empty() && !gateway().success.found_in(answer())) {
        return {DeliveryOutcome::Kind::refused, {}, 0, said};
    }
    const std::string reference = gateway().reference.match(answer()).value_or("");
    return {DeliveryOutcome::Kind::sent, delivery::quotable(reference, text_), 0, said};
}

} // namespace loquet::plugins_sms_http
