// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugins/sms_http/gateway_transfer.h"

#include "plugins/sms_http/addresses.h"

#include <loquet/channel.hpp>
#include <unistd.h>

#include <utility>

namespace loquet::plugins_sms_http {

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

} // namespace loquet::plugins_sms_http
