// SPDX-License-Identifier: LGPL-2.1-or-later
// A mail as it goes over the wire: RFC 5322 and 2045. A pure function.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace loquet::plugins_smtp {

/// What a mail is made of; lent. Addresses are checked before (sdk::is_mail_address), the rest may be anything: what a
/// header cannot hold is encoded.
struct Mail {
    std::string_view from;
    std::string_view from_name; ///< may be empty
    std::string_view to;
    std::string_view subject;
    std::string_view text; ///< a secret
    std::string_view reference;
    std::string_view locale;  ///< "fr_FR.UTF-8"; may be empty
    std::int64_t written = 0; ///< milliseconds since 1970, UTC
};

/// Every line ends in CR LF, there is no other CR or LF, no NUL and nothing beyond ASCII, and no line has more than 998
/// characters. The result holds the text: wipe it.
[[nodiscard]] std::string compose(const Mail& mail);

/// RFC 5322, 3.3, in UTC: "Thu, 26 Nov 2026 08:00:00 +0000".
[[nodiscard]] std::string mail_date(std::int64_t milliseconds);

} // namespace loquet::plugins_smtp
