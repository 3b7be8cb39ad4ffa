// SPDX-License-Identifier: LGPL-2.1-or-later
// One short message on its way to the gateway. One thread.
#pragma once

#include "lib/delivery/transfer.h"
#include "plugins/sms_http/gateway.h"

#include <loquet/channel.hpp>

#include <functional>
#include <string>

namespace loquet::plugins_sms_http {

class SmsTransfer : public delivery::Transfer {
public:
    /// Told to the operator: the gateway cannot be used as the options say. `sentence` holds no secret.
    using Trouble = std::function<void(const std::string& sentence)>;

    /// Number and text are checked before; `text` is what is sent. `gateway` outlives it.
    SmsTransfer(const Gateway& gateway, const sdk::Delivery& delivery, std::string_view text, Trouble trouble);
    ~SmsTransfer() override;

    [[nodiscard]] sdk::DeliveryOutcome outcome(CURLcode result) override;

private:
    static std::size_t hear(const char* data, std::size_t size, std::size_t count, void* self) noexcept;
    static curl_socket_t open_socket(void* self, curlsocktype purpose, curl_sockaddr* address) noexcept;
    [[nodiscard]] sdk::DeliveryOutcome judge(long status);
    [[nodiscard]] sdk::DeliveryOutcome cannot(const std::string& sentence);

    const Gateway* gateway_;
    std::string request_; ///< a secret: the query or the body
    std::string text_;    ///< a secret, so that an answer which repeats it is not quoted
    std::string answer_;
    bool was_near_ = false; ///< an address was refused
    Trouble trouble_;
};

} // namespace loquet::plugins_sms_http
