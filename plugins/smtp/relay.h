// SPDX-License-Identifier: LGPL-2.1-or-later
// The mail server that takes our messages, as the options describe it. Plain values, checked once.
#pragma once

#include "lib/delivery/gateway.h"
#include "lib/delivery/transfer.h"

#include <loquet/channel.hpp>

#include <string>
#include <string_view>

namespace loquet::plugins_smtp {

/// What we call ourselves to the server.
struct HelloName {
    std::string name;
    std::string doubt; ///< why a server may not like it, and what to do; empty where all is well
};
/// The option; else the machine's name, with the domain of the sender's address where it has none. Pure.
[[nodiscard]] HelloName hello_name(const std::string& option, const std::string& machine, std::string_view from);

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
    std::string doubt;   ///< about the name that we say; empty where all is well
    std::string bounces; ///< where reports come back: a Maildir; empty: nobody looks
    delivery::GatewaySecret password;
};

} // namespace loquet::plugins_smtp
