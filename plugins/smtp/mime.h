// SPDX-License-Identifier: LGPL-2.1-or-later
// A mail as it goes over the wire: RFC 5322 and 2045, header fields by RFC 2047, the text by RFC 2045, 6.7. Pure
// functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace loquet::plugins_smtp {

/// UTF-8 as one or more encoded words, folded; no octet of `text` gets out of them as itself. Empty for empty text.
[[nodiscard]] std::string encoded_words(std::string_view text);

/// As it is where it is short, printable ASCII and does not look like an encoded word; else encoded_words().
[[nodiscard]] std::string unstructured(std::string_view text);

/// A display name: as it is where it holds letters, digits and single spaces only; else encoded_words().
[[nodiscard]] std::string phrase(std::string_view text);

/// Appends `text`, whose lines end in \n, to `out`: lines of at most 76 characters that end in CR LF, printable ASCII
/// alone. No line begins with a dot or with "From ", so that nothing on the way has a reason to change one. Every other
/// control character becomes "=XX".
void append_quoted_printable(std::string& out, std::string_view text);

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
