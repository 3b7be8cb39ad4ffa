// SPDX-License-Identifier: LGPL-2.1-or-later
// The gateway that takes our short messages, as the options describe it. Plain values, checked once.
#pragma once

#include "lib/delivery/gateway.h"
#include "lib/delivery/transfer.h"
#include "plugins/sms_http/pattern.h"
#include "plugins/sms_http/phone_ranges.h"
#include "plugins/sms_http/report_url.h"
#include "plugins/sms_http/request_form.h"

#include <loquet/channel.hpp>

#include <string>
#include <vector>

namespace loquet::plugins_sms_http {

struct Gateway {
    enum class Unicode {
        send,          ///< what the alphabet of 7 bits lacks makes a message of 70 characters
        transliterate, ///< what has a neighbour in that alphabet is replaced by it, where that makes all of it fit
        refuse
    };

    /// Throws sdk::Refusal.
    explicit Gateway(const sdk::Options& options);

    [[nodiscard]] static const loquet_manifest& manifest();

    delivery::GatewaySecret secret;
    std::string url;
    RequestForm form;
    std::string user;           ///< of HTTP's basic authentication, whose password is the secret; empty: none
    delivery::CurlList headers; ///< a secret may be among them
    std::vector<long> success_status;
    Pattern success;
    Pattern failure;
    Pattern later;
    Pattern reference;
    ReportUrl report_url;              ///< empty: it is not asked what became of a message
    delivery::CurlList report_headers; ///< a secret may be among them
    Pattern report_delivered;
    Pattern report_failed;
    PhoneRanges ranges;
    Unicode unicode;
    unsigned most_segments;
    bool near_addresses; ///< loopback and link-local, too
    long connections;
    delivery::TransferRules rules;
};

} // namespace loquet::plugins_sms_http
