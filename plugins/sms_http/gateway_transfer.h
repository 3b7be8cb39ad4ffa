// SPDX-License-Identifier: LGPL-2.1-or-later
// One request to the gateway and its answer: what a message and the question for a report have in common. One thread.
#pragma once

#include "lib/delivery/transfer.h"
#include "plugins/sms_http/gateway.h"

#include <functional>
#include <string>

namespace loquet::plugins_sms_http {

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

} // namespace loquet::plugins_sms_http
