// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugins/sms_http/sms_transfer.h"

#include "lib/delivery/quotable.h"
#include "plugins/sms_http/addresses.h"

#include <unistd.h>

#include <algorithm>

namespace loquet::plugins_sms_http {

namespace {

using sdk::DeliveryOutcome;

constexpr std::size_t longest_quoted = 256; ///< bytes of an answer that are told, as the host does

} // namespace

SmsTransfer::SmsTransfer(const Gateway& gateway, const sdk::Delivery& delivery, std::string_view text, Trouble trouble)
    : Transfer(gateway.rules, delivery.expires()), gateway_(&gateway),
      request_(gateway.form.write({delivery.destination(), text, delivery.reference(), gateway.secret.text()})),
      text_(text), trouble_(std::move(trouble)) {
    if (gateway.form.notation() == RequestForm::Notation::query) {
        request_.insert(0, gateway.url + (gateway.url.find('?') == std::string::npos ? "?" : "&"));
        set(CURLOPT_URL, request_.c_str());
    } else {
        set(CURLOPT_URL, gateway.url.c_str());
        set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.size()));
        set(CURLOPT_POSTFIELDS, request_.data());
    }
    if (!gateway.user.empty()) {
        set(CURLOPT_HTTPAUTH, static_cast<long>(CURLAUTH_BASIC));
        set(CURLOPT_USERNAME, gateway.user.c_str());
        set(CURLOPT_PASSWORD, gateway.secret.text().c_str());
    }
    set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    set(CURLOPT_HTTPHEADER, gateway.headers.get());
    set(CURLOPT_WRITEFUNCTION, &SmsTransfer::hear);
    set(CURLOPT_WRITEDATA, this);
    if (!gateway.near_addresses) {
        set(CURLOPT_OPENSOCKETFUNCTION, &SmsTransfer::open_socket);
        set(CURLOPT_OPENSOCKETDATA, this);
    }
}

SmsTransfer::~SmsTransfer() {
    sdk::wipe(request_);
    sdk::wipe(text_);
    sdk::wipe(answer_); // it may repeat the text
}

std::size_t SmsTransfer::hear(const char* data, std::size_t size, std::size_t count, void* self) noexcept {
    auto& transfer = *static_cast<SmsTransfer*>(self);
    if (transfer.answer_.size() + size * count > longest_answer) {
        return 0; // libcurl gives up
    }
    try {
        transfer.answer_.append(data, size * count);
    } catch (...) {
        return 0;
    }
    return size * count;
}

/// Looks at the address that is connected to, whatever name, and whatever names server, led to it.
curl_socket_t SmsTransfer::open_socket(void* self, curlsocktype /*purpose*/, curl_sockaddr* address) noexcept {
    if (is_near(address->addr)) {
        static_cast<SmsTransfer*>(self)->was_near_ = true;
        return CURL_SOCKET_BAD;
    }
    return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

DeliveryOutcome SmsTransfer::cannot(const std::string& sentence) {
    trouble_(sentence);
    return {DeliveryOutcome::Kind::retry, {}, 0, sentence};
}

DeliveryOutcome SmsTransfer::outcome(CURLcode result) {
    if (was_near_ && result != CURLE_OK) {
        return cannot(
            "the gateway's name leads to an address on this machine or its link, and near_addresses is false");
    }
    if (result != CURLE_OK) {
        return cannot(delivery::quotable(complaint(result), text_));
    }
    long status = 0;
    curl_easy_getinfo(handle(), CURLINFO_RESPONSE_CODE, &status);
    return judge(status);
}

DeliveryOutcome SmsTransfer::judge(long status) {
    const std::string said = "HTTP " + std::to_string(status) + " "
                             + delivery::quotable(std::string_view(answer_).substr(0, longest_quoted), text_);
    if (status == 429 || status >= 500) {
        curl_off_t seconds = 0;
        curl_easy_getinfo(handle(), CURLINFO_RETRY_AFTER, &seconds);
        constexpr curl_off_t day = 86'400;
        return {DeliveryOutcome::Kind::retry,
                {},
                static_cast<std::uint32_t>(std::clamp<curl_off_t>(seconds, 0, day) * 1000),
                said};
    }
    if (status < 400 ? status >= 300 : status == 401 || status == 403 || status == 407) {
        return cannot(
            "HTTP " + std::to_string(status)
            + (status < 400 ? ": a redirect, which is not followed" : ": the gateway does not accept who we are"));
    }
    if (std::ranges::find(gateway_->success_status, status) == gateway_->success_status.end()
        || gateway_->failure.found_in(answer_)) {
        return {DeliveryOutcome::Kind::refused, {}, 0, said};
    }
    if (gateway_->later.found_in(answer_)) {
        return {DeliveryOutcome::Kind::retry, {}, 0, said};
    }
    if (!gateway_->success.empty() && !gateway_->success.found_in(answer_)) {
        return {DeliveryOutcome::Kind::refused, {}, 0, said};
    }
    const std::string reference = gateway_->reference.match(answer_).value_or("");
    return {DeliveryOutcome::Kind::sent, delivery::quotable(reference, text_), 0, said};
}

} // namespace loquet::plugins_sms_http
