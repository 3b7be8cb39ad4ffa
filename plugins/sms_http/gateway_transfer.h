// SPDX-License-Identifier: LGPL-2.1-or-later
// Requests to the gateway and their answers. One thread.
#pragma once

#include "lib/delivery/transfer.h"
#include "plugins/sms_http/gateway.h"

#include <loquet/channel.hpp>
#include <sys/socket.h>

#include <functional>
#include <string>

namespace loquet::plugins_sms_http {

/// An address on this machine or on its link, where no gateway is: a forged name could lead to a service that trusts
/// its neighbours. Loopback, link-local, unspecified and multicast, of IPv4, IPv6 and IPv4 within IPv6; and any other
/// family.
[[nodiscard]] bool is_near(const sockaddr& address);

/// What a message and the question for a report have in common.
class GatewayTransfer : public delivery::Transfer {
public:
    /// Told to the operator: the gateway cannot be used as the options say. `sentence` holds no secret.
    using Complain = std::function<void(const std::string& sentence)>;

protected:
    /// `gateway`, and `headers` among it, outlive it.
    GatewayTransfer(const Gateway& gateway, const delivery::CurlList& headers, std::int64_t expires, Complain complain);
    ~GatewayTransfer() override;
    GatewayTransfer(const GatewayTransfer&) = delete;
    GatewayTransfer& operator=(const GatewayTransfer&) = delete;

    [[nodiscard]] const Gateway& gateway() const { return *gateway_; }
    /// May repeat the text of the message.
    [[nodiscard]] const std::string& answer() const { return answer_; }
    [[nodiscard]] long status() const;
    /// Why there is no answer, in libcurl's words or ours.
    [[nodiscard]] std::string why_unanswered(CURLcode result) const;
    /// Why an answer of this status is the operator's matter; empty where it is not.
    [[nodiscard]] static std::string why_unwelcome(long status);
    void tell(const std::string& complain) const { complain_(complain); }

private:
    static std::size_t hear(const char* data, std::size_t size, std::size_t count, void* self) noexcept;
    static curl_socket_t open_socket(void* self, curlsocktype purpose, curl_sockaddr* address) noexcept;

    const Gateway* gateway_;
    std::string answer_;
    bool was_near_ = false; ///< an address was refused
    Complain complain_;
};

/// One short message on its way to the gateway.
class SmsTransfer : public GatewayTransfer {
public:
    /// Number and text are checked before; `text` is what is sent. `gateway` outlives it.
    SmsTransfer(const Gateway& gateway, const sdk::Delivery& delivery, std::string_view text, Complain complain);
    ~SmsTransfer() override;

    [[nodiscard]] sdk::DeliveryOutcome outcome(CURLcode result) override;

private:
    [[nodiscard]] sdk::DeliveryOutcome judge(long status);
    [[nodiscard]] sdk::DeliveryOutcome cannot(sdk::DeliveryOutcome::Kind kind, const std::string& sentence);
    static int begin(void* self, char* to, char* from, int to_port, int from_port) noexcept;

    std::string request_; ///< a secret: the query or the body
    std::string text_;    ///< a secret, so that an answer which repeats it is not quoted
    bool begun_ = false;  ///< libcurl has a connection and sends the request: the gateway may have it
};

} // namespace loquet::plugins_sms_http
