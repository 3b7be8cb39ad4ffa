// SPDX-License-Identifier: LGPL-2.1-or-later
// One short message on its way to the gateway. One thread.
#pragma once

#include "plugins/sms_http/gateway_transfer.h"

#include <loquet/channel.hpp>

#include <string>

namespace loquet::plugins_sms_http {

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
