// SPDX-License-Identifier: LGPL-2.1-or-later
// A seed as people and their applications take it over: typed, as a URI, or as a QR code on a text terminal. Pure, any
// thread.
#pragma once

#include "plugins/totp/generator.h"

#include <loquet/secure.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace loquet::plugins_totp {

/// RFC 4648, 6. `bytes` is a multiple of five long, so that there is nothing to pad.
[[nodiscard]] SecureText base32(std::string_view bytes);

/// "ABCD EFGH ...": in groups of four, to be typed.
[[nodiscard]] SecureText in_groups(std::string_view text);

/// RFC 3986, 2: all but letters, digits and -._~ as %XX.
[[nodiscard]] std::string percent_encoded(std::string_view text);

/// "otpauth://totp/Issuer:account?secret=...&issuer=Issuer", and what differs from SHA1 and six digits: the form that
/// authenticator applications read from a QR code. Both names are percent-encoded.
[[nodiscard]] SecureText key_uri(const Generator& generator, std::string_view issuer, std::string_view account);

/// The smallest QR code (ISO/IEC 18004) that holds `text`, with the most correction of errors that this size allows and
/// the quiet zone of four modules around it. A character is two modules, one above the other: light ones are drawn as
/// blocks and dark ones left empty, which is right where the terminal's text is lighter than its ground. Empty where it
/// would need more than `most_rows`.
[[nodiscard]] std::vector<sdk::SecureText> qr_rows(std::string_view text, std::size_t most_rows);

} // namespace loquet::plugins_totp
