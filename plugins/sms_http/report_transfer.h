// SPDX-License-Identifier: LGPL-2.1-or-later
// One question to the gateway: what became of this message? One thread.
#pragma once

#include "plugins/sms_http/gateway_transfer.h"

#include <loquet/channel.hpp>

#include <functional>
#include <optional>
#include <string>

namespace loquet::plugins_sms_http {

class ReportTransfer : public GatewayTransfer {
public:
    /// Called once: what the gateway knows, or nothing where it knows nothing yet, or could not be asked.
    using Tell = std::function<void(std::optional<sdk::Receipt> receipt)>;

    /// Ends before `expires` (milliseconds since 1970). `gateway` outlives it.
    ReportTransfer(const Gateway& gateway, std::string reference, std::string_view gateway_reference,
                   std::int64_t expires, Tell tell, Complain complain);
    ~ReportTransfer() override;

    /// What it returns means nothing.
    [[nodiscard]] sdk::DeliveryOutcome outcome(CURLcode result) override;

private:
    [[nodiscard]] std::optional<sdk::Receipt> judge(long status) const;

    std::string reference_;
    std::string url_; ///< a secret
    Tell tell_;
};

} // namespace loquet::plugins_sms_http
