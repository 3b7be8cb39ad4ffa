// SPDX-License-Identifier: LGPL-2.1-or-later
// A seed as people and their applications take it over. Pure, any thread.
#pragma once

#include "plugins/totp/generator.h"

#include <string>
#include <string_view>

namespace loquet::plugins_totp {

/// RFC 4648, 6. `bytes` is a multiple of five long, so that there is nothing to pad.
[[nodiscard]] SecureBytes base32(std::string_view bytes);

/// "ABCD EFGH ...": in groups of four, to be typed.
[[nodiscard]] SecureBytes in_groups(std::string_view text);

/// RFC 3986, 2: all but letters, digits and -._~ as %XX.
[[nodiscard]] std::string percent_encoded(std::string_view text);

/// "otpauth://totp/Issuer:account?secret=...&issuer=Issuer", and what differs from SHA1 and six digits: the form that
/// authenticator applications read from a QR code. Both names are percent-encoded.
[[nodiscard]] SecureBytes key_uri(const Generator& generator, std::string_view issuer, std::string_view account);

} // namespace loquet::plugins_totp
