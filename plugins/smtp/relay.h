// SPDX-License-Identifier: LGPL-2.1-or-later
// The mail server that takes our messages, as the options describe it. Plain values, checked once.
#pragma once

#include "lib/delivery/gateway_secret.h"
#include "lib/delivery/transfer.h"

#include <loquet/channel.hpp>

#include <string>

namespace loquet::plugins_smtp {

struct Relay {
    enum class Security {
        tls,      ///< from the first octet: smtps
        starttls, ///< before anything else is said; without it there is no delivery
        none      ///< in the clear, where the options insist
    };

    /// Throws sdk::Refusal.
    explicit Relay(const sdk::Options& options);

    [[nodiscard]] static const loquet_manifest& manifest();

    std::string url; ///< "smtp://HOST:PORT/OUR-NAME"
    Security security;
    delivery::TransferRules rules;
    long connections;
    std::string from;
    std::string from_name;
    std::string user; ///< empty: nobody logs in
    bool dsn;
    std::string bounces; ///< where reports come back: a maildir, or a file of mails; empty: nobody looks
    delivery::GatewaySecret password;
};

} // namespace loquet::plugins_smtp
