// SPDX-License-Identifier: LGPL-2.1-or-later
// What both sides of a comparison send, and the options by which a channel finds the sink. Plain values.
#pragma once

#include "tests/bench/messages/curl_floor.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace loquet::bench {

struct Gateway {
    std::string channel; ///< "smtp" or "sms_http"
    Speech speech = Speech::smtp;

    /// Throws std::invalid_argument for another channel.
    static Gateway named(std::string_view channel);

    [[nodiscard]] std::string what() const; ///< "mails", "text messages"
    /// The channel's file of options, for a sink at that port.
    void write_options(const std::string& file, std::uint16_t port) const;
    /// The same message as the channel makes it, over as many connections.
    [[nodiscard]] Sending sending(std::uint16_t port) const;
    [[nodiscard]] std::string destination(std::uint32_t number) const;
};

inline constexpr std::string_view subject_sent = "Your login code";
inline constexpr std::string_view text_sent =
    "Your login code: 482915. It can be used once and expires in 10 minute(s). Never tell it to anyone.";

} // namespace loquet::bench
