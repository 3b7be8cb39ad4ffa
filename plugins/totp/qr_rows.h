// SPDX-License-Identifier: LGPL-2.1-or-later
// A QR code on a text terminal. Pure, any thread.
#pragma once

#include "lib/factor/keyed_hash.h"

#include <string_view>
#include <vector>

namespace loquet::plugins_totp {

/// The smallest QR code (ISO/IEC 18004) that holds `text`, with the most correction of errors that this size allows and
/// the quiet zone of four modules around it. A character is two modules, one above the other: light ones are drawn as
/// blocks and dark ones left empty, which is right where the terminal's text is lighter than its ground. Empty where it
/// would need more than `most_rows`.
[[nodiscard]] std::vector<factor::SecureBytes> qr_rows(std::string_view text, std::size_t most_rows);

} // namespace loquet::plugins_totp
