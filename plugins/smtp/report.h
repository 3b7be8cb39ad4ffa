// SPDX-License-Identifier: LGPL-2.1-or-later
// What a mail server writes back about a mail of ours: a delivery status notification (RFC 3464, in the
// multipart/report of RFC 3462). Whoever can put a mail into our mailbox may have written it, so nothing in it is
// believed but what carries the reference of a message: 128 random bits that only those know who have seen the message
// itself.
#pragma once

#include <loquet/channel.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace loquet::plugins_smtp {

/// A longer mail is no report of ours, which holds a message of some kilobytes at most.
constexpr std::size_t longest_report = std::size_t{256} * 1024;

/// Nothing where it is anything else than a report on a message of ours. The message is the one that the report names
/// as the envelope's id (RFC 3461, 4.4), else the one whose Message-ID is among the headers that were returned. Pure;
/// takes time and memory in proportion to the length of `mail`, and looks at no more than two levels of it.
[[nodiscard]] std::optional<sdk::Receipt> read_report(std::string_view mail);

} // namespace loquet::plugins_smtp
