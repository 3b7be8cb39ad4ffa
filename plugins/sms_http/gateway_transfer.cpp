// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugins/sms_http/gateway_transfer.h"

#include "lib/delivery/gateway.h"

#include <loquet/channel.hpp>
#include <netinet/in.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <utility>

namespace loquet::plugins_sms_http {

using sdk::DeliveryOutcome;

namespace {

bool is_near_v4(std::uint32_t address) {
    const std::uint32_t first = address >> 24U;
    return first == 0 || first == 127 || first >= 224 || address >> 16U == 0xA9FEU;
}

} // namespace

bool is_near(const sockaddr& address) {
    if (address.sa_family == AF_INET) {
        sockaddr_in v4{};
        std::memcpy(&v4, &address, sizeof v4);
        return is_near_v4(ntohl(v4.sin_addr.s_addr));
    }
    if (address.sa_family != AF_INET6) {
        return true;
    }
    sockaddr_in6 v6{};
    std::memcpy(&v6, &address, sizeof v6);
    const in6_addr& ip = v6.sin6_addr;
    if (IN6_IS_ADDR_V4MAPPED(&ip) || IN6_IS_ADDR_V4COMPAT(&ip)) { // ::1 and :: are of the second form
        std::uint32_t inner = 0;
        std::memcpy(&inner, &ip.s6_addr[12], sizeof inner);
        return is_near_v4(ntohl(inner));
    }
    return IN6_IS_ADDR_LOOPBACK(&ip) || IN6_IS_ADDR_UNSPECIFIED(&ip) || IN6_IS_ADDR_LINKLOCAL(&ip)
           || IN6_IS_ADDR_MULTICAST(&ip);
}

GatewayTransfer::GatewayTransfer(const Gateway& gateway, const delivery::CurlList& headers, std::int64_t expires,
                                 Complain complain)
    : Transfer(gateway.rules, expires), gateway_(&gateway), complain_(std::move(complain)) {
    if (!gateway.user.empty()) {
        set(CURLOPT_HTTPAUTH, static_cast<long>(CURLAUTH_BASIC));
        set(CURLOPT_USERNAME, gateway.user.c_str());
        set(CURLOPT_PASSWORD, gateway.secret.text().c_str());
    }
    set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    set(CURLOPT_HTTPHEADER, headers.get());
    set(CURLOPT_WRITEFUNCTION, &GatewayTransfer::hear);
    set(CURLOPT_WRITEDATA, this);
    if (!gateway.near_addresses) {
        set(CURLOPT_OPENSOCKETFUNCTION, &GatewayTransfer::open_socket);
        set(CURLOPT_OPENSOCKETDATA, this);
    }
}

GatewayTransfer::~GatewayTransfer() {
    sdk::wipe(answer_);
}

std::size_t GatewayTransfer::hear(const char* data, std::size_t size, std::size_t count, void* self) noexcept {
    auto& transfer = *static_cast<GatewayTransfer*>(self);
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
curl_socket_t GatewayTransfer::open_socket(void* self, curlsocktype /*purpose*/, curl_sockaddr* address) noexcept {
    if (is_near(address->addr)) {
        static_cast<GatewayTransfer*>(self)->was_near_ = true;
        return CURL_SOCKET_BAD;
    }
    return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

long GatewayTransfer::status() const {
    long status = 0;
    curl_easy_getinfo(handle(), CURLINFO_RESPONSE_CODE, &status);
    return status;
}

std::string GatewayTransfer::why_unanswered(CURLcode result) const {
    return was_near_ ? "the gateway's name leads to an address on this machine or its link, and near_addresses is false"
                     : complaint(result);
}

std::string GatewayTransfer::why_unwelcome(long status) {
    if (status >= 300 && status < 400) {
        return "HTTP " + std::to_string(status) + ": a redirect, which is not followed";
    }
    if (status == 401 || status == 403 || status == 407) {
        return "HTTP " + std::to_string(status) + ": the gateway does not accept who we are";
    }
    return {};
}

namespace {

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
